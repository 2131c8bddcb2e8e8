import type { PresetName } from '../extension/protocol/model.ts';
import type { Recipe } from '../extension/training/recipe.ts';

/** The losses of the same training by our engine and by PyTorch, in nats per token, by step. */
export interface LossCurves {
  readonly ours: readonly number[];
  readonly pytorch: readonly number[];
}

/** As they are kept, with what they are of. */
export interface KeptCurves extends LossCurves {
  readonly preset: PresetName;
  readonly seed: number;
  readonly recipe: Recipe;
}

/** of the losses of a step, relative to ours */
export function largestDifference({ ours, pytorch }: LossCurves): number {
  return Math.max(...ours.map((loss, step) => Math.abs(loss - pytorch[step]!) / loss));
}
