import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PredictorClient } from '../completion/client.ts';
import { readCorpus } from '../corpus/corpus.ts';
import { writeCheckpoint } from '../engine/checkpoint.ts';
import { presetConfig } from '../engine/config.ts';
import { parameterTable } from '../engine/layout.ts';
import { initialTensors } from '../engine/weights.ts';
import { enginePath } from '../platform/enginePath.ts';
import type { Platform } from '../platform/platform.ts';
import type { ModelConfig, PresetName } from '../protocol/model.ts';
import type { CorpusRequest } from '../protocol/training.ts';
import { type Tokenizer, tokenizerToJson, trainTokenizer } from '../tokenizer/tokenizer.ts';
import { settleChoices } from '../training/choices.ts';
import { TrainingClient } from '../training/client.ts';
import { percentile } from '../training/timing.ts';

/** From asking to the answer, both threads and the way between them included; nearest-rank percentiles, milliseconds. */
export interface CompletionLatency {
  readonly preset: PresetName;
  /** another thread trained a model of the same preset meanwhile, as many lanes as there are cores but one */
  readonly whileTraining: boolean;
  readonly asks: number;
  readonly tokens: number;
  /** at the end of a file of 500 lines that the model has not seen before */
  readonly firstP50Ms: number;
  readonly firstP95Ms: number;
  /** after one more character at the same place */
  readonly nextKeyP50Ms: number;
  readonly nextKeyP95Ms: number;
}

export interface CompletionLatencyOptions {
  readonly preset: PresetName;
  readonly reproducible: boolean;
  readonly whileTraining: boolean;
  /** of real code, at least 1,500 lines of it */
  readonly folder: string;
}

const lines = 500;
const asks = 40;
const tokens = 20;
/** A line that is cut in its middle has this much on it, without its indentation. */
const shortestLine = 8;
/** The editor copies no more text than this. */
const sentCharacters = 32_768;

/**
 * How long a completion of 20 tokens takes through the predictor's worker. The weights are random: the time does not depend on them.
 * @throws {NihiloError} as readCorpus, writeCheckpoint and PredictorClient.load do
 */
export async function measureCompletion(
  platform: Platform,
  options: CompletionLatencyOptions,
): Promise<CompletionLatency> {
  const { preset, reproducible, whileTraining } = options;
  const corpus = { folders: [enginePath(options.folder)], exclude: [] };
  const { documents } = await readCorpus(platform.files, corpus, { seed: 1 });
  const root = enginePath(await mkdtemp(path.join(tmpdir(), 'nihilo-latency-')));
  const client = new PredictorClient(platform);
  const trainings = new TrainingClient(platform);
  try {
    const texts = documents.map(({ bytes }) => bytes);
    await writeRandomModel(platform, `${root}/model`, preset, texts);
    if (whileTraining) await startTraining(trainings, platform, corpus, `${root}/trained`, options);
    await client.load(`${root}/model`, reproducible);
    const { first, next } = await ask(client, codeLines(texts));
    return {
      preset,
      whileTraining,
      asks,
      tokens,
      firstP50Ms: percentile(first, 0.5),
      firstP95Ms: percentile(first, 0.95),
      nextKeyP50Ms: percentile(next, 0.5),
      nextKeyP95Ms: percentile(next, 0.95),
    };
  } finally {
    await client.unload();
    await trainings.dispose();
    await rm(root, { recursive: true, force: true });
  }
}

async function ask(
  client: PredictorClient,
  code: readonly string[],
): Promise<{ first: number[]; next: number[] }> {
  const first: number[] = [];
  const next: number[] = [];
  for (let i = 0; i < asks; i++) {
    // Files that share their lines, but none its end: nothing of one is in the next one's cache.
    const from = Math.floor((i * (code.length - lines)) / asks);
    const above = code.slice(from, from + lines - 1).join('\n');
    const line = code.slice(from + lines - 1).find((candidate) => candidate.trim().length >= shortestLine)!;
    const cut = line.length - Math.floor(line.trim().length / 2);
    first.push(await milliseconds(client, `${above}\n${line.slice(0, cut)}`));
    next.push(await milliseconds(client, `${above}\n${line.slice(0, cut + 1)}`));
  }
  return { first, next };
}

async function milliseconds(client: PredictorClient, text: string): Promise<number> {
  const options = { leastProbability: 0, maxTokens: tokens, maxMilliseconds: 60_000 };
  const start = performance.now();
  const prefix = text.slice(-sentCharacters);
  const completion = await client.complete(prefix, options, new AbortController().signal);
  const elapsed = performance.now() - start;
  if (completion.tokens.length !== tokens) {
    throw new Error(`a completion of ${completion.tokens.length} tokens (${completion.stop}), not ${tokens}`);
  }
  return elapsed;
}

/** All lines with something on them: a place to type at. */
function codeLines(documents: readonly Uint8Array[]): string[] {
  const decoder = new TextDecoder();
  return documents.flatMap((bytes) =>
    decoder
      .decode(bytes)
      .split('\n')
      .filter((line) => line.trim() !== ''),
  );
}

async function writeRandomModel(
  platform: Platform,
  checkpoint: string,
  preset: PresetName,
  documents: readonly Uint8Array[],
): Promise<void> {
  const tokenizer = trainTokenizer(documents, presetConfig(preset).vocabSize);
  const config = presetConfig(preset, tokenizer.vocabSize);
  const best = { step: 0, loss: 0, bitsPerByte: 0 };
  await writeCheckpoint(platform.files, checkpoint, {
    config,
    tensors: endlessTensors(config, tokenizer),
    tokenizerJson: tokenizerToJson(tokenizer),
    trainerState: {
      ...settleChoices({}, null),
      preset,
      step: 0,
      tokens: 0,
      sequences: 0,
      seconds: 0,
      best,
      scheduledBest: null,
      heldOutBitsPerByte: 0,
      trainBitsPerByte: null,
      provenance: null,
    },
    optimizer: null,
  });
}

/** Random weights that never end a line: a token with a line break in it has logit 0, and the largest of the others is above. */
function endlessTensors(config: ModelConfig, tokenizer: Tokenizer): Map<string, Float32Array> {
  const tensors = initialTensors(parameterTable(config), 1);
  const embedding = tensors.get('model.embed_tokens.weight')!;
  for (let id = 0; id < config.vocabSize; id++) {
    const bytes = tokenizer.tokenBytes(id);
    if (id < tokenizer.endOfText && !bytes.includes(0x0a) && !bytes.includes(0x0d)) continue;
    embedding.fill(0, id * config.hiddenSize, (id + 1) * config.hiddenSize);
  }
  return tensors;
}

/** Returns when its first steps are done. */
async function startTraining(
  trainings: TrainingClient,
  platform: Platform,
  corpus: CorpusRequest,
  checkpoint: string,
  { preset, reproducible }: CompletionLatencyOptions,
): Promise<void> {
  const run = trainings.start({
    corpus,
    checkpoint,
    preset,
    stop: { seconds: 3_600 },
    threads: Math.max(1, platform.cores - 1),
    seed: 1,
    reproducible,
    memoryLimitMb: 4_096,
    resume: false,
  });
  const training = new Promise<void>((resolve) => {
    run.onEvent((event) => {
      if (event.type === 'progress') resolve();
    });
  });
  // Settles before only when it fails.
  await Promise.race([training, run.result]);
}
