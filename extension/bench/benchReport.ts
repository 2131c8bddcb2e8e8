import type { KernelBuild } from '../engine/instantiate.ts';
import type { PresetName } from '../protocol/model.ts';
import type { Orientation } from '../training/product.ts';
import type { DecoderAccuracy } from './accuracy.ts';
import type { BarrierCost } from './barrierCost.ts';
import { describe, type HeatRequest, planHeats, presetOf, shapeOf } from './benchHeats.ts';
import { type Peer, peersOf } from './benchPeers.ts';
import type { BenchSample, BenchSubject } from './benchSubject.ts';
import type { CompletionLatency } from './completionLatency.ts';
import type { CompletionWait } from './completionWait.ts';
import type { ContestCommand } from './contestant.ts';
import type { CountsCost } from './countsCost.ts';
import { type Absent, type Heat, type HeatResult, type Rival, runHeat } from './heat.ts';
import type { OptimizerCosts } from './optimizerCost.ts';
import { type Summary, summarise } from './statistics.ts';
import { withOwnTemporaryFiles } from './temporaryFiles.ts';
import { decodedTokens, type Dtype, type Sample } from './trials.ts';
import type { WarmUpCost } from './warmUpCost.ts';

/** Rates and times are medians of the tries; what the best one was, and how far they differ, is in `ms`. */
export interface BenchmarkReport {
  readonly build: KernelBuild;
  readonly cores: number;
  /** 128-bit SIMD multiply-add in registers, one thread */
  readonly peakGflops: number;
  readonly gemm: readonly {
    readonly build: KernelBuild;
    /** rows × depth × columns */
    readonly shape: string;
    readonly orientation: Orientation;
    readonly threads: number;
    readonly gflops: number;
    /** of the peak of as many threads, measured between the tries */
    readonly fractionOfPeak: number;
    readonly ms: Summary;
  }[];
  readonly trainStep: readonly ({
    readonly preset: PresetName;
    readonly threads: number;
  } & StepFigures)[];
  readonly decode: readonly {
    readonly preset: PresetName;
    readonly dtype: Dtype;
    readonly threads: 1;
    readonly msPerToken: number;
    readonly ms: Summary;
  }[];
  /** prompt of 256 tokens, preset `large`, one thread, the faster of the types */
  readonly prefill256Ms: number;
  readonly prefill: readonly {
    readonly preset: PresetName;
    readonly dtype: Dtype;
    readonly threads: 1;
    readonly ms: Summary;
  }[];
  /** of 20 tokens at the end of a file of 500 lines: at the first ask, and after one more character */
  readonly completion: CompletionLatency & {
    /** while other threads train on all cores but one */
    readonly duringTraining: CompletionLatency;
  };
  /** what a training on all cores makes a completion wait */
  readonly completionWait: CompletionWait;
  /** when kernels are at full speed, with and without calls on tiny shapes before */
  readonly warmUp: readonly WarmUpCost[];
  /** steps of either optimizer, of micro-batches and of short sequences */
  readonly optimizers: OptimizerCosts;
  /** what 8-bit weights, with which completions are computed, cost */
  readonly accuracy: DecoderAccuracy;
  /** what counting costs; results that are older have none */
  readonly counts?: CountsCost;
  /** of a phase without work on 2 threads; null = one core */
  readonly barrier: BarrierCost | null;
  /** only where they were asked for */
  readonly peers?: readonly Peer[];
}

export interface StepFigures {
  readonly tokensPerSecond: number;
  readonly fractionOfPeak: number;
  /** peak resident memory of a process that does nothing else */
  readonly rssMb: number;
  /** of which the model, its training state and the activations */
  readonly plannedMb: number;
  readonly ms: Summary;
}

export interface BenchmarkRequest extends HeatRequest {
  /** starts a process that answers ContestRequest<Subject> */
  readonly ours: ContestCommand;
  /** null = nobody was asked for */
  readonly rivals: ((subject: BenchSubject) => Promise<readonly (Rival | Absent)[]>) | null;
  readonly onProgress: (what: string, done: number, all: number) => void;
  readonly signal: AbortSignal;
}

interface Measured {
  readonly heat: Heat;
  readonly what: string;
  readonly result: HeatResult;
  /** without the warm-ups */
  readonly samples: readonly BenchSample[];
  readonly ms: Summary;
}

/** @throws {Error} when a measurement of ours fails; the signal's reason when it is aborted */
export async function measureAll(request: BenchmarkRequest): Promise<BenchmarkReport> {
  const heats = planHeats(request);
  const measured: Measured[] = [];
  const ours = await withOwnTemporaryFiles(request.ours);
  try {
    for (const heat of heats) {
      const what = describe(heat.subject);
      request.onProgress(what, measured.length, heats.length);
      const rivals = (await request.rivals?.(heat.subject)) ?? [];
      const result = await runHeat(ours.command, heat, rivals, request.signal);
      const samples = result.samples.slice(heat.warmUps);
      measured.push({ heat, what, result, samples, ms: summarise(samples.map(({ ms }) => ms)) });
    }
  } finally {
    await ours.removeFiles();
  }
  return report(request, measured);
}

function report(request: BenchmarkRequest, measured: readonly Measured[]): BenchmarkReport {
  const gemm = measured.flatMap(productRow);
  const prefill = measured.flatMap(prefillRow);
  const only = <Key extends keyof BenchSample>(key: Key): NonNullable<BenchSample[Key]>[] =>
    measured.flatMap(({ samples }) => {
      const value = samples[0]![key];
      return value === undefined ? [] : [value as NonNullable<BenchSample[Key]>];
    });
  const [completion, duringTraining] = only('completion');
  const [completionWait] = only('completionWait');
  const [warmUp] = only('warmUp');
  const [optimizers] = only('optimizers');
  const [accuracy] = only('accuracy');
  const [counts] = only('counts');
  const [barrier] = only('barrier');
  return {
    build: request.reproducible ? 'baseline' : gemm[0]!.build,
    cores: request.cores,
    peakGflops: Math.max(...measured.flatMap(onePeak)),
    gemm,
    trainStep: measured.flatMap(stepRow),
    decode: measured.flatMap(decodeRow),
    prefill256Ms: Math.min(
      ...prefill.filter(({ preset }) => preset === prefill.at(-1)!.preset).map(({ ms }) => ms.median),
    ),
    prefill,
    completion: { ...completion!, duringTraining: duringTraining! },
    completionWait: completionWait!,
    warmUp: warmUp!,
    optimizers: optimizers!,
    accuracy: accuracy!,
    counts: counts!,
    barrier: barrier ?? null,
    ...(request.rivals === null
      ? {}
      : { peers: measured.flatMap(({ heat, what, result }) => peersOf(what, heat, result)) }),
  };
}

function productRow({ heat: { subject }, result, samples, ms }: Measured): BenchmarkReport['gemm'][number][] {
  if (subject.kind !== 'product') return [];
  const { orientation, threads } = subject;
  const { build, flops } = result.facts;
  const gflops = flops / ms.median / 1e6;
  const fractionOfPeak = gflops / peakDuring(samples);
  return [{ build, shape: shapeOf(subject), orientation, threads, gflops, fractionOfPeak, ms }];
}

function stepRow({ heat, result }: Measured): BenchmarkReport['trainStep'][number][] {
  const { subject } = heat;
  if (subject.kind !== 'trainStep') return [];
  const { threads, tokens } = subject;
  return [{ preset: presetOf(subject), threads, ...stepFigures(tokens, heat, result) }];
}

function decodeRow({ heat: { subject }, ms }: Measured): BenchmarkReport['decode'][number][] {
  if (subject.kind !== 'decode') return [];
  const msPerToken = ms.median / decodedTokens;
  return [{ preset: presetOf(subject), dtype: subject.dtype, threads: 1, msPerToken, ms }];
}

function prefillRow({ heat: { subject }, ms }: Measured): BenchmarkReport['prefill'][number][] {
  if (subject.kind !== 'prefill') return [];
  return [{ preset: presetOf(subject), dtype: subject.dtype, threads: 1, ms }];
}

const peakOf = (sample: Sample): number => sample.peakGflops ?? 0;

/** What one thread reached. */
function onePeak({ heat: { subject }, samples }: Measured): number[] {
  return 'threads' in subject && subject.threads === 1 ? samples.map(peakOf) : [];
}

/** The best between the tries: a limit is not lower because the processor was elsewhere meanwhile. */
function peakDuring(samples: readonly Sample[]): number {
  return Math.max(...samples.map(peakOf));
}

export function stepFigures(tokens: number, heat: Heat, result: HeatResult): StepFigures {
  const samples = result.samples.slice(heat.warmUps);
  const ms = summarise(samples.map((sample) => sample.ms));
  return {
    tokensPerSecond: (1_000 * tokens) / ms.median,
    fractionOfPeak: result.facts.flops / ms.median / 1e6 / peakDuring(samples),
    rssMb: result.rssMb,
    plannedMb: result.facts.plannedMb,
    ms,
  };
}
