import type { TrainingEvent } from '../../extension/protocol/training.ts';

export const reading: TrainingEvent = { type: 'stage', stage: 'reading', detail: '' };

export function progress(step: number, trainBitsPerByte: number): TrainingEvent {
  return {
    type: 'progress',
    progress: {
      step,
      epoch: step / 100,
      tokens: step * 512,
      elapsedSeconds: step,
      remainingSeconds: null,
      tokensPerSecond: 9000,
      learningRate: 3e-4,
      gradientNorm: 1,
      trainLoss: trainBitsPerByte,
      trainBitsPerByte,
    },
  };
}

export function heldOut(step: number, heldOutBitsPerByte: number, best: boolean): TrainingEvent {
  return {
    type: 'heldOut',
    point: {
      step,
      epoch: step / 100,
      elapsedSeconds: step,
      heldOutLoss: heldOutBitsPerByte,
      heldOutBitsPerByte,
      best,
    },
  };
}
