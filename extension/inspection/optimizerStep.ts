import { hasMomentum } from '../engine/layout.ts';
import type { OptimizerState, TrainerState } from '../engine/checkpoint.ts';
import type { OptimizerStep } from '../protocol/optimizerStep.ts';
import type { WeightPlace } from '../protocol/stages.ts';
import { decays, type Recipe, recipeFor, sequenceLength, sequencesPerStep } from '../training/recipe.ts';
import type { RecordedModel } from './recordedModel.ts';
import { weightAt } from './weightPlace.ts';

/** How a model was trained, and would be further. */
export interface TrainingOf {
  readonly recipe: Recipe;
  /** what its training left behind; null: nothing */
  readonly left: (Pick<OptimizerState, 'first' | 'second'> & { readonly steps: number }) | null;
  /** of its text; null: not known */
  readonly textTokens: number | null;
}

export function trainingOf(trainerState: TrainerState, optimizer: OptimizerState | null): TrainingOf {
  const left =
    optimizer === null
      ? null
      : { first: optimizer.first, second: optimizer.second, steps: trainerState.step };
  return { recipe: recipeFor(trainerState), left, textTokens: trainerState.textTokens ?? null };
}

/** As they are in the end of the training. */
function decaysOf(
  { recipe, textTokens }: TrainingOf,
  context: number,
): ReturnType<typeof decays> & Pick<OptimizerStep, 'isLeastDecay'> {
  const length = sequenceLength(recipe, 1, context);
  const stepTokens = sequencesPerStep(recipe, 1, length) * length;
  return {
    ...decays(recipe, stepTokens, textTokens ?? Infinity),
    // A recipe by which nothing fades with the readings always takes the least.
    isLeastDecay: textTokens === null && Number.isFinite(recipe.readingsKept),
  };
}

/**
 * Takes a step as the training does, straight after `differentiate`: gradients are clipped, AdamW or Muon changes all weights.
 * @param rate of the hidden matrices; the embedding and the norms have their multiple of it
 * @returns what became of one weight
 */
export function takeStep(
  model: RecordedModel,
  training: TrainingOf,
  place: WeightPlace,
  rate: number,
): OptimizerStep {
  const { recipe, left } = training;
  const { beta1, beta2, eps, momentum, outerRate } = recipe;
  const { isLeastDecay, ...decay } = decaysOf(training, model.config.maxPositionEmbeddings);
  const { tensor, at } = weightAt(model, place);
  const { gradientNorm } = model;
  const clip = gradientNorm > recipe.clip ? recipe.clip / gradientNorm : 1;
  const steps = left?.steps ?? null;
  const t = (steps ?? 0) + 1;
  model.setMoments(left);
  const isHidden = place.matrix !== 'embedding';
  const read = (of: ReadonlyMap<string, Float32Array>): number => of.get(tensor)?.[at] ?? 0;
  const now = () => ({ w: read(model.weights), m: read(model.moments.first), v: read(model.moments.second) });
  const before = now();
  const gradient = model.gradient(tensor)[at]!;
  model.takeStep(
    { gradientScale: clip, momentum },
    {
      gradientScale: clip,
      learningRate: rate,
      outerLearningRate: outerRate * rate,
      beta1,
      beta2,
      eps,
      ...decay,
      correction1: 1 - beta1 ** t,
      correction2: 1 - beta2 ** t,
    },
  );
  const after = now();
  const common = {
    gradient,
    gradientNorm,
    clip,
    steps,
    rate: isHidden ? rate : outerRate * rate,
    decay: isHidden ? decay.weightDecay : decay.embeddingDecay,
    isLeastDecay,
    before: before.w,
    after: after.w,
    first: { before: before.m, after: after.m },
  };
  if (hasMomentum(recipe.optimizer, isHidden)) {
    // What the step went along has taken the gradient's place.
    const direction = model.gradient(tensor)[at]!;
    return { optimizer: 'muon', ...common, momentum, direction, scale: model.updateScale(place) };
  }
  return { optimizer: 'adamw', ...common, second: { before: before.v, after: after.v }, beta1, beta2, eps };
}
