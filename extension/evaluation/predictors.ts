import type { SequenceModel } from '../counts/sequenceModel.ts';
import type { WeightFormat } from '../engine/decodePlan.ts';
import { Decoder } from '../engine/decoder.ts';
import { type CompiledKernels, compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { TransformerModel } from './transformerModel.ts';

export type PredictorName = 'counts+cache' | 'counts' | 'transformer' | 'mixture';

export interface TrainingText {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** without end-of-text */
  readonly ids: Uint16Array;
}

export interface TrainedTransformer {
  readonly config: ModelConfig;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** All that a predictor may learn from. */
export interface Material {
  readonly platform: Platform;
  readonly seed: number;
  readonly tokenizer: Tokenizer;
  /** in the order of their paths */
  readonly texts: readonly TrainingText[];
  /** null before it is trained */
  readonly transformer: TrainedTransformer | null;
}

/** When a predictor is looked at: as soon as the texts are indexed, or after the transformer's training. */
export type Stage = 'index' | 'trained';

/** One row, or two, of an evaluation. */
export interface PredictorFactory {
  readonly name: PredictorName;
  /** a predictor that a training does not change is looked at once, at 'index' */
  readonly stages: readonly Stage[];
  /** A new model, each time in the same state, that no held-out text has reached. Its time is reported. */
  prepare(material: Material): Promise<SequenceModel>;
}

/** The predictors that are reported side by side, in this order. */
export const predictors: readonly PredictorFactory[] = [
  {
    name: 'transformer',
    stages: ['trained'],
    prepare: ({ platform, tokenizer, transformer }) =>
      transformerModel(platform, tokenizer, transformer!, 'int8'),
  },
];

/** @param format int8 is what completions compute with */
async function transformerModel(
  platform: Platform,
  tokenizer: Tokenizer,
  { config, tensors }: TrainedTransformer,
  format: WeightFormat,
): Promise<SequenceModel> {
  const compiled: CompiledKernels = await compileKernels((name) => platform.readAsset(name), false);
  return new TransformerModel(new Decoder(compiled, config, tensors, format), tokenizer.endOfText);
}
