import type { ModelConfig, OptimizerName, PresetName } from '../protocol/model.ts';
import type { TrainingChoices } from '../protocol/training.ts';

/** A size that grows: [from this share of the training on, size], the first from 0. */
type Schedule = readonly (readonly [number, number])[];

/** Everything about learning that is not the model's shape. */
export interface Recipe {
  readonly optimizer: OptimizerName;
  /** tokens of one step; at least one sequence */
  readonly tokensPerStep: Schedule;
  /** most tokens whose activations are in memory at a time: a larger step adds up the gradients of several micro-batches */
  readonly tokensPerMicroBatch: number;
  /** positions of a training sequence; the last is the model's context */
  readonly lengths: Schedule;
  /** of the hidden matrices */
  readonly peakLearningRate: number;
  /** learning rate of the embedding and the norms ÷ that of the hidden matrices */
  readonly outerRate: number;
  readonly warmUpSteps: number;
  /** share of the training at which the learning rate begins to fall */
  readonly decayFrom: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Muon's */
  readonly momentum: number;
  /** decoupled: a step takes learning rate · decay of each weight; the least, of the hidden matrices, and of the embedding */
  readonly weightDecay: number;
  readonly embeddingDecay: number;
  /** readings of the text after which decay alone, at the peak of the learning rate, would leave 1/e of a weight */
  readonly readingsKept: number;
  /** share of a training over which weights are averaged, from where the learning rate falls; 0: never */
  readonly averagedShare: number;
  /** largest norm of the gradient */
  readonly clip: number;
  /** of the peak learning rate, for text that comes after a training */
  readonly gentleShare: number;
}

/** Tried on `small`; docs/learning.md says how well each is founded. */
const base = {
  warmUpSteps: 50,
  decayFrom: 0.5,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  momentum: 0.95,
  weightDecay: 0.1,
  embeddingDecay: 0.05,
  readingsKept: 1,
  averagedShare: 0.05,
  clip: 1,
  gentleShare: 0.1,
} as const;

const growing = [
  [0, 64],
  [0.4, 128],
  [0.7, 256],
] as const;

const constant = (tokens: number): Pick<Recipe, 'tokensPerStep' | 'tokensPerMicroBatch'> => ({
  tokensPerStep: [[0, tokens]],
  tokensPerMicroBatch: tokens,
});

const batches: Record<PresetName, Pick<Recipe, 'tokensPerStep' | 'tokensPerMicroBatch' | 'lengths'>> = {
  pencil: { ...constant(64), lengths: [[0, 8]] },
  small: { ...constant(1024), lengths: growing },
  default: { ...constant(1024), lengths: growing },
  large: { ...constant(2048), lengths: growing },
  base: { ...constant(2048), lengths: [[0, 512]] },
};

/** Of the hidden matrices. Only those of `small` and, with Muon, of `base` were tried; wider models are taken to want smaller steps. */
const matrixRates: Record<OptimizerName, Record<PresetName, number>> = {
  adamw: { pencil: 0.01, small: 0.004, default: 0.003, large: 0.002, base: 0.0003 },
  muon: { pencil: 0.01, small: 0.007, default: 0.006, large: 0.005, base: 0.0005 },
};
/** Each token's vector is seldom among those that a step changes: it has to learn faster. */
const embeddingRate = 0.02;

/** Of weights that have learnt already: nothing of them shall fade, and what is fast would be lost. */
const learnt = {
  outerRate: 2,
  warmUpSteps: 10,
  decayFrom: 0,
  readingsKept: Infinity,
  gentleShare: 1,
} as const;

export const defaultOptimizer: OptimizerName = 'muon';

function recipeOf(preset: PresetName, optimizer: OptimizerName): Recipe {
  const peakLearningRate = matrixRates[optimizer][preset];
  const outerRate = embeddingRate / peakLearningRate;
  const common = { ...base, ...batches[preset], optimizer, peakLearningRate, outerRate };
  return preset === 'base' ? { ...common, ...learnt } : common;
}

export const recipes: Record<PresetName, Recipe> = {
  pencil: recipeOf('pencil', defaultOptimizer),
  small: recipeOf('small', defaultOptimizer),
  default: recipeOf('default', defaultOptimizer),
  large: recipeOf('large', defaultOptimizer),
  base: recipeOf('base', defaultOptimizer),
};

/** The preset's recipe with what was chosen otherwise. */
export function recipeFor(choices: Pick<TrainingChoices, 'preset' | 'optimizer' | 'tokensPerStep'>): Recipe {
  const { preset, optimizer, tokensPerStep } = choices;
  const recipe = recipeOf(preset, optimizer);
  return tokensPerStep === null ? recipe : { ...recipe, tokensPerStep: [[0, tokensPerStep]] };
}

/**
 * Warm-up, stable, decay: linear up, constant, linear down to nothing, so that a longer training shares the first part of a shorter one.
 * @source Hu et al. 2024 (MiniCPM), §4; Hägele et al. 2024
 */
export function learningRate(recipe: Recipe, step: number, progress: number): number {
  const warmUp = Math.min(1, (step + 1) / recipe.warmUpSteps);
  const decay = Math.min(1, (1 - progress) / (1 - recipe.decayFrom));
  return recipe.peakLearningRate * Math.min(warmUp, decay);
}

/** Larger steps of decay take more than a step can give. */
const mostTaken = 0.03;

/**
 * Decays of a step of so many tokens of such a text: what a weight was taught fades in as many readings whatever the text's size, so that
 * a small text, which is read often, is not learnt by heart. The embedding and the matrices fade alike.
 * @source Wang & Aitchison 2024, "How to set AdamW's weight decay as you scale model and dataset size"
 */
export function decays(
  recipe: Pick<Recipe, 'weightDecay' | 'embeddingDecay' | 'readingsKept' | 'peakLearningRate' | 'outerRate'>,
  stepTokens: number,
  textTokens: number,
): Record<'weightDecay' | 'embeddingDecay', number> {
  const taken = Math.min(mostTaken, stepTokens / (recipe.readingsKept * textTokens));
  // Where nothing is learnt, nothing fades.
  const matrices = recipe.peakLearningRate === 0 ? 0 : taken / recipe.peakLearningRate;
  return {
    weightDecay: Math.max(recipe.weightDecay, matrices),
    embeddingDecay: Math.max(recipe.embeddingDecay, matrices / recipe.outerRate),
  };
}

/** Positions of the sequences at this point of the training: short ones first learn faster what is near. */
export function sequenceLength(recipe: Pick<Recipe, 'lengths'>, progress: number, context: number): number {
  return Math.min(context, at(recipe.lengths, progress));
}

/** Sequences of `length` positions in one step at this point of the training: small steps first learn more from each token. */
export function sequencesPerStep(
  recipe: Pick<Recipe, 'tokensPerStep'>,
  progress: number,
  length: number,
): number {
  return Math.max(1, Math.floor(at(recipe.tokensPerStep, progress) / length));
}

function at(schedule: Schedule, progress: number): number {
  return schedule.findLast(([from]) => progress >= from)![1];
}

/** Tokens that the memory of a training is planned for: a micro-batch, or a whole step that is smaller, and a sequence in any case. */
export function tokensInMemory(
  { tokensPerStep, tokensPerMicroBatch }: Pick<Recipe, 'tokensPerStep' | 'tokensPerMicroBatch'>,
  { maxPositionEmbeddings }: ModelConfig,
): number {
  const largest = Math.max(...tokensPerStep.map(([, tokens]) => tokens));
  return Math.max(maxPositionEmbeddings, Math.min(tokensPerMicroBatch, largest));
}

/** Mean over the training, of whole sequences as they are really taken. */
export function meanTokensPerStep(
  recipe: Pick<Recipe, 'tokensPerStep' | 'lengths'>,
  context: number,
): number {
  const changes = [...recipe.lengths, ...recipe.tokensPerStep].map(([from]) => from);
  const starts = [...new Set(changes)].toSorted((a, b) => a - b);
  return starts.reduce((sum, from, i) => {
    const length = sequenceLength(recipe, from, context);
    return sum + ((starts[i + 1] ?? 1) - from) * sequencesPerStep(recipe, from, length) * length;
  }, 0);
}
