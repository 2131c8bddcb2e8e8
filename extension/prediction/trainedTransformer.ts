import { readCheckpoint, type TrainerState } from '../engine/checkpoint.ts';
import { weightFormat } from '../engine/decodePlan.ts';
import { Decoder } from '../engine/decoder.ts';
import { compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';

/** A checkpoint's transformer, ready to predict. */
export interface TrainedTransformer {
  readonly decoder: Decoder;
  readonly tokenizerJson: string;
  readonly trainerState: TrainerState;
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
