import type { Recipe } from './recipe.ts';

/**
 * A recipe for weights that have learnt already: sequences and steps as in the end of a training, at a share of its learning rate, after
 * a short warm-up for moments that begin anew, and falling to nothing.
 */
export function gentleRecipe(recipe: Recipe, warmUpSteps: number, shareOfRate = recipe.gentleShare): Recipe {
  return {
    ...recipe,
    tokensPerStep: [[0, recipe.tokensPerStep.at(-1)![1]]],
    lengths: [[0, recipe.lengths.at(-1)![1]]],
    peakLearningRate: shareOfRate * recipe.peakLearningRate,
    warmUpSteps,
    decayFrom: 0.1,
    averagedShare: 0,
  };
}
