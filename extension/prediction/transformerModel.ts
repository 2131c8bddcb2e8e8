import type { Candidates, SequenceModel } from '../counts/sequenceModel.ts';
import type { Decoder } from '../engine/decoder.ts';
import { softmax } from '../arithmetic/softmax.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';

/** Keeps a probability above 0 that float32 would round to it; costs 1.4e-9 bits a token. */
const floor = 1e-9;

/** A model that can ask the application for what it can't know. */
export interface AskingModel extends SequenceModel {
  /** how likely it asks here: among all tokens, those of messages included, that no text has */
  readonly asks: number;
  /** what it has read where it is, as far back as it looks */
  readonly context: readonly number[];
  /** Reads a message, which is no part of the text; `rewind` takes it back. */
  consult(message: readonly number[]): void;
}

export function isAsking(model: SequenceModel): model is AskingModel {
  return 'asks' in model;
}

/**
 * A transformer as a model of a document's next token; it learns nothing from the document. While the document fits into the context,
 * the model sees all of it; then the context begins at every half of a context, so that at least half a context is before each token
 * and the key-value cache is seldom filled anew: the windows that held-out text has in training.
 */
export class TransformerModel implements AskingModel {
  readonly vocabSize: number;
  readonly #decoder: Decoder;
  readonly #endOfText: number;
  /** of the document, the end-of-text token before it first */
  readonly #ids: number[] = [];
  readonly #half: number;
  readonly #ahead: number;
  #settled = 0;
  #logits: Float32Array | null = null;
  #probabilities: Float64Array | null = null;
  /** of the tokens that no text has: `#logits` is without them */
  #messageLogits = new Float32Array();

  /**
   * @param ahead so many tokens can be supposed behind any place before the context begins elsewhere: each time that it does, the cache is
   *   filled anew, and again for the place when they are taken back. At most a quarter of a context.
   */
  constructor(decoder: Decoder, endOfText: number, ahead = 0) {
    this.vocabSize = decoder.config.vocabSize;
    this.#decoder = decoder;
    this.#endOfText = endOfText;
    this.#half = Math.floor(decoder.config.maxPositionEmbeddings / 2);
    this.#ahead = Math.min(ahead, Math.floor(this.#half / 2));
    this.begin();
  }

  /** of the document so far and of what is supposed behind it, the end-of-text token first */
  get ids(): readonly number[] {
    return this.#ids;
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

  get asks(): number {
    const { length } = this.#current;
    if (this.#messageLogits.length === 0) return 0;
    const all = Float32Array.from(this.#logits!);
    all.set(this.#messageLogits, length - this.#messageLogits.length);
    return softmax(all)[this.#endOfText + 1]!;
  }

  get context(): readonly number[] {
    return this.#ids.slice(this.#start);
  }

  consult(message: readonly number[]): void {
    for (const id of message) this.suppose(id);
  }

  suppose(token: number): void {
    this.#ids.push(token);
    this.#probabilities = null;
  }

  rewind(): void {
    if (this.#ids.length > this.#settled) this.#probabilities = null;
    this.#ids.length = this.#settled;
  }

  /** @param cancelled polled between blocks of tokens; what is computed by then stays in the cache */
  prepare(cancelled: () => boolean): boolean {
    if (this.#probabilities !== null) return true;
    const logits = this.#decoder.next(this.#ids.slice(this.#start), cancelled);
    if (logits === null) return false;
    this.#logits = logits;
    this.#messageLogits = logits.slice(this.#endOfText + 1);
    logits.fill(-Infinity, this.#endOfText + 1);
    const probabilities = softmax(logits);
    for (let id = 0; id < probabilities.length; id++) {
      probabilities[id] = (1 - floor) * probabilities[id]! + floor / probabilities.length;
    }
    this.#probabilities = probabilities;
    return true;
  }

  /** Where the context begins: as far in front as there is room for what is supposed, or may be. */
  get #start(): number {
    const end = Math.max(this.#settled + this.#ahead, this.#ids.length);
    return Math.max(0, Math.ceil(end / this.#half) - 2) * this.#half;
  }

  /** f64[vocabSize] of the token behind the ids; computed when somebody asks */
  get #current(): Float64Array {
    this.prepare(() => false);
    return this.#probabilities!;
  }
}
