import { existsSync } from 'node:fs';
import path from 'node:path';
import { readCorpus } from '../corpus/corpus.ts';
import { buildCounts } from '../counts/buildCounts.ts';
import type { CountingModel } from '../counts/countingModel.ts';
import { presetConfig } from '../engine/config.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { enginePath } from '../platform/enginePath.ts';
import type { Platform } from '../platform/platform.ts';
import { type Tokenizer, trainTokenizer } from '../tokenizer/tokenizer.ts';
import { milliseconds, percentile } from '../training/timing.ts';

/** What counting costs; each time is that of the same index. */
export interface CountsCost {
  /** the last is the largest */
  readonly indexes: readonly CountsIndexCost[];
}

export interface CountsIndexCost {
  /** of text, of which so many of installed packages: the folder has less */
  readonly bytes: number;
  readonly packageBytes: number;
  readonly files: number;
  readonly tokens: number;
  readonly vocabSize: number;
  /** from the text in memory to a model that answers, on one thread: tokenizer learnt, text tokenized, counted */
  readonly readySeconds: number;
  readonly tokenizerSeconds: number;
  readonly countingSeconds: number;
  /** all of the model's memory over the tokens that are counted */
  readonly bytesPerToken: number;
  /** of text that is not in the index: looks up a token's contexts, scores it, learns and counts it */
  readonly learnUs: Percentiles;
  /** a known token: looks up its contexts and scores it */
  readonly scoreMs: Percentiles;
  /** the likeliest 20 of all tokens, exactly */
  readonly topMs: Percentiles;
  /** all probabilities */
  readonly distributionMs: Percentiles;
  /** one token more or less in the middle of an open document of `lines` */
  readonly editMs: Percentiles;
  /** a file of `lines` with another middle: the old one out of the project, the new one in */
  readonly foldMs: Percentiles;
  readonly lines: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

export interface CountsCostOptions {
  /** of real code; beside it, in a clone, lie the packages */
  readonly folder: string;
  /** of the indexes, ascending; those that there is not enough text for are left out */
  readonly bytes: readonly number[];
}

const lines = 500;
const edits = 40;
/** Of the folder's text every so many-th file is kept out of the index. */
const judgeEvery = 10;
/** Tokens of unseen text, each asked for one thing. */
const mostAsked = 4_000;

/** @throws {NihiloError} as readCorpus does; {RangeError} when the machine does not give the memory */
export async function measureCounts(
  platform: Platform,
  { folder, bytes }: CountsCostOptions,
): Promise<CountsCost> {
  const { module } = await compileKernels((name) => platform.readAsset(name), true);
  const own = await textsOf(platform, folder);
  const judges = own.filter((_, i) => i % judgeEvery === judgeEvery - 1);
  const indexed = own.filter((_, i) => i % judgeEvery !== judgeEvery - 1);
  if (judges.length === 0) return { indexes: [] };
  const largest = Math.max(...bytes);
  const packages = path.join(folder, '..', 'node_modules');
  const others =
    sizeOf(indexed) < largest && existsSync(packages)
      ? spreadOut(await textsOf(platform, packages), largest - sizeOf(indexed))
      : [];
  const indexes: CountsIndexCost[] = [];
  for (const size of bytes) {
    const texts = upTo([...indexed, ...others], size);
    if (sizeOf(texts) < size) continue;
    const packageBytes = Math.max(0, size - sizeOf(indexed));
    indexes.push({ ...(await measureIndex(module, texts, judges)), packageBytes });
  }
  return { indexes };
}

async function measureIndex(
  module: WebAssembly.Module,
  texts: readonly Uint8Array[],
  judges: readonly Uint8Array[],
): Promise<Omit<CountsIndexCost, 'packageBytes'>> {
  const start = performance.now();
  const tokenizer = trainTokenizer(texts, presetConfig('default').vocabSize);
  const learnt = performance.now();
  const documents = texts.map((text) => encoded(tokenizer, text));
  const model = (await buildCounts(module, tokenizer, documents))!;
  const ready = performance.now();
  const tokens = documents.reduce((sum, { length }) => sum + length, 0);
  return {
    bytes: sizeOf(texts),
    files: texts.length,
    tokens,
    vocabSize: tokenizer.vocabSize,
    readySeconds: (ready - start) / 1_000,
    tokenizerSeconds: (learnt - start) / 1_000,
    countingSeconds: (ready - learnt) / 1_000,
    bytesPerToken: model.bytes / tokens,
    ...measureAsks(
      model,
      judges.map((text) => encoded(tokenizer, text)),
    ),
    ...measureChanges(model, tokenizer, judges),
    lines,
  };
}

/** Of four tokens one is asked for each thing, so that none finds what another has looked up. */
function measureAsks(
  model: CountingModel,
  judges: readonly Uint16Array[],
): Pick<CountsIndexCost, 'learnUs' | 'scoreMs' | 'topMs' | 'distributionMs'> {
  const [learnt, scored, searched, distributed]: [number[], number[], number[], number[]] = [[], [], [], []];
  const out = new Float64Array(model.vocabSize);
  let asked = 0;
  for (const ids of judges) {
    if (asked >= mostAsked) break;
    model.begin();
    for (const id of ids) {
      const ask = asked++ % 4;
      if (ask === 1) scored.push(milliseconds(() => model.probability(id)));
      if (ask === 2) searched.push(milliseconds(() => model.top(20)));
      if (ask === 3) distributed.push(milliseconds(() => model.distribution(out)));
      const learning = milliseconds(() => model.learn(id));
      if (ask === 0) learnt.push(1_000 * learning);
    }
  }
  return {
    learnUs: percentiles(learnt),
    scoreMs: percentiles(scored),
    topMs: percentiles(searched),
    distributionMs: percentiles(distributed),
  };
}

/** @param judges together at least `lines` lines */
function measureChanges(
  model: CountingModel,
  tokenizer: Tokenizer,
  judges: readonly Uint8Array[],
): Pick<CountsIndexCost, 'editMs' | 'foldMs'> {
  const decoder = new TextDecoder();
  const code = judges.flatMap((text) => decoder.decode(text).split('\n'));
  const file = (from: number): Uint16Array =>
    encoded(tokenizer, new TextEncoder().encode(code.slice(from, from + lines).join('\n')));
  const edited: number[] = [];
  const folded: number[] = [];
  for (let i = 0; i < edits; i++) {
    const before = file(Math.floor((i * Math.max(0, code.length - lines)) / edits));
    const middle = before.length >> 1;
    const after = Uint16Array.of(...before.subarray(0, middle), before[0]!, ...before.subarray(middle));
    model.begin();
    model.setDocument(before, middle);
    edited.push(milliseconds(() => model.setDocument(after, middle + 1)));
    edited.push(milliseconds(() => model.setDocument(before, middle)));
    model.foldDocument(before, true);
    folded.push(
      milliseconds(() => {
        model.foldDocument(before, false);
        model.foldDocument(after, true);
      }),
    );
    model.foldDocument(after, false);
  }
  return { editMs: percentiles(edited), foldMs: percentiles(folded) };
}

/** Sources that the corpus rules accept. */
async function textsOf(platform: Platform, folder: string): Promise<Uint8Array[]> {
  const request = { folders: [enginePath(folder)], exclude: [] };
  const { documents } = await readCorpus(platform.files, request, { seed: 1 });
  return documents.filter(({ path }) => /\.[cm]?[jt]sx?$/.test(path)).map(({ bytes }) => bytes);
}

/** At least so many bytes, from everywhere in the list. */
function spreadOut(texts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const every = Math.max(1, Math.floor(sizeOf(texts) / bytes));
  const strides = Array.from({ length: every }, (_, first) => texts.filter((_, i) => i % every === first));
  return strides.flat();
}

/** The first of them, the last one cut, so that there are exactly so many bytes where there are enough. */
function upTo(texts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const taken: Uint8Array[] = [];
  let left = bytes;
  for (const text of texts) {
    if (left === 0) break;
    const part = text.subarray(0, left);
    taken.push(part);
    left -= part.length;
  }
  return taken;
}

function sizeOf(texts: readonly Uint8Array[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

function encoded(tokenizer: Tokenizer, text: Uint8Array): Uint16Array {
  return Uint16Array.from([...tokenizer.encode(text), tokenizer.endOfText]);
}

function percentiles(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95) };
}
