import type { Candidates, SequenceModel } from '../counts/sequenceModel.ts';

/** A model that goes on behind each token that comes and learns from none: protocol *static*. */
export class FrozenModel implements SequenceModel {
  readonly vocabSize: number;
  readonly #model: SequenceModel;

  constructor(model: SequenceModel) {
    this.vocabSize = model.vocabSize;
    this.#model = model;
  }

  begin(): void {
    this.#model.begin();
  }

  probability(token: number): number {
    return this.#model.probability(token);
  }

  top(count: number): Candidates {
    return this.#model.top(count);
  }

  distribution(out: Float64Array): void {
    this.#model.distribution(out);
  }

  learn(token: number): void {
    this.#model.advance(token);
  }

  advance(token: number): void {
    this.#model.advance(token);
  }

  suppose(token: number): void {
    this.#model.suppose(token);
  }

  rewind(): void {
    this.#model.rewind();
  }
}
