import type { OptimizerName, PresetName } from '../protocol/model.ts';

/** Everything about learning that is not the model's shape. */
export interface Recipe {
  readonly optimizer: OptimizerName;
  readonly tokensPerStep: number;
  /** positions of a training sequence: [from this share of the training on, length]; the last is the model's context */
  readonly lengths: readonly (readonly [number, number])[];
  readonly peakLearningRate: number;
  readonly warmUpSteps: number;
  /** share of the training at which the learning rate begins to fall */
  readonly decayFrom: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Muon's */
  readonly momentum: number;
  readonly weightDecay: number;
  /** largest norm of the gradient */
  readonly clip: number;
}

const base = {
  optimizer: 'adamw',
  warmUpSteps: 50,
  decayFrom: 0.5,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  momentum: 0.95,
  weightDecay: 0.1,
  clip: 1,
} as const;

const growing = [
  [0, 64],
  [0.4, 128],
  [0.7, 256],
] as const;

export const recipes: Record<PresetName, Recipe> = {
  pencil: { ...base, tokensPerStep: 64, lengths: [[0, 8]], peakLearningRate: 0.01 },
  small: { ...base, tokensPerStep: 1024, lengths: growing, peakLearningRate: 0.004 },
  default: { ...base, tokensPerStep: 1024, lengths: growing, peakLearningRate: 0.003 },
  large: { ...base, tokensPerStep: 2048, lengths: growing, peakLearningRate: 0.002 },
};

/**
 * Warm-up, stable, decay: linear up, constant, linear down to nothing, so that a longer training shares the first part of a shorter one.
 * @source Hu et al. 2024 (MiniCPM), §4; Hägele et al. 2024
 */
export function learningRate(recipe: Recipe, step: number, progress: number): number {
  const warmUp = Math.min(1, (step + 1) / recipe.warmUpSteps);
  const decay = Math.min(1, (1 - progress) / (1 - recipe.decayFrom));
  return recipe.peakLearningRate * Math.min(warmUp, decay);
}

/** Positions of the sequences at this point of the training: short ones first learn faster what is near. */
export function sequenceLength(recipe: Recipe, progress: number, context: number): number {
  return Math.min(context, recipe.lengths.findLast(([from]) => progress >= from)![1]);
}
