import type { CountingModel } from '../counts/countingModel.ts';
import type { Candidates, SequenceModel } from '../counts/sequenceModel.ts';
import type { AskingModel } from './transformerModel.ts';

/** A model that follows a document as an editor shows it. */
export interface EditableModel extends SequenceModel {
  /**
   * The current document. The place is behind the first `before` tokens; what is behind it has been counted, too.
   * @param cancelled polled between steps; then the document is not there yet, and the next call goes on with it
   * @returns whether it was not cancelled
   */
  setDocument(ids: Uint16Array, before: number, cancelled: () => boolean): boolean;
}

/** Counts that hear what a transformer says: of each decision on the way to a token it is one more input, whose weight is learnt. */
export class MixtureModel implements EditableModel, AskingModel {
  readonly vocabSize: number;
  readonly #counts: CountingModel;
  readonly #transformer: AskingModel;
  readonly #said: Float64Array;
  #heard = false;

  /** @param counts built by `buildCounts` with this transformer heard */
  constructor(counts: CountingModel, transformer: AskingModel) {
    this.vocabSize = counts.vocabSize;
    this.#counts = counts;
    this.#transformer = transformer;
    this.#said = new Float64Array(counts.vocabSize);
  }

  begin(): void {
    this.#both((model) => model.begin());
  }

  setDocument(ids: Uint16Array, before: number, cancelled: () => boolean): boolean {
    this.#heard = false;
    if (!this.#counts.setDocument(ids, before, cancelled)) return false;
    this.#transformer.begin();
    for (let i = 0; i < before; i++) this.#transformer.learn(ids[i]!);
    return true;
  }

  prepare(cancelled: () => boolean): boolean {
    return this.#heard || (this.#transformer.prepare?.(cancelled) ?? true);
  }

  probability(token: number): number {
    return this.#hearing.probability(token);
  }

  top(count: number): Candidates {
    return this.#hearing.top(count);
  }

  distribution(out: Float64Array): void {
    this.#hearing.distribution(out);
  }

  learn(token: number): void {
    // Counts learn from decisions in which the transformer took part.
    this.#hearing.learn(token);
    this.#transformer.learn(token);
    this.#heard = false;
  }

  advance(token: number): void {
    this.#both((model) => model.advance(token));
  }

  get asks(): number {
    return this.#transformer.asks;
  }

  get context(): readonly number[] {
    return this.#transformer.context;
  }

  /** Counts know texts alone: the message is for the transformer. */
  consult(message: readonly number[]): void {
    this.#transformer.consult(message);
    this.#heard = false;
  }

  suppose(token: number): void {
    this.#both((model) => model.suppose(token));
  }

  rewind(): void {
    this.#both((model) => model.rewind());
  }

  get #hearing(): CountingModel {
    if (!this.#heard) {
      this.#transformer.distribution(this.#said);
      this.#counts.hear(this.#said);
      this.#heard = true;
    }
    return this.#counts;
  }

  #both(action: (model: SequenceModel) => void): void {
    action(this.#counts);
    action(this.#transformer);
    this.#heard = false;
  }
}
