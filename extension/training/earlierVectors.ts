import type { EarlierVectors } from '../engine/checkpoint.ts';

const name = 'model.embed_tokens.weight';

/**
 * The vectors of all tokens on their way: those of the first score on held-out text, then always of the first that comes at twice as many
 * steps or later. A dozen, however long a training is, and the same ones where it is gone on with.
 */
export class VectorRecord {
  #kept: readonly EarlierVectors[];

  constructor(kept: readonly EarlierVectors[]) {
    this.#kept = kept;
  }

  get kept(): readonly EarlierVectors[] {
    return this.#kept;
  }

  scored(step: number, weights: ReadonlyMap<string, Float32Array>): void {
    const last = this.#kept.at(-1)?.step ?? 0;
    if (step === 0 || step < 2 * last || step === last) return;
    this.#kept = [...this.#kept, { step, vectors: weights.get(name)!.slice() }];
  }
}
