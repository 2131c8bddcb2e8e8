import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { buildCodeTree } from './codeTree.ts';
import { CountingModel } from './countingModel.ts';
import type { SequenceModel } from './sequenceModel.ts';

/** A document as counts take it: u16[length + 1], the end behind its ids. */
export function ended(ids: Uint16Array, endOfText: number): Uint16Array {
  const document = new Uint16Array(ids.length + 1);
  document.set(ids);
  document[ids.length] = endOfText;
  return document;
}

export interface BuildOptions {
  /** called after each document with the share of the tokens that is done; what it returns is awaited, and false ends the building */
  readonly onProgress?: (share: number) => Promise<boolean> | boolean;
  /** room for documents that come later: so many times the tokens there are */
  readonly slack?: number;
  /** most tokens of a document that comes later */
  readonly documentTokens?: number;
  /** a text whose end was held out: it was counted in parts, which are all documents, and is one in the end */
  readonly whole?: Uint16Array | undefined;
  readonly outside?: Outside;
  /** most tokens that memory is planned for; what comes beyond displaces what was seen once */
  readonly mostTokens?: number;
  /** whom to trust is learnt from so many tokens, the last ones */
  readonly learntTokens?: number;
}

/** A model that is mixed in. How far to trust it is learnt from documents that it has not learnt from. */
export interface Outside {
  readonly model: SequenceModel;
  /** not among the others */
  readonly documents: readonly Uint16Array[];
}

/** More to learn whom to trust from would take longer and gains less than half a percent of the bits. */
const usualLearntTokens = 400_000;
/** The outside model is slow: beyond these, its documents are only counted, and so is what one of them has beyond as many. */
const heardTokens = 40_000;
const leastDocumentTokens = 32_768;
const leastSlackTokens = 30_000;

/**
 * Counts all documents, and learns from the last of them how far to trust which count. The same documents give the same model.
 * @param module the baseline build of the kernels
 * @param documents ids, each ended by endOfText
 * @returns null when it was ended
 */
export async function buildCounts(
  module: WebAssembly.Module,
  tokenizer: Tokenizer,
  documents: readonly Uint16Array[],
  options: BuildOptions = {},
): Promise<CountingModel | null> {
  const { onProgress, outside, whole, learntTokens = usualLearntTokens } = options;
  const all = [...documents, ...(outside?.documents ?? [])];
  const model = emptyModel(module, tokenizer, all, options);
  const tokens = tokensOf(all);
  let done = 0;
  const advance = async (ids: Uint16Array): Promise<boolean> => {
    done += ids.length;
    return (await onProgress?.(done / tokens)) !== false;
  };
  const counted = tokensOf(documents);
  for (const ids of shuffled(documents)) {
    if (counted - done > learntTokens) model.foldDocument(ids, true);
    else model.learnDocument(ids, done / counted);
    if (!(await advance(ids))) return null;
  }
  let heard = 0;
  for (const ids of shuffled(outside?.documents ?? [])) {
    if (heard < heardTokens) hearDocument(model, outside!.model, ids, heardTokens);
    else model.foldDocument(ids, true);
    heard += ids.length;
    if (!(await advance(ids))) return null;
  }
  model.settle();
  model.begin();
  if (whole !== undefined) countAsOne(model, all, whole);
  return model;
}

/** What an earlier model has learnt about whom to trust, and the frequencies that its code tree was made of. */
export interface LearntTrust {
  readonly frequencies: Float32Array;
  readonly trust: Float32Array;
}

/**
 * Counts all documents and trusts the counts as an earlier model did: faster by far than to learn it anew.
 * @returns null when it was ended, or when what was learnt fits no model of this shape
 */
export async function countDocuments(
  module: WebAssembly.Module,
  tokenizer: Tokenizer,
  documents: readonly Uint16Array[],
  learnt: LearntTrust,
  options: BuildOptions = {},
): Promise<CountingModel | null> {
  const model = await countTrusting(module, tokenizer, documents, learnt, options);
  model?.settle();
  return model;
}

/**
 * In a workspace of so few tokens, how far to trust an outside model is better learnt on from what others taught than from nothing: where it has
 * learnt from none of them, so that all can be heard, and where a tenth was held out from it.
 */
const fewTokens = { none: 150_000, most: 20_000 } as const;

/** @param learntFrom of the documents, by the outside model */
export function learnsOnFromOthers(documents: readonly Uint16Array[], learntFrom: 'none' | 'most'): boolean {
  return tokensOf(documents) <= fewTokens[learntFrom];
}

/** So many are heard at most then, each in a quarter of a millisecond. */
const heardAgainTokens = 100_000;

/**
 * As countDocuments, with those of the outside model, too; then learns on how far to trust it: one after the other of these is taken out of
 * the counts, heard, and counted again, so that the counts know as much of it as they will know of a new one.
 */
export async function countAndHear(
  module: WebAssembly.Module,
  tokenizer: Tokenizer,
  documents: readonly Uint16Array[],
  learnt: LearntTrust,
  outside: Outside,
  { onProgress, ...options }: BuildOptions = {},
): Promise<CountingModel | null> {
  const all = [...documents, ...outside.documents];
  const model = await countTrusting(module, tokenizer, all, learnt, options);
  if (model === null) return null;
  model.slowDown(1);
  const tokens = Math.min(tokensOf(outside.documents), heardAgainTokens);
  let heard = 0;
  for (const ids of shuffled(outside.documents)) {
    if (heard >= tokens) break;
    model.foldDocument(ids, false);
    hearDocument(model, outside.model, ids);
    heard += ids.length;
    if ((await onProgress?.(Math.min(1, heard / tokens))) === false) return null;
  }
  model.settle();
  model.begin();
  if (options.whole !== undefined) countAsOne(model, all, options.whole);
  return model;
}

async function countTrusting(
  module: WebAssembly.Module,
  tokenizer: Tokenizer,
  documents: readonly Uint16Array[],
  { frequencies, trust }: LearntTrust,
  options: BuildOptions,
): Promise<CountingModel | null> {
  const model = emptyModel(module, tokenizer, documents, options, frequencies);
  const tokens = tokensOf(documents);
  let done = 0;
  for (const ids of documents) {
    model.foldDocument(ids, true);
    done += ids.length;
    if ((await options.onProgress?.(done / tokens)) === false) return null;
  }
  return model.adopt(trust) ? model : null;
}

/**
 * Whom to trust in a workspace that nothing is known of: learnt from one workspace after the other, each counted from its first document on.
 * @param workspaces documents of each, ids, each ended by endOfText, which the outside model has not learnt from
 */
export function trustOfUnknown(
  module: WebAssembly.Module,
  tokenizer: Tokenizer,
  workspaces: readonly (readonly Uint16Array[])[],
  outside: SequenceModel,
  onDocument: () => void,
): LearntTrust {
  const frequencies = tokenFrequencies(workspaces.flat(), tokenizer.vocabSize);
  const tokens = tokensOf(workspaces.flat());
  let heard = 0;
  let trust: Float32Array | null = null;
  for (const documents of shuffled(workspaces)) {
    const model = emptyModel(module, tokenizer, documents, {}, frequencies);
    if (trust !== null) model.adopt(trust);
    for (const ids of shuffled(documents)) {
      model.slowDown(heard / tokens);
      hearDocument(model, outside, ids);
      heard += ids.length;
      onDocument();
    }
    model.settle();
    trust = model.trust;
  }
  return { frequencies, trust: trust! };
}

function countAsOne(model: CountingModel, parts: readonly Uint16Array[], whole: Uint16Array): void {
  for (const part of parts) model.foldDocument(part, false);
  model.foldDocument(whole, true);
}

/** f32[vocabSize]: how often each token occurs. */
export function tokenFrequencies(documents: readonly Uint16Array[], vocabSize: number): Float32Array {
  const frequencies = new Float32Array(vocabSize);
  for (const ids of documents) for (const id of ids) frequencies[id]!++;
  return frequencies;
}

function emptyModel(
  module: WebAssembly.Module,
  tokenizer: Tokenizer,
  documents: readonly Uint16Array[],
  { slack = 0.15, documentTokens = leastDocumentTokens, mostTokens = Infinity, whole }: BuildOptions,
  frequencies = tokenFrequencies(documents, tokenizer.vocabSize),
): CountingModel {
  const longest = documents.reduce((most, { length }) => Math.max(most, length), whole?.length ?? 0);
  return new CountingModel(module, tokenizer, buildCodeTree(tokenizer, frequencies), {
    projectTokens: Math.min(mostTokens, Math.ceil(tokensOf(documents) * (1 + slack)) + leastSlackTokens),
    documentTokens: Math.max(longest, documentTokens),
  });
}

/** Scores a document's first tokens with the outside model, learns from them, and counts all. */
function hearDocument(
  model: CountingModel,
  outside: SequenceModel,
  ids: Uint16Array,
  mostTokens = Infinity,
): void {
  const said = new Float64Array(model.vocabSize);
  const heard = ids.subarray(0, mostTokens);
  model.begin();
  outside.begin();
  for (const id of heard) {
    outside.distribution(said);
    model.hear(said);
    model.learn(id);
    outside.learn(id);
  }
  model.fold();
  if (heard.length < ids.length) model.foldDocument(ids, true, heard.length);
}

export function tokensOf(documents: readonly Uint16Array[]): number {
  return documents.reduce((sum, { length }) => sum + length, 0);
}

/** Neighbours in the alphabet resemble each other: in its order, learning would see too few that do not. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const out = [...items];
  let state = 1;
  for (let i = out.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
