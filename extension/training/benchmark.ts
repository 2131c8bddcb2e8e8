import { Decoder } from '../engine/decoder.ts';
import { presetConfig } from '../engine/config.ts';
import {
  type CompiledKernels,
  compileKernels,
  heapBase,
  instantiateKernels,
  type KernelBuild,
} from '../engine/instantiate.ts';
import type { Ptr } from '../engine/kernels.ts';
import { allocateMemory, parameterTable } from '../engine/layout.ts';
import { Random } from '../engine/random.ts';
import { matmulScratchBytes } from '../engine/scratch.ts';
import { initialTensors } from '../engine/weights.ts';
import type { Platform } from '../platform/platform.ts';
import type { PresetName } from '../protocol/model.ts';
import { Batches } from './batches.ts';
import { Learner, mostChunks } from './learner.ts';
import { measurePeak } from './peak.ts';
import { recipes } from './recipe.ts';
import { Team } from './team.ts';

export interface BenchmarkReport {
  readonly build: KernelBuild;
  readonly cores: number;
  /** 128-bit SIMD multiply-add in registers, one thread */
  readonly peakGflops: number;
  readonly gemm: readonly {
    /** rows × depth × columns */
    readonly shape: string;
    readonly orientation: 'NN' | 'NT' | 'TN';
    readonly threads: 1;
    readonly gflops: number;
    readonly fractionOfPeak: number;
  }[];
  readonly trainStep: readonly {
    readonly preset: PresetName;
    readonly threads: number;
    readonly tokensPerSecond: number;
    /** of the peak of as many threads, measured at the same time */
    readonly fractionOfPeak: number;
    readonly rssMb: number;
  }[];
  readonly decode: readonly {
    readonly preset: PresetName;
    readonly dtype: 'f32';
    readonly threads: 1;
    readonly msPerToken: number;
  }[];
  /** prompt of 256 tokens, preset `large`, one thread */
  readonly prefill256Ms: number;
}

/** Measures this machine's engine; every figure is the median of its tries. Blocks the thread that it is called on. */
export async function benchmark(platform: Platform, reproducible: boolean): Promise<BenchmarkReport> {
  const compiled = await compileKernels((name) => platform.readAsset(name), reproducible);
  const single = await withTeam(platform, compiled, 'default', 1, (team) => measurePeak(team));
  const gemm = measureProducts(compiled).map((row) => ({
    ...row,
    fractionOfPeak: row.gflops / (single / 1e9),
  }));
  const trainStep: BenchmarkReport['trainStep'][number][] = [];
  for (const preset of ['default', 'large'] as const) {
    for (const threads of platform.cores > 1 ? [1, 2] : [1]) {
      trainStep.push(await measureTrainStep(platform, compiled, preset, threads));
    }
  }
  const decode = (['default', 'large'] as const).map((preset) => measureDecode(compiled, preset));
  return {
    build: compiled.build,
    cores: platform.cores,
    peakGflops: single / 1e9,
    gemm,
    trainStep,
    decode: decode.map(({ preset, msPerToken }) => ({ preset, dtype: 'f32', threads: 1, msPerToken })),
    prefill256Ms: decode.at(-1)!.prefillMs,
  };
}

async function withTeam<Result>(
  platform: Platform,
  compiled: CompiledKernels,
  preset: PresetName,
  threads: number,
  use: (team: Team) => Result,
): Promise<Result> {
  const tokens = recipes[preset].tokensPerStep;
  const size = { tokens, chunks: mostChunks(tokens, recipes[preset]), lanes: threads };
  const team = Team.create(platform, compiled, presetConfig(preset), size, 4_096);
  try {
    return use(team);
  } finally {
    await team.dispose();
  }
}

function measureTrainStep(
  platform: Platform,
  compiled: CompiledKernels,
  preset: PresetName,
  threads: number,
): Promise<BenchmarkReport['trainStep'][number]> {
  return withTeam(platform, compiled, preset, threads, (team) => {
    const config = presetConfig(preset);
    const random = new Random(1);
    const stream = Uint16Array.from({ length: 100_000 }, () => random.below(config.vocabSize));
    const weights = initialTensors(team.plan.parameters, 1);
    const learner = new Learner(team, config, recipes[preset], new Batches(stream, 1), weights);
    const peak = measurePeak(team);
    let flops = 0;
    const seconds = median(15, 5, () => {
      // 0.99: the longest sequences, as in the last part of a training
      flops = learner.step(0.99).flops;
    });
    return {
      preset,
      threads,
      tokensPerSecond: team.plan.tokens / seconds,
      fractionOfPeak: flops / seconds / peak,
      rssMb: platform.peakRss() / 1_048_576,
    };
  });
}

const productShapes = [
  { rows: 1024, depth: 128, cols: 512 },
  { rows: 1024, depth: 512, cols: 128 },
  { rows: 1024, depth: 128, cols: 2048 },
  { rows: 2048, depth: 256, cols: 768 },
  { rows: 2048, depth: 256, cols: 1024 },
] as const;

function measureProducts(
  compiled: CompiledKernels,
): Omit<BenchmarkReport['gemm'][number], 'fractionOfPeak'>[] {
  return productShapes.flatMap(({ rows, depth, cols }) => {
    const base = heapBase(compiled);
    const at = (floats: number): Ptr => (Math.ceil(base / 64) * 64 + 4 * floats) as Ptr;
    const panelFloats = depth * cols;
    const [a, b, panels, out] = [0, rows * depth, rows * (depth + cols), rows * (depth + cols) + panelFloats];
    const scratch = out + rows * cols + panelFloats;
    const memory = allocateMemory(at(scratch) + matmulScratchBytes(), 4_096);
    const kernels = instantiateKernels(compiled.module, memory);
    const shape = `${rows}×${depth}×${cols}`;
    const flops = 2 * rows * depth * cols;
    const row = (orientation: 'NN' | 'NT' | 'TN', run: () => void) => {
      const gflops = flops / median(30, 20, run) / 1e9;
      return { shape, orientation, threads: 1 as const, gflops };
    };
    // Packing the weight is part of the product here; a training packs once a step.
    const product = (): void =>
      kernels.matmul(at(out), cols, at(a), depth, at(panels), rows, cols, depth, false, at(scratch));
    return [
      row('NT', () => {
        kernels.packForward(at(panels), at(b), cols, depth, 0, cols);
        product();
      }),
      row('NN', () => {
        kernels.packBackward(at(panels), at(b), depth, cols, 0, depth);
        product();
      }),
      // out f32[depth, cols] = aᵀ f32[depth, rows] · b f32[rows, cols]
      row('TN', () =>
        kernels.matmulTransposed(
          at(out),
          at(a),
          depth,
          at(b),
          cols,
          rows,
          depth,
          cols,
          0,
          depth,
          false,
          at(scratch),
        ),
      ),
    ];
  });
}

function measureDecode(
  compiled: CompiledKernels,
  preset: PresetName,
): { preset: PresetName; msPerToken: number; prefillMs: number } {
  const config = presetConfig(preset);
  const decoder = new Decoder(compiled, config, initialTensors(parameterTable(config), 1));
  const random = new Random(2);
  const prompt = (): number[] => Array.from({ length: 256 }, () => random.below(config.vocabSize));
  const prefillMs = 1_000 * median(15, 5, () => decoder.next(prompt()));
  const ids = prompt().slice(0, 128);
  decoder.next(ids);
  const msPerToken =
    1_000 *
    median(100, 20, () => {
      ids.push(random.below(config.vocabSize));
      decoder.next(ids);
    });
  return { preset, msPerToken, prefillMs };
}

/** Median seconds of `tries` runs, after `warmUps` that are not counted. */
function median(tries: number, warmUps: number, run: () => void): number {
  for (let i = 0; i < warmUps; i++) run();
  const seconds = Array.from({ length: tries }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1_000;
  });
  return seconds.toSorted((a, b) => a - b)[Math.floor(tries / 2)]!;
}
