import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PredictorClient } from '../completion/client.ts';
import { readCorpus } from '../corpus/corpus.ts';
import { enginePath } from '../platform/enginePath.ts';
import type { Platform } from '../platform/platform.ts';
import type { PresetName } from '../protocol/model.ts';
import type { CorpusRequest, TrainingRequest } from '../protocol/training.ts';
import { TrainingClient, type TrainingRun } from '../training/client.ts';
import { percentile } from '../training/timing.ts';

/** Milliseconds */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What a person who types notices of a training in the same window. */
export interface CompletionWait {
  /** of the training */
  readonly threads: number;
  readonly asks: number;
  /** a completion's whole time less that of its computation: until the predictor begins, and the answer's way back */
  readonly waitMs: Spread;
  /** the same while nothing trains */
  readonly idleWaitMs: Spread;
  /** the median computation while training ÷ the median while nothing trains */
  readonly slowdown: number;
}

/** Nobody types on while this is measured: a line to its end. */
const wholeLine = { leastProbability: 0, maxTokens: 64, maxMilliseconds: 60_000 };

interface Answer {
  readonly waitMs: number;
  readonly computedMs: number;
}

/**
 * Asks for completions first while nothing trains and then while a training runs, through the same two workers as an editor.
 * @param folder text that is learnt from and completed
 * @param threads of the training
 */
export async function measureCompletionWait(
  platform: Platform,
  folder: string,
  threads: number,
  reproducible: boolean,
  { asks, preset }: { asks: number; preset: PresetName } = { asks: 100, preset: 'default' },
): Promise<CompletionWait> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'nihilo-wait-'));
  const predictor = new PredictorClient(platform);
  const trainer = new TrainingClient(platform);
  try {
    const checkpoint = enginePath(path.join(scratch, 'model'));
    const request = { ...trainingRequest(enginePath(folder), checkpoint, threads), preset, reproducible };
    await trainer.start({ ...request, stop: { steps: 1 } }).result;
    await predictor.load(request.checkpoint, reproducible);
    const texts = await prefixes(platform, request, asks);
    // The first answers find code that is not optimised yet.
    await answers(predictor, texts.slice(0, 10));
    const idle = await answers(predictor, texts);
    const run = trainer.start({ ...request, checkpoint: `${request.checkpoint}-2` });
    await firstStep(run);
    const busy = await answers(predictor, texts);
    const waits = (of: readonly Answer[]): Spread => spread(of.map(({ waitMs }) => waitMs));
    const computed = (of: readonly Answer[]): number => spread(of.map(({ computedMs }) => computedMs)).p50;
    return {
      threads,
      asks,
      waitMs: waits(busy),
      idleWaitMs: waits(idle),
      slowdown: computed(busy) / computed(idle),
    };
  } finally {
    await trainer.dispose();
    await predictor.unload();
    await rm(scratch, { recursive: true });
  }
}

const seed = 1;

function trainingRequest(
  folder: string,
  checkpoint: string,
  threads: number,
): Omit<TrainingRequest<CorpusRequest>, 'preset' | 'reproducible'> {
  return {
    corpus: { folders: [folder], exclude: [] },
    checkpoint,
    stop: { seconds: 3_600 },
    threads,
    seed,
    memoryLimitMb: 1_000,
    resume: false,
  };
}

/** Beginnings of the folder's texts, as long as a model's context at least where the text is. */
async function prefixes(
  platform: Platform,
  request: Pick<TrainingRequest<CorpusRequest>, 'corpus'>,
  count: number,
): Promise<string[]> {
  const { documents } = await readCorpus(platform.files, request.corpus, { seed });
  const decoder = new TextDecoder();
  const texts = documents.map(({ bytes }) => decoder.decode(bytes));
  return Array.from({ length: count }, (_, i) => {
    const text = texts[i % texts.length]!;
    return text.slice(0, Math.ceil(text.length * spreadEvenly(i)));
  });
}

/** Now and then, as keys are struck, in no step with the training's. */
async function answers(predictor: PredictorClient, texts: readonly string[]): Promise<Answer[]> {
  const found: Answer[] = [];
  for (const [i, text] of texts.entries()) {
    await new Promise((resolve) => setTimeout(resolve, 20 + 60 * spreadEvenly(i)));
    const start = performance.now();
    const { milliseconds } = await predictor.complete(text, wholeLine, new AbortController().signal);
    found.push({ waitMs: performance.now() - start - milliseconds, computedMs: milliseconds });
  }
  return found;
}

/** Numbers in [0, 1) that fill it evenly, however many there are. */
function spreadEvenly(i: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  return (i * golden) % 1;
}

function firstStep(run: TrainingRun): Promise<void> {
  return new Promise((resolve, reject) => {
    run.result.catch(reject);
    run.onEvent((event) => event.type === 'progress' && resolve());
  });
}

function spread(values: readonly number[]): Spread {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: percentile(values, 1) };
}
