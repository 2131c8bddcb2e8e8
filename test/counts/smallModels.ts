import { buildCodeTree } from '../../extension/counts/codeTree.ts';
import { CountingModel } from '../../extension/counts/countingModel.ts';
import type { CountsCapacity } from '../../extension/protocol/indexing.ts';
import { type Tokenizer, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { CountingOracle } from '../reference/countingModel.ts';
import { randomCode } from './randomCode.ts';

const { module } = compiled('baseline');

export interface SmallCase {
  readonly tokenizer: Tokenizer;
  readonly documents: readonly Uint16Array[];
  readonly frequencies: readonly number[];
}

/** Random code in a vocabulary of its own. */
export function smallCase(
  next: () => number,
  count: number,
  mostLines: number,
  vocabSize: number,
): SmallCase {
  const texts = Array.from({ length: count }, () =>
    new TextEncoder().encode(randomCode(next, Math.ceil(next() * mostLines))),
  );
  const tokenizer = trainTokenizer(texts, vocabSize);
  const documents = texts.map((text) => Uint16Array.of(...tokenizer.encode(text), tokenizer.endOfText));
  const frequencies = Array.from({ length: tokenizer.vocabSize }, () => 0);
  for (const ids of documents) for (const id of ids) frequencies[id]!++;
  return { tokenizer, documents, frequencies };
}

export function oracleOf({ tokenizer, frequencies }: SmallCase): CountingOracle {
  return new CountingOracle(tokenBytesOf(tokenizer), frequencies);
}

export function tokenBytesOf(tokenizer: Tokenizer): Uint8Array[] {
  return Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenBytes(id));
}

export function modelOf({ tokenizer, frequencies }: SmallCase, capacity: CountsCapacity): CountingModel {
  return new CountingModel(module, tokenizer, buildCodeTree(tokenizer, frequencies), capacity);
}
