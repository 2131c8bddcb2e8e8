import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import envPaths from 'env-paths';
import { type Base, evaluate, type EvaluationOptions } from '../evaluation/evaluate.ts';
import { usualChoice } from '../evaluation/lines.ts';
import { predictors } from '../evaluation/predictors.ts';
import type { EvaluationReport } from '../evaluation/report.ts';
import { splitByCommits } from '../evaluation/history.ts';
import { type EvaluationSplit, splitByFiles, splitByFolders } from '../evaluation/split.ts';
import { readCheckpoint } from '../engine/checkpoint.ts';
import { loadTrust, trustFolder } from '../indexing/savedTrust.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { TrainingReport, TrainingRequest } from '../protocol/training.ts';
import { TrainingClient } from '../training/client.ts';
import { absolutePath } from './absolutePath.ts';
import type { EvaluateOptions } from './commandLine.ts';
import { installedCompressors } from './compressorPrograms.ts';
import { evaluationLines } from './evaluationLines.ts';
import { GitHistory } from './gitHistory.ts';
import { untilInterrupted } from './interruption.ts';
import { print, printJson } from './output.ts';
import { ProgressDisplay, StepDisplay } from './progressDisplay.ts';

/** @returns the exit code @throws {NihiloError} argumentInvalid; as evaluate does */
export async function evaluateFolder(
  platform: Platform,
  folder: string,
  options: EvaluateOptions,
): Promise<number> {
  const { calls, seconds, base } = options;
  if (calls && seconds === 0 && typeof base !== 'string') {
    throw new NihiloError(
      'argumentInvalid',
      say`A model learns to ask by a training, and --seconds 0 leaves none; leave --calls out, or ask for more --seconds.`,
    );
  }
  return untilInterrupted(async (signal) => {
    const report = await evaluateOnTerminal(platform, absolutePath(folder), options, signal);
    if (options.json) printJson(report);
    else print(evaluationLines(report));
    return 0;
  });
}

/** With its progress on stderr. Aborting the signal ends everything that was started. */
async function evaluateOnTerminal(
  platform: Platform,
  folder: string,
  { static: frozen, base, files, ...options }: EvaluateOptions,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const display = new StepDisplay(process.stderr);
  const cache = path.join(envPaths('nihilo', { suffix: '' }).cache, 'compressed');
  const asked: EvaluationOptions = { ...options, folder, frozen, mostFiles: files ?? null };
  try {
    return await evaluate(asked, {
      platform,
      predictors,
      base: base === undefined ? null : await readBase(platform, base),
      compressors: await installedCompressors(cache, signal),
      readSplit: () => readSplit(platform, asked, display, signal),
      checkpoint: absolutePath(path.join(tmpdir(), `nihilo-evaluation-${randomUUID()}`)),
      train: (request) => {
        display.clear();
        return trainWithin(platform, request, signal);
      },
      lineChoice: usualChoice,
      breathe: breathing(display, signal),
    });
  } finally {
    display.clear();
  }
}

/** @param asked true: the one that ships; else the folder of another @throws {NihiloError} as readCheckpoint does */
async function readBase({ files, baseModel }: Platform, asked: true | string): Promise<Base> {
  const folder = asked === true ? baseModel : absolutePath(asked);
  const { config, tensors, tokenizerJson } = await readCheckpoint(files, folder);
  const trust = await loadTrust(files, trustFolder(folder), tokenizerJson);
  return { folder, transformer: { config, tensors, heldOutPaths: null }, tokenizerJson, trust };
}

async function readSplit(
  platform: Platform,
  { folder, seed, split }: EvaluationOptions,
  display: StepDisplay,
  signal: AbortSignal,
): Promise<EvaluationSplit> {
  const onProgress = (count: number): void => display.show('files are read', count - 1, count);
  if (split !== 'commits') {
    const by = split === 'files' ? splitByFiles : splitByFolders;
    return by(platform.files, { folders: [folder], exclude: [] }, seed, onProgress);
  }
  // Of a folder that is none, the system says that git is none.
  await platform.files.list(folder);
  const history = new GitHistory(folder, signal);
  try {
    return await splitByCommits(history, folder, onProgress);
  } finally {
    history.dispose();
  }
}

/** A training on the terminal that ends, with nothing kept, when the signal is aborted. */
async function trainWithin(
  platform: Platform,
  request: TrainingRequest,
  signal: AbortSignal,
): Promise<TrainingReport> {
  signal.throwIfAborted();
  const display = new ProgressDisplay(process.stderr);
  const run = new TrainingClient(platform).start(request);
  run.onEvent((event) => display.show(event));
  const end = (): void => run.cancel();
  signal.addEventListener('abort', end);
  try {
    const { report } = await run.result;
    signal.throwIfAborted();
    return report;
  } finally {
    signal.removeEventListener('abort', end);
    display.clear();
  }
}

/** So long nobody notices that a signal is not listened to. */
const msBetweenBreaths = 100;

/** Asked at every token, and so most often for nothing. */
function breathing(
  display: StepDisplay,
  signal: AbortSignal,
): (what: string, done: number, all: number) => Promise<void> {
  let last = -Infinity;
  return async (what, done, all) => {
    if (performance.now() - last < msBetweenBreaths) return;
    last = performance.now();
    display.show(what, Math.min(done, all - 1), all);
    await new Promise(setImmediate);
    signal.throwIfAborted();
  };
}
