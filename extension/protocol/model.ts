/** The shape of a model, in Hugging Face's config names. @source `ArceeConfig` in Hugging Face transformers */
export interface ModelConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  /** 4 × hiddenSize */
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly maxPositionEmbeddings: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
  readonly tieWordEmbeddings: true;
}

/** `default` is what a user gets who says nothing; `pencil` fits on two printed pages. */
export const presetNames = ['pencil', 'small', 'default', 'large'] as const;
export type PresetName = (typeof presetNames)[number];

/** How gradients become new weights. With `muon`, what is no hidden matrix is still AdamW's. */
export const optimizerNames = ['adamw', 'muon'] as const;
export type OptimizerName = (typeof optimizerNames)[number];
