import type { TrainerState } from '../../extension/engine/checkpoint.ts';
import { settleChoices } from '../../extension/training/choices.ts';

/** What a checkpoint says of a model that nothing was taught, but for what a test is about. */
export function untrainedState(change: Partial<TrainerState> = {}): TrainerState {
  return {
    ...settleChoices({}, null),
    preset: 'pencil',
    step: 0,
    tokens: 0,
    sequences: 0,
    seconds: 0,
    best: { step: 0, loss: 0, bitsPerByte: 0 },
    scheduledBest: null,
    heldOutBitsPerByte: 0,
    trainBitsPerByte: null,
    provenance: null,
    ...change,
  };
}
