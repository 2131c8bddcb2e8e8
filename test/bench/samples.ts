import type { BenchmarkReport, StepFigures } from '../../extension/bench/benchReport.ts';
import type { CompletionLatency } from '../../extension/bench/completionLatency.ts';
import { growthShapes } from './growth.ts';
import type { GrowthPoint, Results } from './results.ts';

const ms = { best: 9, median: 10, spread: 0.05, tries: 12 };

const completion: CompletionLatency = {
  preset: 'large',
  whileTraining: false,
  asks: 40,
  tokens: 20,
  firstP50Ms: 10,
  firstP95Ms: 45,
  nextKeyP50Ms: 5,
  nextKeyP95Ms: 26,
};

function step(tokensPerSecond: number, rssMb: number): StepFigures {
  return { tokensPerSecond, fractionOfPeak: 0.8, rssMb, plannedMb: rssMb - 70, ms };
}

/** A report of made-up figures. */
export const sampleReport: BenchmarkReport = {
  build: 'relaxed',
  cores: 2,
  peakGflops: 59,
  gemm: (['relaxed', 'baseline'] as const).flatMap((build) =>
    [1, 2].map((threads) => ({
      build,
      shape: '2048×256×768',
      orientation: 'NN',
      threads,
      gflops: 50 * threads,
      fractionOfPeak: build === 'relaxed' ? 0.9 : 0.7,
      ms,
    })),
  ),
  trainStep: [
    { preset: 'default', threads: 1, ...step(5_000, 150) },
    { preset: 'default', threads: 2, ...step(9_800, 160) },
    { preset: 'large', threads: 1, ...step(1_700, 280) },
    { preset: 'large', threads: 2, ...step(3_000, 310) },
  ],
  decode: [{ preset: 'large', dtype: 'f32', threads: 1, msPerToken: 0.5, ms }],
  prefill256Ms: 40,
  prefill: [{ preset: 'large', dtype: 'f32', threads: 1, ms }],
  completion: { ...completion, duringTraining: { ...completion, whileTraining: true, firstP95Ms: 61 } },
  completionWait: {
    threads: 2,
    asks: 100,
    waitMs: { p50: 1, p95: 3, max: 5 },
    idleWaitMs: { p50: 1, p95: 2, max: 3 },
    slowdown: 1.1,
  },
  warmUp: [{ what: 'matmul', fullSpeedAfterMs: { without: 12, with: 15 } }],
  optimizers: {
    optimizers: [
      { preset: 'default', optimizer: 'muon', threads: 2, stepMs: 120, updateMs: 20, updateShare: 1 / 6 },
    ],
    accumulation: [
      {
        preset: 'default',
        optimizer: 'muon',
        threads: 2,
        microBatches: 2,
        length: 64,
        tokensPerSecond: 9_000,
      },
    ],
  },
  accuracy: {
    preset: 'default',
    steps: 100,
    bytes: 1_000,
    f32BitsPerByte: 2,
    int8BitsPerByte: 2.004,
    loss: 0.002,
  },
  counts: {
    indexes: [
      {
        bytes: 1_000_000,
        packageBytes: 0,
        files: 200,
        tokens: 300_000,
        vocabSize: 2_048,
        readySeconds: 6,
        tokenizerSeconds: 1,
        countingSeconds: 5,
        bytesPerToken: 240,
        learnUs: { p50: 40, p95: 70 },
        scoreMs: { p50: 0.03, p95: 0.05 },
        topMs: { p50: 0.25, p95: 0.7 },
        distributionMs: { p50: 3, p95: 6 },
        editMs: { p50: 2, p95: 4 },
        foldMs: { p50: 20, p95: 30 },
        lines: 500,
      },
    ],
  },
  barrier: { medianMicroseconds: 5, p95Microseconds: 9 },
  peers: [
    {
      name: 'PyTorch',
      version: '1.13',
      what: 'training step, large, 1 thread',
      unit: 'tokens/s',
      value: 2_500,
      ours: 1_700,
      ratio: 0.68,
      ratioSpread: 0.02,
      bestRatio: 0.67,
      rssMb: 800,
    },
    {
      name: 'jax-js',
      version: null,
      what: 'training step, large, 1 thread',
      unit: 'tokens/s',
      value: null,
      ours: 1_700,
      ratio: null,
      ratioSpread: null,
      bestRatio: null,
      rssMb: null,
      reason: 'npm said no',
    },
  ],
};

/** What the model of the cost says exactly, with these constants: shares of a peak of 59 GFLOP/s a thread, and bytes a nanosecond. */
export const sampleConstants = { productShare: 0.9, attentionShare: 0.5, bandwidth: 20 };

export function sampleGrowth(): GrowthPoint[] {
  return growthShapes().flatMap((shape) =>
    [1, 2].map((threads): GrowthPoint => {
      const { hiddenSize: h, numHiddenLayers: layers, context } = shape;
      const tokens = 2_048;
      const cost = {
        productGflop: (6 * tokens * (12 * layers * h * h + 4_096 * h)) / 1e9,
        attentionGflop: (6 * tokens * layers * h * (context + 1)) / 1e9,
        weightMb: (40 * (12 * layers * h * h + 4_096 * h)) / 1e6,
        activationMb: (24 * tokens * (16 * layers * h + 4_096)) / 1e6,
      };
      const peak = 59 * threads;
      const { productShare, attentionShare, bandwidth } = sampleConstants;
      const median =
        (1_000 * cost.productGflop) / (productShare * peak) +
        (1_000 * cost.attentionGflop) / (attentionShare * peak) +
        (cost.weightMb + cost.activationMb) / bandwidth;
      const gflops = (1_000 * (cost.productGflop + cost.attentionGflop)) / median;
      return {
        ...shape,
        threads,
        parameters: 12 * layers * h * h + 4_096 * h,
        cost,
        tokensPerSecond: (1_000 * tokens) / median,
        fractionOfPeak: gflops / peak,
        plannedMb: cost.weightMb,
        rssMb: cost.weightMb + 70,
        ms: { ...ms, median },
      };
    }),
  );
}

export function sampleResults(): Results {
  return {
    machine: { cpu: 'A processor', cores: 2, memoryGb: 8, system: 'Linux 6', node: '24.0.0', v8: '13.6' },
    commit: 'abcdef0',
    measuredAt: '2026-01-02T03:04:05.000Z',
    report: sampleReport,
    growth: sampleGrowth(),
  };
}
