import type { KernelBuild } from '../engine/instantiate.ts';
import type { PresetName } from '../protocol/model.ts';
import { decodedTokens, type Dtype, type Sample } from '../training/benchmark.ts';
import type { Orientation } from '../training/product.ts';
import { describe, type HeatRequest, planHeats, presetOf, shapeOf } from './benchHeats.ts';
import { type Peer, peersOf } from './benchPeers.ts';
import type { ContestCommand } from './contestant.ts';
import type { BenchSubject } from './benchSubject.ts';
import type { CompletionLatency } from './completionLatency.ts';
import { type Absent, type Heat, type HeatResult, type Rival, runHeat } from './heat.ts';
import { type Summary, summarise } from './statistics.ts';

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
}

/** @throws {Error} when a measurement of ours fails; the signal's reason when it is aborted */
export async function measureAll(request: BenchmarkRequest): Promise<BenchmarkReport> {
  const heats = planHeats(request);
  const measured: Measured[] = [];
  for (const heat of heats) {
    const what = describe(heat.subject);
    request.onProgress(what, measured.length, heats.length);
    const rivals = (await request.rivals?.(heat.subject)) ?? [];
    measured.push({ heat, what, result: await runHeat(request.ours, heat, rivals, request.signal) });
  }
  return report(request, measured);
}

function report(request: BenchmarkRequest, measured: readonly Measured[]): BenchmarkReport {
  const completions: CompletionLatency[] = [];
  const rows: Rows = { gemm: [], trainStep: [], decode: [], prefill: [] };
  const peaks: number[] = [];
  for (const { heat, result } of measured) {
    const { subject } = heat;
    const samples = result.samples.slice(heat.warmUps);
    const ms = summarise(samples.map((sample) => sample.ms));
    if ('threads' in subject && subject.threads === 1) peaks.push(...samples.map(peakOf));
    switch (subject.kind) {
      case 'product': {
        const gflops = result.facts.flops / ms.median / 1e6;
        const { orientation, threads } = subject;
        const fractionOfPeak = gflops / peakDuring(samples);
        const { build } = result.facts;
        rows.gemm.push({ build, shape: shapeOf(subject), orientation, threads, gflops, fractionOfPeak, ms });
        break;
      }
      case 'trainStep':
        rows.trainStep.push({
          preset: presetOf(subject),
          threads: subject.threads,
          ...stepFigures(subject.tokens, heat, result),
        });
        break;
      case 'decode':
        rows.decode.push({
          preset: presetOf(subject),
          dtype: subject.dtype,
          threads: 1,
          msPerToken: ms.median / decodedTokens,
          ms,
        });
        break;
      case 'prefill':
        rows.prefill.push({ preset: presetOf(subject), dtype: subject.dtype, threads: 1, ms });
        break;
      case 'completion':
        completions.push(samples[0]!.completion!);
    }
  }
  const [alone, duringTraining] = completions;
  const largest = rows.prefill.at(-1)!.preset;
  return {
    build: request.reproducible ? 'baseline' : rows.gemm[0]!.build,
    cores: request.cores,
    peakGflops: Math.max(...peaks),
    ...rows,
    prefill256Ms: Math.min(
      ...rows.prefill.filter(({ preset }) => preset === largest).map(({ ms }) => ms.median),
    ),
    completion: { ...alone!, duringTraining: duringTraining! },
    ...(request.rivals === null
      ? {}
      : { peers: measured.flatMap(({ heat, what, result }) => peersOf(what, heat, result)) }),
  };
}

/** The report's lists while they grow. */
type Rows = { [Key in 'gemm' | 'trainStep' | 'decode' | 'prefill']: BenchmarkReport[Key][number][] };

const peakOf = (sample: Sample): number => sample.peakGflops ?? 0;

/** The median, as of the tries themselves: what slows the machine down slows both. */
function peakDuring(samples: readonly Sample[]): number {
  return summarise(samples.map(peakOf)).median;
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
