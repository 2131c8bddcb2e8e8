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

/** Sizes of what begins with random numbers, from the smallest on; `pencil` fits on two printed pages. */
export const sizeNames = ['pencil', 'small', 'default', 'large'] as const;
export type SizeName = (typeof sizeNames)[number];
/** `base` begins with the weights and the tokenizer of the model that ships with the program. */
export const presetNames = [...sizeNames, 'base'] as const;
export type PresetName = (typeof presetNames)[number];
/** What can be asked for: with `auto`, which is what a user gets who says nothing, text and time decide. */
export const presetChoices = ['auto', ...presetNames] as const;
export type PresetChoice = (typeof presetChoices)[number];

/** How gradients become new weights. With `muon`, what is no hidden matrix is still AdamW's. */
export const optimizerNames = ['adamw', 'muon'] as const;
export type OptimizerName = (typeof optimizerNames)[number];
