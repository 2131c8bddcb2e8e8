import type { EarlierVectors } from '../engine/checkpoint.ts';
import { QuantizedMatrix } from '../engine/quantizedMatrix.ts';
import type { Weights } from './between.ts';

const name = 'model.embed_tokens.weight';

/**
 * The vectors of all tokens on their way: those of the first score on held-out text, then always of the first that comes at twice as many
 * steps or later. A dozen, however long a training is, and the same ones where it is gone on with.
 */
export class VectorRecord {
  readonly #shape: readonly number[];
  #kept: readonly EarlierVectors[];

  /** @param shape of the vectors: [vocabulary, hidden] */
  constructor(shape: readonly number[], kept: readonly EarlierVectors[]) {
    this.#shape = shape;
    this.#kept = kept;
  }

  get kept(): readonly EarlierVectors[] {
    return this.#kept;
  }

  scored(step: number, weights: Weights): void {
    const last = this.#kept.at(-1)?.step ?? 0;
    if (step === 0 || step < 2 * last || step === last) return;
    const vectors = QuantizedMatrix.of({ shape: this.#shape, data: weights.get(name)! });
    this.#kept = [...this.#kept, { step, vectors }];
  }
}
