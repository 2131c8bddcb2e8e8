import type { BenchmarkReport } from '../../extension/bench/benchReport.ts';
import { freePytorch } from './rivals.ts';

/** A promise about speed, and what became of it. */
export interface Target {
  readonly what: string;
  /** null = not measured; `reason` says why */
  readonly measured: number | null;
  /** where one number does not say it */
  readonly shown?: string;
  readonly reason?: string;
  readonly unit: '×' | '%' | 'MB' | 's' | 'ms' | 'µs' | 'bytes';
  readonly direction: 'atLeast' | 'atMost';
  readonly target: number | null;
  readonly stretch: number | null;
}

type Peers = NonNullable<BenchmarkReport['peers']>;

export function targets(report: BenchmarkReport): Target[] {
  return [
    ...productTargets(report),
    ...stepTargets(report),
    ...decodeTargets(report),
    ...completionTargets(report),
    ...countsTargets(report),
  ];
}

function productTargets(report: BenchmarkReport): Target[] {
  const share = (build: string, target: number, stretch: number): Target => {
    const shares = report.gemm
      .filter((row) => row.build === build && row.threads === 1)
      .map(({ fractionOfPeak }) => 100 * fractionOfPeak);
    const least = Math.min(...shares);
    return {
      what: `matrix products, ${build} build, 1 thread: the slowest of ${shares.length}, of the 128-bit peak`,
      ...(shares.length === 0
        ? { measured: null, reason: 'this build was not asked for' }
        : { measured: least, shown: `${least.toFixed(0)} % (best ${Math.max(...shares).toFixed(0)} %)` }),
      unit: '%',
      direction: 'atLeast',
      target,
      stretch,
    };
  };
  const product = 'matrix product 2048×256×768 NN, 1 thread';
  return [
    share('relaxed', 88, 93),
    share('baseline', 75, 80),
    against(report, 'onnxruntime-web', product, 1.7, null),
    against(report, 'jax-js', product, null, null),
  ];
}

const stepOf = (preset: string, threads: number): string =>
  `training step, ${preset}, ${threads} thread${threads === 1 ? '' : 's'}`;

function stepTargets(report: BenchmarkReport): Target[] {
  const step = (preset: string, threads: number) =>
    report.trainStep.find((row) => row.preset === preset && row.threads === threads);
  const speedUp = (preset: string): Target => ({
    what: `training step, ${preset}: 2 threads over 1`,
    ...(step(preset, 2) === undefined
      ? { measured: null, reason: 'one core' }
      : { measured: step(preset, 2)!.tokensPerSecond / step(preset, 1)!.tokensPerSecond }),
    unit: '×',
    direction: 'atLeast',
    target: 1.85,
    stretch: 1.95,
  });
  const largest = Math.max(
    ...report.trainStep.filter(({ preset }) => preset === 'large').map(({ rssMb }) => rssMb),
  );
  return [
    against(report, 'PyTorch', 'training step, large, 1 thread', 0.65, 0.75),
    against(report, 'PyTorch', 'training step, large, 2 threads', 0.85, 1),
    against(report, 'PyTorch', 'training step, default, 1 thread', null, null),
    against(report, 'PyTorch', 'training step, default, 2 threads', 1, 1.5),
    ...[1, 2].flatMap((threads) =>
      (report.peers ?? [])
        .filter(({ name, what }) => name === freePytorch && what === stepOf('large', threads))
        .map(({ name, what }) => against(report, name, what, null, null)),
    ),
    against(report, 'jax-js', 'training step, large, 1 thread', 2.3, null),
    notPackaged('llm.c', 'training step, large, 1 thread', 2.4),
    speedUp('large'),
    speedUp('default'),
    {
      what: 'training step, large: peak memory of the process',
      ...(Number.isFinite(largest)
        ? { measured: largest }
        : { measured: null, reason: 'this preset was not asked for' }),
      unit: 'MB',
      direction: 'atMost',
      target: 450,
      stretch: 300,
    },
  ];
}

function decodeTargets(report: BenchmarkReport): Target[] {
  return [
    against(report, 'llama.cpp f32', 'decoding, large, f32, 1 thread', null, null),
    against(report, 'llama.cpp Q8_0', 'decoding, large, int8, 1 thread', 1.7, 2.2),
    notPackaged('llama2.c', 'decoding, large, f32, 1 thread', 1.1),
    against(report, 'llama.cpp f32', 'prompt of 256 tokens, large, f32, 1 thread', 1, 1.2),
    against(report, 'llama.cpp Q8_0', 'prompt of 256 tokens, large, int8, 1 thread', null, null),
  ];
}

function completionTargets({
  completion,
  completionWait,
  accuracy,
  barrier,
  warmUp,
}: BenchmarkReport): Target[] {
  const { preset, duringTraining } = completion;
  const p95 = (what: string, measured: number, target: number, stretch: number): Target => {
    const sentence = `completion of 20 tokens at the end of 500 lines, ${preset}: ${what}, p95`;
    return { what: sentence, measured, unit: 'ms', direction: 'atMost', target, stretch };
  };
  return [
    p95('first ask', completion.firstP95Ms, 60, 30),
    p95('after one more key', completion.nextKeyP95Ms, 25, 10),
    p95('first ask while training', duringTraining.firstP95Ms, 60, 30),
    p95('after one more key while training', duringTraining.nextKeyP95Ms, 25, 10),
    {
      what: `completion beside a training on all cores: the longest wait of ${completionWait.asks}`,
      measured: completionWait.waitMs.max,
      unit: 'ms',
      direction: 'atMost',
      target: 10,
      stretch: null,
    },
    {
      what: 'full speed after instantiation: the slowest of matmul, attention and decode',
      measured: Math.max(...warmUp.map(({ fullSpeedAfterMs }) => fullSpeedAfterMs.without)),
      unit: 'ms',
      direction: 'atMost',
      target: 50,
      stretch: 10,
    },
    {
      what: `8-bit weights over f32: held-out bits per byte more, ${accuracy.preset} after ${accuracy.steps} steps`,
      measured: 100 * accuracy.loss,
      shown: `${(100 * accuracy.loss).toFixed(2)} %`,
      unit: '%',
      direction: 'atMost',
      target: 1,
      stretch: null,
    },
    {
      what: 'a phase without work on 2 threads, median',
      ...(barrier === null
        ? { measured: null, reason: 'one core' }
        : { measured: barrier.medianMicroseconds }),
      unit: 'µs',
      direction: 'atMost',
      target: 10,
      stretch: null,
    },
  ];
}

/** Times and memory are those of the largest index. Results that are older have none. */
type Index = NonNullable<BenchmarkReport['counts']>['indexes'][number];

function memory(indexes: readonly Index[]): Pick<Target, 'measured' | 'shown'> {
  const sizes = indexes.map(({ bytes, bytesPerToken }) => `${bytesPerToken.toFixed(0)} (${bytes / 1e6} MB)`);
  const measured = Math.max(...indexes.map(({ bytesPerToken }) => bytesPerToken));
  return { measured, shown: `${sizes.join(', ')} bytes` };
}

function countsTargets({ counts }: BenchmarkReport): Target[] {
  if (counts === undefined) return [];
  const largest = counts.indexes.at(-1);
  const target = (
    what: string,
    unit: Target['unit'],
    limit: number,
    figure: Pick<Target, 'measured' | 'shown'> | undefined,
  ): Target => ({
    what: `counts: ${what}`,
    ...(figure ?? { measured: null, reason: 'too little text' }),
    unit,
    direction: 'atMost',
    target: limit,
    stretch: null,
  });
  const ready = (megabytes: number, limit: number): Target => {
    const index = counts.indexes.find(({ bytes }) => bytes === megabytes * 1e6);
    return target(
      `an index of ${megabytes} MB is ready`,
      's',
      limit,
      index && { measured: index.readySeconds },
    );
  };
  const median = (what: string, unit: Target['unit'], limit: number, of: CountsTimes): Target => {
    const times = largest?.[of];
    const shown = `${times?.p50.toPrecision(2)} ${unit} (p95 ${times?.p95.toPrecision(2)} ${unit})`;
    return target(`${what}, median`, unit, limit, times && { measured: times.p50, shown });
  };
  return [
    ready(1, 5),
    ready(10, 60),
    target('memory a token, the most of any size', 'bytes', 250, largest && memory(counts.indexes)),
    median('learning a token', 'µs', 60, 'learnUs'),
    median('scoring a known token', 'ms', 0.15, 'scoreMs'),
    median('the likeliest 20 tokens', 'ms', 0.5, 'topMs'),
    median('all probabilities', 'ms', 5, 'distributionMs'),
    median('an edit in the middle of 500 lines', 'ms', 5, 'editMs'),
    median('a changed file of 500 lines out of the index and in', 'ms', 50, 'foldMs'),
  ];
}

type CountsTimes = 'learnUs' | 'scoreMs' | 'topMs' | 'distributionMs' | 'editMs' | 'foldMs';

/** The ratio to a rival. */
function against(
  report: BenchmarkReport,
  name: string,
  work: string,
  target: number | null,
  stretch: number | null,
): Target {
  const peers: Peers = report.peers ?? [];
  const peer = peers.find((candidate) => candidate.name === name && candidate.what === work);
  const common = {
    what: `${work}: against ${name}`,
    unit: '×',
    direction: 'atLeast',
    target,
    stretch,
  } as const;
  if (peer === undefined || peer.ratio === null) {
    return { ...common, measured: null, reason: peer?.reason ?? 'not measured' };
  }
  return {
    ...common,
    measured: peer.ratio,
    shown: `${peer.ratio.toFixed(2)} × (best of each ${peer.bestRatio!.toFixed(2)} ×)`,
  };
}

function notPackaged(name: string, work: string, target: number): Target {
  return {
    what: `${work}: against ${name}`,
    measured: null,
    reason: 'it is C source without a package',
    unit: '×',
    direction: 'atLeast',
    target,
    stretch: null,
  };
}

export type Verdict = 'stretch' | 'met' | 'missed' | 'absent' | 'no target';

export function verdict({ measured, target, stretch, direction }: Target): Verdict {
  if (measured === null) return 'absent';
  if (target === null) return 'no target';
  const reaches = (limit: number): boolean =>
    direction === 'atLeast' ? measured >= limit : measured <= limit;
  if (stretch !== null && reaches(stretch)) return 'stretch';
  return reaches(target) ? 'met' : 'missed';
}
