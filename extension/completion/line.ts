import type { Decoder } from '../engine/decoder.ts';
import { Random } from '../engine/random.ts';
import { softmax } from '../arithmetic/softmax.ts';
import { sample } from '../engine/sampler.ts';
import type { Completion, CompletionOptions, ScoredToken } from '../protocol/prediction.ts';
import { growText, type TokenSource } from '../prediction/growText.ts';
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
  const source = new DecoderSource(decoder, tokenizer, ids, chooser(options.sampling));
  const grown = growText(source, tokenizer, typed, limitsOf(options, start, cancelled));
  return {
    ...candidateOf(grown),
    alternatives: [],
    asks: null,
    message: null,
    milliseconds: performance.now() - start,
  };
}

class DecoderSource implements TokenSource {
  readonly #decoder: Decoder;
  readonly #tokenizer: Tokenizer;
  readonly #ids: number[];
  readonly #pick: (logits: Float32Array) => number;

  constructor(decoder: Decoder, tokenizer: Tokenizer, ids: number[], pick: (logits: Float32Array) => number) {
    this.#decoder = decoder;
    this.#tokenizer = tokenizer;
    this.#ids = ids;
    this.#pick = pick;
  }

  get full(): boolean {
    return this.#ids.length >= this.#decoder.config.maxPositionEmbeddings;
  }

  choose(typed: Uint8Array, cancelled: () => boolean): ScoredToken | null | 'cancelled' {
    const logits = this.#decoder.next(this.#ids, cancelled);
    if (logits === null) return 'cancelled';
    // A text has no messages in it.
    logits.fill(-Infinity, this.#tokenizer.endOfText + 1);
    return choose(logits, this.#tokenizer, typed, this.#pick);
  }

  follow(id: number): void {
    this.#ids.push(id);
  }
}

/** The same seed gives the same line. */
function chooser(sampling: CompletionOptions['sampling']): (logits: Float32Array) => number {
  const random = new Random(sampling?.seed ?? 0);
  const options = sampling ?? { temperature: 0 };
  return (logits) => sample(logits, options, random);
}

/** One of the tokens that agree with what is typed; its probability is its share among them. */
function choose(
  logits: Float32Array,
  tokenizer: Tokenizer,
  typed: Uint8Array,
  choice: (logits: Float32Array) => number,
): ScoredToken | null {
  const agreeing =
    typed.length === 0
      ? logits
      : logits.map((logit, id) => (agrees(tokenizer, id, typed) ? logit : -Infinity));
  const id = choice(agreeing);
  if (agreeing[id] === -Infinity) return null;
  return {
    id,
    bytes: latin1(tokenizer.tokenBytes(id)),
    logit: logits[id]!,
    probability: softmax(agreeing)[id]!,
  };
}
