import type { Candidates, SequenceModel } from '../counts/sequenceModel.ts';
import type { Decoder } from '../engine/decoder.ts';
import { softmax } from '../arithmetic/softmax.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';

/** Keeps a probability above 0 that float32 would round to it; costs 1.4e-9 bits a token. */
const floor = 1e-9;

/**
 * A transformer as a model of a document's next token; it learns nothing from the document. While the document fits into the context,
 * the model sees all of it; then the context begins at every half of a context, so that at least half a context is before each token
 * and the key-value cache is seldom filled anew: the windows that held-out text has in training.
 */
export class TransformerModel implements SequenceModel {
  readonly vocabSize: number;
  readonly #decoder: Decoder;
  readonly #endOfText: number;
  /** of the document, the end-of-text token before it first */
  readonly #ids: number[] = [];
  #settled = 0;
  #logits: Float32Array | null = null;
  #probabilities: Float64Array | null = null;

  constructor(decoder: Decoder, endOfText: number) {
    this.vocabSize = decoder.config.vocabSize;
    this.#decoder = decoder;
    this.#endOfText = endOfText;
    this.begin();
  }

  begin(): void {
    this.#ids.length = 0;
    this.#settled = 0;
    this.learn(this.#endOfText);
  }

  probability(token: number): number {
    return this.#current[token]!;
  }

  top(count: number): Candidates {
    const probabilities = this.#current;
    const ids = mostLikely(this.#logits!, count);
    return { ids, probabilities: ids.map((id) => probabilities[id]!) };
  }

  distribution(out: Float64Array): void {
    out.set(this.#current);
  }

  learn(token: number): void {
    this.advance(token);
  }

  advance(token: number): void {
    this.rewind();
    this.suppose(token);
    this.#settled++;
  }

  suppose(token: number): void {
    this.#ids.push(token);
    this.#probabilities = null;
  }

  rewind(): void {
    if (this.#ids.length > this.#settled) this.#probabilities = null;
    this.#ids.length = this.#settled;
  }

  /** f64[vocabSize] of the token behind the ids; computed when somebody asks */
  get #current(): Float64Array {
    if (this.#probabilities !== null) return this.#probabilities;
    const half = Math.floor(this.#decoder.config.maxPositionEmbeddings / 2);
    const start = Math.max(0, Math.ceil(this.#ids.length / half) - 2) * half;
    this.#logits = this.#decoder.next(this.#ids.slice(start))!;
    const probabilities = softmax(this.#logits);
    for (let id = 0; id < probabilities.length; id++) {
      probabilities[id] = (1 - floor) * probabilities[id]! + floor / probabilities.length;
    }
    this.#probabilities = probabilities;
    return probabilities;
  }
}
