import { NihiloError } from '../protocol/errors.ts';
import { say, type SentenceValue } from '../protocol/sentence.ts';
import type { ModelConfig, PresetName } from '../protocol/model.ts';

interface Shape {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly maxPositionEmbeddings: number;
}

/** `large` has the shape of the published training-step comparisons; `pencil` is small enough to redo on paper; `base` is what distributed/ trains. */
const shapes: Record<PresetName, Shape> = {
  pencil: {
    vocabSize: 288,
    hiddenSize: 8,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    maxPositionEmbeddings: 8,
  },
  small: {
    vocabSize: 2048,
    hiddenSize: 96,
    numHiddenLayers: 2,
    numAttentionHeads: 3,
    maxPositionEmbeddings: 256,
  },
  default: {
    vocabSize: 2048,
    hiddenSize: 128,
    numHiddenLayers: 4,
    numAttentionHeads: 4,
    maxPositionEmbeddings: 256,
  },
  large: {
    vocabSize: 4096,
    hiddenSize: 256,
    numHiddenLayers: 4,
    numAttentionHeads: 4,
    maxPositionEmbeddings: 256,
  },
  base: {
    vocabSize: 4096,
    hiddenSize: 256,
    numHiddenLayers: 4,
    numAttentionHeads: 4,
    maxPositionEmbeddings: 512,
  },
};

/** The model of a preset. The tokenizer may return fewer tokens than were asked for, so the vocabulary is given when it is known. */
export function presetConfig(preset: PresetName, vocabSize = shapes[preset].vocabSize): ModelConfig {
  const shape = shapes[preset];
  return {
    ...shape,
    vocabSize,
    intermediateSize: 4 * shape.hiddenSize,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
  };
}

const limits: Record<Exclude<keyof ModelConfig, 'tieWordEmbeddings'>, readonly [number, number]> = {
  vocabSize: [2, 65_535],
  hiddenSize: [4, 4_096],
  intermediateSize: [16, 16_384],
  numHiddenLayers: [1, 64],
  numAttentionHeads: [1, 64],
  // When the context is full, something of it is kept and something has room.
  maxPositionEmbeddings: [2, 8_192],
  ropeTheta: [1, 1e9],
  rmsNormEps: [1e-12, 1e-1],
};
const fractions = new Set(['ropeTheta', 'rmsNormEps']);

/** @throws {NihiloError} configInvalid, when a field is out of its range or the fields do not fit together */
export function checkConfig(config: ModelConfig): void {
  for (const [field, [least, most]] of Object.entries(limits)) {
    const value = config[field as keyof typeof limits];
    const whole = fractions.has(field) || Number.isInteger(value);
    if (!(whole && value >= least && value <= most)) {
      throw invalid(say`${field} between ${least} and ${most}`, value);
    }
  }
  const headDim = config.hiddenSize / config.numAttentionHeads;
  if (!Number.isInteger(headDim) || headDim % 4 !== 0) {
    throw invalid(
      say`hiddenSize ÷ numAttentionHeads to be a multiple of 4`,
      `${config.hiddenSize} ÷ ${config.numAttentionHeads}`,
    );
  }
  if (config.intermediateSize !== 4 * config.hiddenSize) {
    throw invalid(
      'intermediateSize = 4 × hiddenSize',
      say`${config.intermediateSize} and ${config.hiddenSize}`,
    );
  }
}

function invalid(expected: SentenceValue, got: SentenceValue): NihiloError {
  return new NihiloError(
    'configInvalid',
    say`The model configuration needs ${expected}; got ${got}. Choose a preset or train again.`,
  );
}
