import { readCorpus } from '../corpus/corpus.ts';
import { readCheckpoint } from '../engine/checkpoint.ts';
import type { WeightFormat } from '../engine/decodePlan.ts';
import { Decoder } from '../engine/decoder.ts';
import { type CompiledKernels, compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';
import type { PresetName } from '../protocol/model.ts';
import type { CorpusRequest, TrainingRequest } from '../protocol/training.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { unstoppable } from '../training/steering.ts';
import { train } from '../training/trainer.ts';

export interface AccuracyOptions {
  readonly preset: PresetName;
  /** of real code */
  readonly folder: string;
  /** where the model is written */
  readonly checkpoint: string;
  readonly steps: number;
  readonly threads: number;
  readonly reproducible: boolean;
}

/** Bits per byte of held-out text, by the decoder with either kind of weights. */
export interface DecoderAccuracy {
  readonly preset: PresetName;
  readonly steps: number;
  readonly bytes: number;
  readonly f32BitsPerByte: number;
  readonly int8BitsPerByte: number;
  /** int8 ÷ f32 − 1: what the smaller weights cost */
  readonly loss: number;
}

/**
 * Trains a model on a folder and scores its decoders on what was held out. Blocks the thread that it is called on.
 * @throws {NihiloError} as train and readCheckpoint do
 */
export async function measureAccuracy(
  platform: Platform,
  options: AccuracyOptions,
): Promise<DecoderAccuracy> {
  const { preset, checkpoint, steps, reproducible } = options;
  const request = trainingRequest(options);
  await train(platform, request, unstoppable, () => {});
  const { config, tensors, tokenizerJson, trainerState } = await readCheckpoint(platform.files, checkpoint);
  const { documents } = await readCorpus(platform.files, request.corpus, { seed: trainerState.seed });
  const heldOut = documents.filter((document) => document.heldOut).map(({ bytes }) => bytes);
  const compiled: CompiledKernels = await compileKernels((name) => platform.readAsset(name), reproducible);
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const score = (format: WeightFormat): Score =>
    scoreOf(new Decoder(compiled, config, tensors, format), tokenizer, heldOut);
  const [f32, int8] = [score('f32'), score('int8')];
  return {
    preset,
    steps,
    bytes: f32.bytes,
    f32BitsPerByte: f32.bits / f32.bytes,
    int8BitsPerByte: int8.bits / int8.bytes,
    loss: int8.bits / f32.bits - 1,
  };
}

function trainingRequest({
  preset,
  folder,
  checkpoint,
  steps,
  threads,
  reproducible,
}: AccuracyOptions): TrainingRequest<CorpusRequest> {
  return {
    corpus: { folders: [folder], exclude: [] },
    checkpoint,
    preset,
    stop: { steps },
    threads,
    seed: 1,
    reproducible,
    memoryLimitMb: 4_096,
    resume: false,
  };
}

interface Score {
  readonly bits: number;
  readonly bytes: number;
}

/** Every document from its beginning, as far as the context reaches. */
function scoreOf(decoder: Decoder, tokenizer: Tokenizer, documents: readonly Uint8Array[]): Score {
  let bits = 0;
  let bytes = 0;
  for (const document of documents) {
    const ids = [tokenizer.endOfText, ...tokenizer.encode(document)].slice(
      0,
      decoder.config.maxPositionEmbeddings,
    );
    const logits = decoder.all(ids);
    for (let i = 0; i + 1 < ids.length; i++) {
      const row = logits.subarray(i * tokenizer.vocabSize, (i + 1) * tokenizer.vocabSize);
      bits += surprise(row, ids[i + 1]!);
      bytes += tokenizer.tokenBytes(ids[i + 1]!).length;
    }
  }
  return { bits, bytes };
}

/** −log₂ softmax(logits)[id], in float64 */
function surprise(logits: Float32Array, id: number): number {
  const most = logits.reduce((one, other) => Math.max(one, other), -Infinity);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return (Math.log(total) + most - logits[id]!) / Math.LN2;
}
