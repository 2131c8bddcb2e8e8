import type { BenchmarkReport } from '../bench/benchReport.ts';
import type { CountsIndexCost } from '../bench/countsCost.ts';

/** The report for people. */
export function benchmarkLines(report: BenchmarkReport): string[] {
  const { build, cores, peakGflops, peers } = report;
  return [
    `Kernels ${build}, ${cores} cores; 128-bit SIMD peak of one thread ${peakGflops.toFixed(1)} GFLOP/s`,
    'Medians; ± is the distance between the quartiles, as a share of the median.',
    '',
    ...productLines(report),
    '',
    ...stepLines(report),
    '',
    ...decodeLines(report),
    '',
    ...completionLines(report),
    '',
    ...optimizerLines(report),
    ...countsLines(report),
    ...(peers === undefined ? [] : ['', ...peerLines(peers)]),
  ];
}

const share = (fraction: number): string => `${(100 * fraction).toFixed(0)} %`.padStart(5);
const spread = ({ spread }: { readonly spread: number }): string => `±${share(spread)}`;
const threadCount = (threads: number): string => `${threads} thread${threads === 1 ? ' ' : 's'}`;

function productLines({ gemm }: BenchmarkReport): string[] {
  return [
    'Matrix products (GFLOP/s, share of the peak of as many threads)',
    ...gemm.map(
      ({ build, shape, orientation, threads, gflops, fractionOfPeak, ms }) =>
        `  ${build.padEnd(8)}  ${shape.padEnd(14)} ${orientation}  ${threadCount(threads)}  ${gflops.toFixed(1).padStart(6)}  ${share(fractionOfPeak)}  ${spread(ms)}`,
    ),
  ];
}

function stepLines({ trainStep }: BenchmarkReport): string[] {
  return [
    'Training step (tokens/s, share of the peak of as many threads, peak memory of the process)',
    ...trainStep.map(
      ({ preset, threads, tokensPerSecond, fractionOfPeak, rssMb, ms }) =>
        `  ${preset.padEnd(8)} ${threadCount(threads)}  ${tokensPerSecond.toFixed(0).padStart(7)}  ${share(fractionOfPeak)}  ${rssMb.toFixed(0).padStart(4)} MB  ${spread(ms)}`,
    ),
  ];
}

function decodeLines({ decode, prefill }: BenchmarkReport): string[] {
  return [
    'Decoding, one thread',
    ...decode.map(
      ({ preset, dtype, msPerToken, ms }) =>
        `  ${preset.padEnd(8)} ${dtype.padEnd(4)}  ${msPerToken.toFixed(3).padStart(7)} ms a token               ${spread(ms)}`,
    ),
    ...prefill.map(
      ({ preset, dtype, ms }) =>
        `  ${preset.padEnd(8)} ${dtype.padEnd(4)}  ${ms.median.toFixed(1).padStart(7)} ms for a prompt of 256  ${spread(ms)}`,
    ),
  ];
}

function completionLines({ completion, completionWait, accuracy, barrier }: BenchmarkReport): string[] {
  const line = (what: string, figures: typeof completion.duringTraining): string =>
    `  ${figures.preset.padEnd(8)} ${what.padEnd(14)}  ${figures.firstP95Ms.toFixed(1).padStart(6)} ms  ${figures.nextKeyP95Ms.toFixed(1).padStart(6)} ms`;
  return [
    'Completion of 20 tokens at the end of 500 lines (p95 of the first ask, after one more key)',
    line('', completion),
    line('while training', completion.duringTraining),
    '',
    `A training on ${threadCount(completionWait.threads).trim()} makes a completion wait ${completionWait.waitMs.p95.toFixed(1)} ms (p95; without it ${completionWait.idleWaitMs.p95.toFixed(1)}), and compute ${completionWait.slowdown.toFixed(2)} times as long`,
    `Held-out text, ${accuracy.preset} after ${accuracy.steps} steps: ${accuracy.f32BitsPerByte.toFixed(3)} bits per byte with f32, ${accuracy.int8BitsPerByte.toFixed(3)} with 8-bit weights`,
    ...(barrier === null
      ? []
      : [`A phase without work takes 2 threads ${barrier.medianMicroseconds.toFixed(1)} µs (median)`]),
  ];
}

function optimizerLines({ optimizers: { optimizers, accumulation }, warmUp }: BenchmarkReport): string[] {
  return [
    'Optimizers (ms a step, of which the update)',
    ...optimizers.map(
      ({ preset, optimizer, threads, stepMs, updateMs, updateShare }) =>
        `  ${preset.padEnd(8)} ${optimizer.padEnd(5)}  ${threadCount(threads)}  ${stepMs.toFixed(1).padStart(7)}  ${updateMs.toFixed(1).padStart(7)}  ${share(updateShare)}`,
    ),
    'Micro-batches a step and length of the sequences (tokens/s)',
    ...accumulation.map(
      ({ preset, optimizer, threads, microBatches, length, tokensPerSecond }) =>
        `  ${preset.padEnd(8)} ${optimizer.padEnd(5)}  ${threadCount(threads)}  ${microBatches} × ${String(length).padEnd(4)}  ${tokensPerSecond.toFixed(0).padStart(7)}`,
    ),
    '',
    'Full speed after instantiation (ms; after calls on tiny shapes)',
    ...warmUp.map(
      ({ what, fullSpeedAfterMs }) =>
        `  ${what.padEnd(10)} ${fullSpeedAfterMs.without.toFixed(1).padStart(6)}  ${fullSpeedAfterMs.with.toFixed(1).padStart(6)}`,
    ),
  ];
}

function countsLines({ counts }: BenchmarkReport): string[] {
  return (counts?.indexes ?? []).flatMap((index) => ['', ...indexLines(index)]);
}

function indexLines(index: CountsIndexCost): string[] {
  const { bytes, packageBytes, files, tokens, readySeconds, tokenizerSeconds, bytesPerToken, lines } = index;
  const mb = (of: number): string => `${(of / 1e6).toFixed(1)} MB`;
  const line = (what: string, { p50, p95 }: CountsIndexCost['topMs'], unit: string): string =>
    `  ${what.padEnd(42)} ${p50.toPrecision(3).padStart(7)}  ${p95.toPrecision(3).padStart(7)} ${unit}`;
  return [
    `Counts of ${mb(bytes)}, ${mb(packageBytes)} of them of packages: ${files} files, ${tokens} tokens (median, p95)`,
    `  ready after ${readySeconds.toFixed(1)} s, of which the tokenizer ${tokenizerSeconds.toFixed(1)} s; ${bytesPerToken.toFixed(0)} bytes a token`,
    line('learning a token', index.learnUs, 'µs'),
    line('scoring a known token', index.scoreMs, 'ms'),
    line('the likeliest 20 tokens', index.topMs, 'ms'),
    line('all probabilities', index.distributionMs, 'ms'),
    line(`an edit in the middle of ${lines} lines`, index.editMs, 'ms'),
    line(`a file of ${lines} lines out of the index and in`, index.foldMs, 'ms'),
  ];
}

function peerLines(peers: NonNullable<BenchmarkReport['peers']>): string[] {
  return [
    'In turn with others, on the same cores (ratio above 1: Nihilo is faster)',
    ...peers.map(({ name, version, what, unit, value, ours, ratio, ratioSpread, reason }) => {
      if (value === null || ratio === null) return `  ${name}: ${what}: absent (${reason})`;
      const figure = (of: number): string => of.toPrecision(3);
      return `  ${name} ${version}: ${what}: ${figure(value)} ${unit}, ours ${figure(ours)}; ratio ${ratio.toFixed(2)} ${spread({ spread: ratioSpread ?? 0 })}`;
    }),
  ];
}
