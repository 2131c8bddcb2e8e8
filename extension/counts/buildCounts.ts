import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { buildCodeTree } from './codeTree.ts';
import { CountingModel } from './countingModel.ts';

export interface BuildOptions {
  /** called after each document with the share of the tokens that is done; what it returns is awaited, and false ends the building */
  readonly onProgress?: (share: number) => Promise<boolean> | boolean;
  /** room for documents that come later: so many times the tokens there are */
  readonly slack?: number;
  /** most tokens of a document that comes later */
  readonly documentTokens?: number;
}

/** Whom to trust is learnt from so many tokens, the last ones: more would take longer and gains less than half a percent of the bits. */
const learntTokens = 400_000;
const leastDocumentTokens = 65_536;
const leastSlackTokens = 100_000;

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
  { onProgress, slack = 0.25, documentTokens = leastDocumentTokens }: BuildOptions = {},
): Promise<CountingModel | null> {
  const frequencies = new Float64Array(tokenizer.vocabSize);
  for (const ids of documents) for (const id of ids) frequencies[id]!++;
  const tokens = documents.reduce((sum, { length }) => sum + length, 0);
  const longest = documents.reduce((most, { length }) => Math.max(most, length), 0);
  const model = new CountingModel(module, tokenizer, buildCodeTree(tokenizer, frequencies), {
    projectTokens: Math.ceil(tokens * (1 + slack)) + leastSlackTokens,
    documentTokens: Math.max(longest, documentTokens),
  });
  let done = 0;
  for (const ids of shuffled(documents)) {
    if (tokens - done > learntTokens) model.foldDocument(ids, true);
    else model.learnDocument(ids, done / tokens);
    done += ids.length;
    if ((await onProgress?.(done / tokens)) === false) return null;
  }
  model.settle();
  model.begin();
  return model;
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
