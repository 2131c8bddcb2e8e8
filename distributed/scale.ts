import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { presetConfig } from '../extension/engine/config.ts';
import { stepFlops } from '../extension/engine/weightTasks.ts';
import type { PresetName } from '../extension/protocol/model.ts';
import type { Results } from '../test/bench/results.ts';
import { table } from '../test/readmeSection.ts';

/**
 * `node distributed/scale.ts` writes docs/scale.md: what it takes to learn from more and more code, computed from rates that were measured
 * (test/bench/results, base/training.jsonl). What is assumed is said there.
 */
const root = path.join(import.meta.dirname, '..');
export const page = path.join(root, 'docs', 'scale.md');
const benchFile = 'test/bench/results/amd-epyc-2-cores.json';
const logFile = 'base/training.jsonl';

/** Of the base model's text. */
const bytesPerToken = 3.02;
/** Hoffmann et al. 2022: so many tokens a parameter are about the best use of arithmetic. */
const tokensPerParameter = 20;
/** A text is read more than once where it is small: up to here, nearly as good as new text. Muennighoff et al. 2023 */
const mostReadings = 4;
const leastParameters = 1_000_000;
/** Weights, gradients and two moments in float32. */
const bytesPerParameter = 16;
/** Of what 64 single GPUs would do. Assumed: two nodes or more were never run on GPUs. */
const efficiency = 0.9;
/** Assumed, to have an order of magnitude. */
const dollarsPerGpuHour = 3;
interface Rates {
  /** FLOP a second of training on two cores, and on one GPU */
  readonly laptop: number;
  readonly gpu: number;
  readonly machine: string;
}

/** Forward and backward, with attention over the whole context. */
function flopsPerToken(preset: PresetName): number {
  const config = presetConfig(preset);
  return stepFlops(config, 1, config.maxPositionEmbeddings);
}

function rates(): Rates {
  const { report, machine } = JSON.parse(readFileSync(path.join(root, benchFile), 'utf8')) as Results;
  const step = report.trainStep.find(({ preset, threads }) => preset === 'large' && threads === 2)!;
  const last = readFileSync(path.join(root, logFile), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"tokens_per_second"'))
    .at(-1)!;
  const { tokens_per_second: tokensPerSecond } = JSON.parse(last) as { tokens_per_second: number };
  return {
    laptop: step.tokensPerSecond * flopsPerToken('large'),
    gpu: tokensPerSecond * flopsPerToken('base'),
    machine: `${machine.cores} cores of ${machine.cpu}`,
  };
}

const units = ['', ' k', ' M', ' G', ' T', ' P', ' E', ' Z'] as const;

function short(value: number): string {
  let power = 0;
  while (value >= 999.5 && power < units.length - 1) {
    value /= 1_000;
    power++;
  }
  return `${value.toPrecision(value < 9.95 ? 2 : 3).replace(/\.0$/, '')}${units[power]}`;
}

function duration(seconds: number): string {
  if (seconds < 1) return '< 1 s';
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  if (seconds < 7_200) return `${(seconds / 60).toFixed(0)} min`;
  if (seconds < 172_800) return `${(seconds / 3_600).toFixed(0)} h`;
  const days = seconds / 86_400;
  return days < 730 ? `${days.toFixed(0)} days` : `${short(days / 365)} years`;
}

function rowOf(bytes: number, { laptop, gpu }: Rates): string[] {
  const tokens = bytes / bytesPerToken;
  const parameters = Math.max(leastParameters, (tokens * mostReadings) / tokensPerParameter);
  const flops = 6 * parameters * tokens * mostReadings;
  const cluster = 64 * efficiency * gpu;
  return [
    `${short(bytes)}B`,
    short(tokens),
    short(parameters),
    short(flops),
    `${short(parameters * bytesPerParameter)}B`,
    duration(flops / laptop),
    duration(flops / gpu),
    duration(flops / cluster),
    `$${short((flops / gpu / 3_600) * dollarsPerGpuHour)}`,
  ];
}

export function scalePage(): string {
  const measured = rates();
  return `# What more text takes

Computed by \`node distributed/scale.ts\` from rates that were measured: ${(measured.laptop / 1e9).toFixed(0)} GFLOP/s of training on ${measured.machine} (\`${benchFile}\`), ${(measured.gpu / 1e12).toFixed(0)} TFLOP/s on
one H100 (\`${logFile}\`, 4.2 M parameters; larger models use a GPU better). Assumed: ${bytesPerToken} bytes a token, ${mostReadings} readings of the text,
${tokensPerParameter} tokens read a parameter, 6 operations a parameter and token, ${bytesPerParameter} bytes a parameter (weights, gradients, two moments; activations come on top), ${100 * efficiency} % of what
64 single GPUs would do, $${dollarsPerGpuHour} a GPU-hour. No two GPUs were ever run together.

${table(
  ['code', 'tokens', 'parameters', 'FLOP', 'memory', 'laptop', '1 GPU', '64 GPUs', 'cost'],
  [1e6, 1e8, 1e10, 1e12].map((bytes) => rowOf(bytes, measured)),
).join('\n')}

## What stops first

- **The laptop** stops at about 100 MB: what a minute teaches is less than a hundredth of it. Counts and a base model take its place.
- **The counts** take about 230 bytes a token and are given room for 4 million tokens (1 GB of memory, 12 MB of code). Of more text
  everything is still counted, and what was seen once makes room; 1 GB of code would be counted in about 25 minutes at the measured 1.4 s
  a megabyte, and need 76 GB to keep all of it. That was not run.
- **One GPU** stops where the weights and their moments no longer fit: 80 GB hold about 4 G parameters, those of 60 GB of code.
- **Adding gradients up** costs 4 bytes a parameter and step over the slowest link: at 4.2 M parameters 17 MB against a step of 10 ms, which
  a link of 25 GB/s takes 0.7 ms for. Larger steps make it cheaper, until they are so large that they teach less.
- **Sharded weights** (FSDP) would be next, for models that no GPU holds; \`distributed/\` does not have them.
- **Shards** are read by every process in the order of one sequence, so 1 TB (670 GB of tokens) must lie on a disk that all of them reach,
  or be cut by node, which \`data.py\` does not do yet.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, scalePage());
