import type { ModelConfig } from '../protocol/model.ts';
import type { PlainGuess, Yardsticks } from '../protocol/training.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type HeldOut, sampledWindows } from './heldOut.ts';
import type { Recipe } from './recipe.ts';
import { choosePlace, type HeldOutText, Samples } from './samples.ts';
import type { Team } from './team.ts';

interface Measured {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly recipe: Pick<Recipe, 'clip'>;
  /** what is learnt from */
  readonly streams: readonly Uint16Array[];
  readonly texts: readonly HeldOutText[];
  /** the score of `texts` */
  readonly heldOut: HeldOut;
  readonly team: Team;
  readonly memoryLimitMb: number;
}

/** What a training is read against, and the text that it goes on with; without that where memory or text are short. */
export function takeYardsticks({
  config,
  tokenizer,
  recipe,
  streams,
  texts,
  heldOut,
  team,
  memoryLimitMb,
}: Measured): { readonly yardsticks: Yardsticks; readonly samples: Samples | null } {
  const { vocabSize } = config;
  const place = choosePlace(texts, tokenizer, config);
  const room = memoryLimitMb * 1_048_576 - team.plan.bytes;
  const samples = place === null ? null : Samples.within(room, team.compiled, config, tokenizer, place);
  const guesses = plainGuesses(streams, vocabSize, heldOut);
  const prompt = samples === null ? null : place!.prompt;
  return { yardsticks: { vocabSize, ...guesses, clip: recipe.clip, prompt }, samples };
}

/** How well those do who know no context, on the held-out text that a training is scored on. */
function plainGuesses(
  streams: readonly Uint16Array[],
  vocabSize: number,
  heldOut: HeldOut,
): Record<'blind' | 'frequency', PlainGuess> {
  const scored = (losses: Float64Array): PlainGuess => {
    const { loss, bitsPerByte } = heldOut.plainScore(losses, sampledWindows);
    return { loss, bitsPerByte };
  };
  return {
    blind: scored(new Float64Array(vocabSize).fill(Math.log(vocabSize))),
    frequency: scored(frequencyLosses(streams, vocabSize)),
  };
}

/**
 * −ln of each token's share of the text, every token counted once more than it is there, so that one which never is has a probability, too.
 * @returns f64[vocabSize]
 */
function frequencyLosses(streams: readonly Uint16Array[], vocabSize: number): Float64Array {
  const counts = new Float64Array(vocabSize).fill(1);
  for (const stream of streams) for (const id of stream) counts[id]!++;
  const total = streams.reduce((sum, { length }) => sum + length, vocabSize);
  return counts.map((count) => Math.log(total / count));
}
