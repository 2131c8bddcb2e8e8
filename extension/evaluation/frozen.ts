import type { Candidates, SequenceModel } from '../counts/sequenceModel.ts';

/**
 * A model that goes on behind each token and learns from none: protocol *static*. The whole document is only supposed; what somebody
 * supposes beyond it is taken back by supposing the document again.
 */
export class FrozenModel implements SequenceModel {
  readonly vocabSize: number;
  readonly #model: SequenceModel;
  readonly #document: number[] = [];
  #beyond = false;

  constructor(model: SequenceModel) {
    this.vocabSize = model.vocabSize;
    this.#model = model;
  }

  begin(): void {
    this.#model.rewind();
    this.#document.length = 0;
    this.#beyond = false;
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
    this.#document.push(token);
    this.#model.suppose(token);
  }

  suppose(token: number): void {
    this.#beyond = true;
    this.#model.suppose(token);
  }

  rewind(): void {
    if (!this.#beyond) return;
    this.#beyond = false;
    this.#model.rewind();
    for (const token of this.#document) this.#model.suppose(token);
  }
}
