import { copied, type Weights } from './between.ts';

/** Steps between two looks at the weights: neighbours differ little, and looking at each would cost a hundredth of a training. */
export const averagedEvery = 4;

/**
 * Moving average of the weights of the last steps. It forgets what single batches of a text that is read many times have taught it, and
 * keeps what they have in common.
 * @source Polyak and Juditsky 1992; docs/learning.md has what it gains here
 */
export class WeightAverage {
  /** f32, as `weights` */
  readonly weights: Weights;

  /** @param weights that it begins with; they are copied */
  constructor(weights: Weights) {
    this.weights = copied(weights);
  }

  /** @param steps over which it averages: older weights count less than 1/e */
  add(current: Weights, steps: number): void {
    const kept = steps / (steps + averagedEvery);
    for (const [name, average] of this.weights) {
      const now = current.get(name)!;
      for (let i = 0; i < average.length; i++) average[i] = kept * average[i]! + (1 - kept) * now[i]!;
    }
  }
}
