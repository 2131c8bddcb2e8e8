import type { Platform } from '../platform/platform.ts';
import { benchmark, type BenchmarkReport } from '../training/benchmark.ts';
import type { BenchOptions } from './commandLine.ts';
import { print, printJson } from './output.ts';

export async function bench(platform: Platform, options: BenchOptions): Promise<void> {
  process.stderr.write('Measuring for a minute or two; other programs make the figures worse.\n');
  const report = await benchmark(platform, options.reproducible);
  if (options.json) printJson(report);
  else print(benchmarkLines(report));
}

function benchmarkLines(report: BenchmarkReport): string[] {
  const { build, cores, peakGflops, gemm, trainStep, decode, prefill256Ms } = report;
  const share = (fraction: number): string => `${(100 * fraction).toFixed(0)} %`;
  return [
    `Kernels ${build}, ${cores} cores; 128-bit SIMD peak of one thread ${peakGflops.toFixed(1)} GFLOP/s`,
    '',
    'Matrix products, one thread (GFLOP/s, share of the peak)',
    ...gemm.map(
      ({ shape, orientation, gflops, fractionOfPeak }) =>
        `  ${shape.padEnd(16)} ${orientation}  ${gflops.toFixed(1).padStart(6)}  ${share(fractionOfPeak).padStart(5)}`,
    ),
    '',
    'Training step (tokens/s, share of the peak, memory)',
    ...trainStep.map(
      ({ preset, threads, tokensPerSecond, fractionOfPeak, rssMb }) =>
        `  ${preset.padEnd(8)} ${threads} threads  ${tokensPerSecond.toFixed(0).padStart(7)}  ${share(fractionOfPeak).padStart(5)}  ${rssMb.toFixed(0)} MB`,
    ),
    '',
    'Decoding, one thread',
    ...decode.map(({ preset, msPerToken }) => `  ${preset.padEnd(8)} ${msPerToken.toFixed(2)} ms a token`),
    `  large    ${prefill256Ms.toFixed(1)} ms for a prompt of 256 tokens`,
  ];
}
