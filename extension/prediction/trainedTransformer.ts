import { readCheckpoint, type TrainerState } from '../engine/checkpoint.ts';
import type { WeightFormat } from '../engine/decodePlan.ts';
import { Decoder } from '../engine/decoder.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { parameterCount } from '../engine/layout.ts';
import type { Platform } from '../platform/platform.ts';
import type { ModelConfig } from '../protocol/model.ts';

/** A checkpoint's transformer, ready to predict. */
export interface TrainedTransformer {
  readonly decoder: Decoder;
  readonly tokenizerJson: string;
  readonly trainerState: TrainerState;
}

/** Fewer parameters stay as they are: they are quick anyway, and `pencil` is there to be computed again by hand. */
const fewestQuantized = 100_000;

/** What completions and the Inspector compute with: the same numbers in both. */
function weightFormat(config: ModelConfig): WeightFormat {
  return parameterCount(config) < fewestQuantized ? 'f32' : 'int8';
}

/** @throws {NihiloError} checkpointMissing, checkpointTorn, checkpointForeign */
export async function openTransformer(
  platform: Platform,
  checkpoint: string,
  reproducible: boolean,
): Promise<TrainedTransformer> {
  const { config, tensors, tokenizerJson, trainerState } = await readCheckpoint(platform.files, checkpoint);
  const compiled = await compileKernels((name) => platform.readAsset(name), reproducible);
  return {
    decoder: new Decoder(compiled, config, tensors, weightFormat(config)),
    tokenizerJson,
    trainerState,
  };
}
