import type { Completion, CompletionOptions, ModelSummary } from '../../extension/protocol/prediction.ts';
import type { TrainingProgress, TrainingReport, TrainingRequest } from '../../extension/protocol/training.ts';

export const trainingRequest: TrainingRequest = {
  corpus: { folders: ['/code'], exclude: [] },
  checkpoint: '/storage/model',
  preset: 'small',
  stop: { seconds: 60 },
  threads: 2,
  seed: 1,
  reproducible: false,
  memoryLimitMb: 1_000,
  resume: false,
};

export const trainingReport: TrainingReport = {
  parameters: 1_000,
  preset: 'small',
  threads: 2,
  seed: 1,
  steps: 10,
  tokens: 1_000,
  seconds: 60,
  tokensPerSecond: 100,
  trainBitsPerByte: 2,
  heldOutBitsPerByte: 2.5,
  heldOutFiles: 3,
  peakRssMb: 100,
  fractionOfPeak: 0.5,
  checkpoint: '/storage/model',
};

export const modelSummary: ModelSummary = {
  checkpoint: '/storage/model',
  tokenizer: 'c0ffee',
  config: {
    vocabSize: 300,
    hiddenSize: 8,
    intermediateSize: 32,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    maxPositionEmbeddings: 8,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
  },
  parameters: 1_000,
  steps: 10,
  seconds: 60,
  heldOutBitsPerByte: 2.5,
  preset: 'pencil',
};

export const completionOptions: CompletionOptions = {
  leastProbability: 0.1,
  maxTokens: 8,
  maxMilliseconds: 80,
};

export function completion(text: string): Completion {
  const token = { id: 0, bytes: text, logit: 0, probability: 0.5 };
  const candidate = {
    text,
    probability: 0.5,
    tokens: [token],
    ends: [text.length],
    probabilities: [0.5],
    withinWord: [false],
    made: [1],
    follows: null,
    unlikely: null,
  };
  return { ...candidate, alternatives: [], asks: null, message: null, milliseconds: 1, stop: 'lineEnd' };
}

/** a quarter of the time is over */
export const trainingProgress: TrainingProgress = {
  step: 10,
  epoch: 0,
  tokens: 1_000,
  elapsedSeconds: 15,
  cpuSeconds: 28,
  remainingSeconds: 45,
  tokensPerSecond: 100,
  learningRate: 1e-3,
  gradientNorm: 1,
  trainLoss: 3,
  trainBitsPerByte: 2,
};
