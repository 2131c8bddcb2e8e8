import type { Checkpoint } from '../../extension/engine/checkpoint.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { randomTensors, realCode } from '../engine/tinyModel.ts';
import { untrainedState } from '../engine/untrainedState.ts';

export const tokenizer = trainTokenizer(realCode(), 300);
export const config = presetConfig('pencil', tokenizer.vocabSize);
export const tensors = randomTensors(config, 1);
/** Whose training says where its text was. */
export const model: Checkpoint = {
  config,
  tensors,
  tokenizerJson: tokenizerToJson(tokenizer),
  trainerState: untrainedState({
    step: 7,
    heldOutBitsPerByte: 1.5,
    provenance: { corpora: [{ folders: ['/home/somebody/secret project'], exclude: [] }], readAtMs: 1 },
  }),
  optimizer: null,
};
export async function refusal(action: () => Promise<unknown>): Promise<NihiloError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof NihiloError) return error;
    throw error;
  }
  throw new Error('was accepted');
}
