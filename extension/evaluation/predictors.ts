import { sidesOf } from '../corpus/split.ts';
import { buildCounts, countAndHear, countDocuments, ended, type LearntTrust } from '../counts/buildCounts.ts';
import { CountsAndCache } from '../counts/countsAndCache.ts';
import type { SequenceModel } from '../counts/sequenceModel.ts';
import { Decoder } from '../engine/decoder.ts';
import { type CompiledKernels, compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { MixtureModel } from '../prediction/mixtureModel.ts';
import { TransformerModel } from '../prediction/transformerModel.ts';

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
  /** of the texts that its training held out for itself; null: it has learnt from none of them */
  readonly heldOutPaths: readonly string[] | null;
}

/** All that a predictor may learn from. */
export interface Material {
  readonly platform: Platform;
  readonly tokenizer: Tokenizer;
  /** in the order of their paths */
  readonly texts: readonly TrainingText[];
  /** room that a predictor must have for a document */
  readonly documentTokens: number;
  /** null before it is trained, if there is no base */
  readonly transformer: TrainedTransformer | null;
  /** how far to trust it, where that need not be learnt from nothing */
  readonly trust: LearntTrust | null;
  /** whether that is learnt on, from texts that it has not learnt from */
  readonly learnsOn: boolean;
  /** to be awaited now and then, with the share that is done: lets signals in, and rejects when it is time to end */
  readonly breathe: (share: number) => Promise<void>;
}

/**
 * When a predictor is looked at: as soon as the texts are indexed, without a transformer or with the base; when it is learnt how far to trust
 * the base here; or after the training.
 */
export type Stage = 'index' | 'base' | 'weighed' | 'trained';

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
    name: 'counts+cache',
    stages: ['index'],
    prepare: ({ tokenizer, texts }) =>
      Promise.resolve(new CountsAndCache(documentsOf(texts, tokenizer), tokenizer.vocabSize)),
  },
  {
    name: 'counts',
    stages: ['index'],
    prepare: async ({ platform, tokenizer, texts, documentTokens, breathe }) => {
      const { module } = await kernels(platform, true);
      const options = { slack: 0, documentTokens, onProgress: goingOn(breathe) };
      return (await buildCounts(module, tokenizer, documentsOf(texts, tokenizer), options))!;
    },
  },
  { name: 'transformer', stages: ['base', 'trained'], prepare: transformerModel },
  { name: 'mixture', stages: ['base', 'weighed', 'trained'], prepare: mixtureModel },
];

/** Ids of each text, with the end-of-text id behind them. */
function documentsOf(texts: readonly TrainingText[], { endOfText }: Tokenizer): Uint16Array[] {
  return texts.map(({ ids }) => ended(ids, endOfText));
}

function kernels(platform: Platform, reproducible: boolean): Promise<CompiledKernels> {
  return compileKernels((name) => platform.readAsset(name), reproducible);
}

/** With 8-bit weights, as completions compute. */
async function transformerModel({ platform, tokenizer, transformer }: Material): Promise<TransformerModel> {
  const { config, tensors } = transformer!;
  const decoder = new Decoder(await kernels(platform, false), config, tensors, 'int8');
  return new TransformerModel(decoder, tokenizer.endOfText);
}

/** The counts know how far to trust the transformer, or learn it from what its training held out for itself. */
async function mixtureModel(material: Material): Promise<SequenceModel> {
  const { platform, tokenizer, texts, transformer, trust, learnsOn, documentTokens, breathe } = material;
  const { module } = await kernels(platform, true);
  const model = await transformerModel(material);
  const options = { slack: 0, documentTokens, onProgress: goingOn(breathe) };
  const documents = documentsOf(texts, tokenizer);
  if (trust !== null && !learnsOn) {
    const counts = await countDocuments(module, tokenizer, documents, trust, options);
    return new MixtureModel(counts!, model);
  }
  const { heldOutPaths } = transformer!;
  const { seen, unseen } =
    heldOutPaths === null
      ? { seen: [], unseen: documents }
      : sidesOf(texts, documents, heldOutPaths, (part) => ended(tokenizer.encode(part), tokenizer.endOfText));
  const outside = { model, documents: unseen };
  const whole = texts.length === 1 ? documents[0] : undefined;
  const counts =
    trust === null
      ? await buildCounts(module, tokenizer, seen, { ...options, whole, outside })
      : await countAndHear(module, tokenizer, seen, trust, outside, { ...options, whole });
  return new MixtureModel(counts!, model);
}

function goingOn(breathe: Material['breathe']): (share: number) => Promise<boolean> {
  return async (share) => {
    await breathe(share);
    return true;
  };
}
