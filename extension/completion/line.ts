import type { Decoder } from '../engine/decoder.ts';
import { Random } from '../engine/random.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';
import { softmax } from '../arithmetic/softmax.ts';
import { sample } from '../engine/sampler.ts';
import type { Completion, CompletionOptions, ScoredToken } from '../protocol/prediction.ts';
import { type BeginningSource, Begun, likeliestBeginnings } from '../prediction/beginnings.ts';
import { growText, type GrowthLimits } from '../prediction/growText.ts';
import { agrees, heal } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import { candidateOf, limitsOf } from './candidate.ts';
import { windowAround } from './window.ts';

const nothing = new Uint8Array();

/**
 * The text behind `prefix` as the transformer alone goes on with it: most likely or sampled.
 * @param cancelled polled between tokens
 */
export function completeLine(
  decoder: Decoder,
  tokenizer: Tokenizer,
  prefix: string,
  options: CompletionOptions,
  cancelled: () => boolean,
): Completion {
  const start = performance.now();
  const bytes = new TextEncoder().encode(prefix);
  const context = decoder.config.maxPositionEmbeddings;
  // Of a context that is shorter than what may be written, half is for what stands there.
  const room = Math.max(Math.ceil(context / 2), context - options.maxTokens - 1);
  const window = windowAround(tokenizer, bytes, nothing, room, 0);
  const { ids, typed } = heal(tokenizer, window.ids, bytes, 1);
  const pick = chooser(options.sampling);
  const source = new DecoderSource(decoder, tokenizer, ids, pick);
  const limits = limitsOf(options, start, cancelled);
  const beginning = typed.length === 0 ? [] : begun(source, typed, options.sampling, pick, limits);
  const grown = growText(new Begun(source, beginning), tokenizer, typed, limits);
  return {
    ...candidateOf(grown),
    alternatives: [],
    asks: null,
    message: null,
    milliseconds: performance.now() - start,
  };
}

/** So many ways to go on behind what is typed are drawn from. */
const mostDrawnFrom = 64;

/** How it goes on behind what is typed: most likely, or drawn. */
function begun(
  source: DecoderSource,
  typed: Uint8Array,
  sampling: CompletionOptions['sampling'],
  pick: Pick,
  { cancelled }: GrowthLimits,
): readonly ScoredToken[] {
  const drawn = sampling !== undefined && sampling.temperature > 0;
  const count = drawn ? Math.min(mostDrawnFrom, sampling.topK ?? mostDrawnFrom) : 1;
  const rewind = (): void => source.rewind();
  const ways = likeliestBeginnings(source, typed, count, { rewind, cancelled });
  if (ways.length < 2) return ways[0] ?? [];
  const logits = ways.map((way) => way.reduce((sum, { probability }) => sum + Math.log(probability), 0));
  return ways[pick(Float32Array.from(logits))]!;
}

/** Added to each probability among those that agree with what is typed. */
const rounded = 1e-12;

/** Index of the logit that is taken. */
type Pick = (logits: Float32Array) => number;

class DecoderSource implements BeginningSource {
  readonly #decoder: Decoder;
  readonly #tokenizer: Tokenizer;
  readonly #ids: number[];
  readonly #before: number;
  readonly #pick: Pick;
  /** behind the ids, once it is prepared */
  #logits: Float32Array = new Float32Array();

  constructor(decoder: Decoder, tokenizer: Tokenizer, ids: number[], pick: Pick) {
    this.#decoder = decoder;
    this.#tokenizer = tokenizer;
    this.#ids = ids;
    this.#before = ids.length;
    this.#pick = pick;
  }

  get full(): boolean {
    return this.#ids.length >= this.#decoder.config.maxPositionEmbeddings;
  }

  prepare(cancelled: () => boolean): boolean {
    const logits = this.full ? null : this.#decoder.next(this.#ids, cancelled);
    if (logits === null) return false;
    // A text has no messages in it.
    this.#logits = logits.fill(-Infinity, this.#tokenizer.endOfText + 1);
    return true;
  }

  agreeing(typed: Uint8Array, count: number): ScoredToken[] {
    // Of what rounds to nothing no share could be told.
    const probabilities = softmax(this.#logits).map((probability) => probability + rounded);
    const ids =
      typed.length === 0
        ? mostLikely(this.#logits, count)
        : Array.from(probabilities.keys()).filter((id) => agrees(this.#tokenizer, id, typed));
    return ids.map((id) => this.#scored(id, probabilities));
  }

  choose(typed: Uint8Array, cancelled: () => boolean): ScoredToken | null | 'cancelled' {
    // Nothing was found that goes on with it.
    if (typed.length > 0) return null;
    if (!this.prepare(cancelled)) return 'cancelled';
    return this.#scored(this.#pick(this.#logits), softmax(this.#logits));
  }

  follow(id: number): void {
    this.#ids.push(id);
  }

  rewind(): void {
    this.#ids.length = this.#before;
  }

  #scored(id: number, probabilities: Float64Array): ScoredToken {
    const bytes = latin1(this.#tokenizer.tokenBytes(id));
    return { id, bytes, logit: this.#logits[id]!, probability: probabilities[id]! };
  }
}

/** The same seed gives the same line. */
function chooser(sampling: CompletionOptions['sampling']): Pick {
  const random = new Random(sampling?.seed ?? 0);
  const options = sampling ?? { temperature: 0 };
  return (logits) => sample(logits, options, random);
}
