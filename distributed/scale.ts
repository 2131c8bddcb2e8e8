import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mostCorpusBytes } from '../extension/corpus/corpus.ts';
import { presetConfig } from '../extension/engine/config.ts';
import { parameterCount } from '../extension/engine/layout.ts';
import { stepFlops } from '../extension/engine/weightTasks.ts';
import { mostTokens } from '../extension/indexing/indexer.ts';
import type { PresetName } from '../extension/protocol/model.ts';
import type { Results } from '../test/bench/results.ts';
import { table } from '../test/readmeSection.ts';
import { type IndexCost, indexCostFile, type IndexCostRow } from './indexCost.ts';
import { logFile, trainingLog } from './trainingLog.ts';

/**
 * `node distributed/scale.ts` writes docs/scale.md: what it takes to learn from more and more code, computed from what was measured
 * (test/bench/results, base/training.jsonl, distributed/indexCost.json). What is assumed is said there.
 */
const root = path.join(import.meta.dirname, '..');
export const page = path.join(root, 'docs', 'scale.md');
const benchFile = 'test/bench/results/amd-epyc-2-cores.json';

/** Hoffmann et al. 2022: so many tokens a parameter are about the best use of arithmetic. */
const tokensPerParameter = 20;
/** A text is read more than once where it is small: up to here, nearly as good as new text. Muennighoff et al. 2023 */
const mostReadings = 4;
const leastParameters = 1_000_000;
/** Weights, gradients and two moments in float32; Muon has one moment, so this is the most. */
const stateBytes = 16;
/** Of a token, a layer and a unit of its width. Korthikanti et al. 2022, without the attention's scores, which are not kept */
const activationBytes = 34;
/** Of one sequence, the least that a device computes at a time. */
const positions = 2_048;
/** Width over layers of large models. Kaplan et al. 2020: from 50 to 200 it makes little difference */
const widthPerLayer = 128;
const gpuBytes = 80e9;
/** Of what 64 single GPUs would do. Assumed: two nodes or more were never run on GPUs. */
const gpus = 64;
const efficiency = 0.9;
/** Assumed, to have orders of magnitude. */
const dollarsPerGpuHour = 3;
const linkBytesPerSecond = 25e9;

interface Measured {
  /** FLOP a second of training on the laptop's cores, and on one GPU */
  readonly laptop: number;
  readonly gpu: number;
  readonly machine: string;
  readonly laptopBytes: number;
  /** of the base's held-out text */
  readonly bytesPerToken: number;
  readonly baseStepSeconds: number;
  /** of the counts' memory, and of text, for a token of a workspace's own vocabulary */
  readonly countBytes: number;
  readonly textBytes: number;
  readonly index: IndexCost;
}

/** Forward and backward, with attention over the whole context. */
function flopsPerToken(preset: PresetName): number {
  const config = presetConfig(preset);
  return stepFlops(config, 1, config.maxPositionEmbeddings);
}

function measurements(index: IndexCost): Measured {
  const { report, machine } = json(benchFile) as Results;
  const step = report.trainStep.find(({ preset, threads }) => preset === 'large' && threads === 2)!;
  const counts = report.counts!.indexes.at(-1)!;
  const { lines, heldOut } = trainingLog();
  const done = lines.findLast(({ event }) => event === 'done')!;
  return {
    laptop: step.tokensPerSecond * flopsPerToken('large'),
    gpu:
      lines.findLast((line) => line.tokens_per_second !== undefined)!.tokens_per_second! *
      flopsPerToken('base'),
    machine: `${machine.cores} cores of ${machine.cpu}`,
    laptopBytes: machine.memoryGb * 2 ** 30,
    bytesPerToken: heldOut.loss / Math.LN2 / heldOut.bits_per_byte,
    baseStepSeconds: done.seconds / done.step,
    countBytes: counts.bytesPerToken,
    textBytes: counts.bytes / counts.tokens,
    index,
  };
}

function json(file: string): unknown {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
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

const doesNotFit = 'does not fit';

/** What a device must hold: all of the training state, since nothing here cuts it, and the activations of one sequence. */
export function deviceBytes(parameters: number): number {
  // A layer has 12 matrices' worth of width².
  const layers = Math.cbrt(parameters / (12 * widthPerLayer ** 2));
  return stateBytes * parameters + activationBytes * layers * (widthPerLayer * layers) * positions;
}

/** Parameters of the largest model that a device can train. */
function mostParametersOn(bytes: number): number {
  let [fits, tooMany] = [0, bytes / stateBytes];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) / 2;
    if (deviceBytes(middle) <= bytes) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

interface Learning {
  readonly tokens: number;
  readonly parameters: number;
  readonly flops: number;
}

function learningFrom(bytes: number, { bytesPerToken }: Measured): Learning {
  const tokens = bytes / bytesPerToken;
  const parameters = Math.max(leastParameters, (tokens * mostReadings) / tokensPerParameter);
  return { tokens, parameters, flops: 6 * parameters * tokens * mostReadings };
}

function rowOf(bytes: number, measured: Measured): string[] {
  const { laptop, gpu, laptopBytes } = measured;
  const { tokens, parameters, flops } = learningFrom(bytes, measured);
  const held = deviceBytes(parameters);
  const on = (memory: number, text: string): string => (held <= memory ? text : doesNotFit);
  return [
    `${short(bytes)}B`,
    short(tokens),
    short(parameters),
    short(flops),
    `${short(held)}B`,
    on(laptopBytes, duration(flops / laptop)),
    on(gpuBytes, duration(flops / gpu)),
    on(gpuBytes, duration(flops / (gpus * efficiency * gpu))),
    on(gpuBytes, `$${short((flops / gpu / 3_600) * dollarsPerGpuHour)}`),
  ];
}

function indexRow({
  bytes,
  seconds,
  peakBytes,
  tokensCounted,
  filesCounted,
  filesLeftOut,
}: IndexCostRow): string[] {
  const count = (value: number): string => value.toLocaleString('en-US');
  return [
    `${short(bytes)}B`,
    count(filesCounted),
    count(filesLeftOut),
    count(tokensCounted),
    `${seconds.toFixed(1)} s`,
    `${short(peakBytes)}B`,
  ];
}

/** @param index that the page tells of; the committed one when it is left out */
export function scalePage(index = json(indexCostFile) as IndexCost): string {
  const measured = measurements(index);
  const { laptop, gpu, bytesPerToken, laptopBytes } = measured;
  const base = parameterCount(presetConfig('base'));
  const sizes = [1e6, 1e8, 1e10, 1e12];
  return `# What more text takes

Computed by \`node distributed/scale.ts\` from rates that were measured: ${(laptop / 1e9).toFixed(0)} GFLOP/s of training on ${measured.machine} with
${short(laptopBytes)}B (\`${benchFile}\`), ${(gpu / 1e12).toFixed(0)} TFLOP/s on one H100 and ${bytesPerToken.toFixed(2)} bytes a token of its held-out text
(\`${logFile}\`, ${short(base)} parameters; larger models use a GPU better). Assumed: ${mostReadings} readings of the text, ${tokensPerParameter} tokens read a parameter,
6 operations a parameter and token, ${100 * efficiency} % of what ${gpus} single GPUs would do, $${dollarsPerGpuHour} a GPU-hour. No two GPUs were ever run together.

Memory is what each device must hold, since nothing here cuts a model: ${stateBytes} bytes a parameter (weights, gradients, two moments) and the
activations of one sequence of ${positions.toLocaleString('en-US')} tokens, estimated at ${activationBytes} bytes a token, layer and unit of width (Korthikanti et al. 2022) in models
${widthPerLayer} times as wide as deep. A GPU has ${short(gpuBytes)}B.

${table(
  ['code', 'tokens', 'parameters', 'FLOP', 'memory', 'laptop', '1 GPU', `${gpus} GPUs`, 'cost'],
  sizes.map((bytes) => rowOf(bytes, measured)),
).join('\n')}

## What the counts take

Measured by \`node distributed/indexCost.ts\` on ${index.machine} (\`${indexCostFile}\`, commit ${index.commit}): a folder is
indexed as the editor does it, on the counts alone, in a process of its own.

${table(
  ['text', 'files counted', 'left out', 'tokens counted', 'time', 'memory at most'],
  index.rows.map(indexRow),
).join('\n')}

Two limits keep it there. Of a workspace at most ${short(mostCorpusBytes)}B of text are read: beyond them files are left out, chosen by a hash of their
paths. And memory is planned for at most ${short(mostTokens)} tokens, ${short(mostTokens * measured.countBytes)}B at the ${measured.countBytes.toFixed(0)} bytes a token of \`${benchFile}\`, or
about ${short(mostTokens * measured.textBytes)}B of code: of more tokens all are counted, and where there is no room left what was seen once makes it.

## What stops first

${stops(measured).join('\n')}
`;
}

function stops(measured: Measured): string[] {
  const { laptop, bytesPerToken, baseStepSeconds } = measured;
  const much = 1e8;
  const minutes = learningFrom(much, measured).flops / laptop / 60;
  const most = mostParametersOn(gpuBytes);
  const mostText = ((most * tokensPerParameter) / mostReadings) * bytesPerToken;
  const gradients = 4 * parameterCount(presetConfig('base'));
  const whole = 1e12;
  return [
    `- **The laptop** stops at about ${short(much)}B, where a minute is a ${Math.round(minutes)}th of the training. Counts and a base model take its place.`,
    `- **One GPU** stops where the training no longer fits: ${short(gpuBytes)}B hold ${short(most)} parameters, those of ${short(mostText)}B of code.`,
    `- **Many GPUs** stop at the same model: each holds all of it. Sharded weights (FSDP) would be next; \`distributed/\` does not have them.`,
    `- **Adding gradients up** costs 4 bytes a parameter and step over the slowest link: at the base's size ${short(gradients)}B against a step of`,
    `  ${(1_000 * baseStepSeconds).toFixed(1)} ms, which a link of ${short(linkBytesPerSecond)}B/s takes ${((1_000 * gradients) / linkBytesPerSecond).toFixed(1)} ms for. Larger steps make it cheaper, until they are so large that`,
    `  they teach less.`,
    `- **Shards** are read by every process in the order of one sequence, so ${short(whole)}B (${short((2 * whole) / bytesPerToken)}B of tokens) must lie on a disk that all of them`,
    `  reach, or be cut by node, which \`data.py\` does not do yet.`,
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, scalePage());
