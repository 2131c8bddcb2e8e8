import type { ModelConfig } from '../../extension/protocol/model.ts';
import type { Recipe } from '../../extension/training/recipe.ts';

/** Everything that an experiment may change, flat, so that a result says all of what it is a result of. */
export interface Settings extends Recipe {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly maxPositionEmbeddings: number;
  /** standard deviation of the embedding's first numbers */
  readonly embeddingStd: number;
  /** of itself that either decay grew by with every reading, in a recipe that is gone; 0 now */
  readonly decayGrowth: number;
  /** share of the input tokens that is exchanged for others of the text */
  readonly inputNoise: number;
}

export function configOf(settings: Settings, vocabSize: number): ModelConfig {
  const { hiddenSize, numHiddenLayers, numAttentionHeads, maxPositionEmbeddings } = settings;
  return {
    vocabSize,
    hiddenSize,
    intermediateSize: 4 * hiddenSize,
    numHiddenLayers,
    numAttentionHeads,
    maxPositionEmbeddings,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
  };
}
