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
      cpuSeconds: 1.5 * step,
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

/** On a vocabulary of 2,048 tokens of which 2.1 bytes are a token. */
export const yardsticks: TrainingEvent = {
  type: 'yardsticks',
  yardsticks: {
    vocabSize: 2048,
    blind: { loss: Math.log(2048), bitsPerByte: 3.6 },
    frequency: { loss: 6.57, bitsPerByte: 3.1 },
    clip: 1,
    prompt: {
      file: 'shop/cart.ts',
      line: 12,
      before: ['export', ' function', ' total', '(', 'items', ')', ' {', '\n  '],
      after: ['return', ' items', '.', 'reduce', '(', 'sum', ')', ';', '\n'],
    },
  },
};

export function sample(step: number, ...tokens: readonly string[]): TrainingEvent {
  return { type: 'sample', sample: { step, tokens } };
}
