import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { Merge } from './bytePairMerger.ts';
import { controlNames, mostTokens, Tokenizer } from './bytePairTokenizer.ts';
import { ByteStrings } from './byteStrings.ts';
import { PairCounts } from './pairCounts.ts';
import { preTokenEnd } from './preTokens.ts';

/** the 256 bytes and the control tokens */
const fewestTokens = 256 + controlNames.length;

/**
 * Byte-pair encoding: begins with the 256 bytes and merges the most frequent pair of neighbours into a new token, again and again.
 * The same documents in any order give the same tokenizer; it is smaller than `vocabSize` when no pair is left that occurs twice.
 * @throws {NihiloError} configInvalid, when `vocabSize` is out of range
 * @source Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units", §3.2
 */
export function trainTokenizer(documents: Iterable<Uint8Array>, vocabSize: number): Tokenizer {
  if (!Number.isInteger(vocabSize) || vocabSize < fewestTokens || vocabSize > mostTokens) {
    const sentence = say`The vocabulary size should be a whole number from ${fewestTokens} to ${mostTokens} and is ${vocabSize}. Choose one in that range.`;
    throw new NihiloError('configInvalid', sentence);
  }
  const preTokens = new ByteStrings();
  const counts = countPreTokens(documents, preTokens);
  const pairs = new PairCounts(preTokens, counts);
  const symbols = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const merges = learnMerges(pairs, symbols, vocabSize - controlNames.length);
  return mostFrequentFirst(symbols, merges, pairs.symbolCounts(symbols.length));
}

/** @returns how often each of `preTokens`, which is filled, occurs */
function countPreTokens(documents: Iterable<Uint8Array>, preTokens: ByteStrings): number[] {
  const counts: number[] = [];
  for (const document of documents) {
    for (let start = 0; start < document.length;) {
      const end = preTokenEnd(document, start);
      const index = preTokens.add(document, start, end);
      if (index === counts.length) counts.push(0);
      counts[index]!++;
      start = end;
    }
  }
  return counts;
}

/**
 * Adds to `symbols` until there are `size` of them. No two merges spell the same bytes: what happens inside a stretch of text until it
 * becomes one token does not depend on what stands around it, so the same bytes always come together by the same merge.
 */
function learnMerges(pairs: PairCounts, symbols: Uint8Array[], size: number): Merge[] {
  const merges: Merge[] = [];
  while (symbols.length < size) {
    const pair = pairs.takeMostFrequent();
    if (pair === null) break;
    const [left, right, merged] = [pairs.left(pair), pairs.right(pair), symbols.length];
    pairs.merge(pair, merged);
    merges.push({ left, right, merged });
    symbols.push(Uint8Array.of(...symbols[left]!, ...symbols[right]!));
  }
  return merges;
}

/** Numbers the symbols by frequency; equally frequent ones, among them those that never occur, stay in the order in which they came to be. */
function mostFrequentFirst(
  symbols: readonly Uint8Array[],
  merges: readonly Merge[],
  frequencies: Float64Array,
): Tokenizer {
  const order = Array.from(symbols.keys()).sort((a, b) => frequencies[b]! - frequencies[a]!);
  const ids = new Uint16Array(order.length);
  for (const [id, symbol] of order.entries()) ids[symbol] = id;
  return new Tokenizer(
    order.map((symbol) => symbols[symbol]!),
    merges.map(({ left, right, merged }) => ({
      left: ids[left]!,
      right: ids[right]!,
      merged: ids[merged]!,
    })),
  );
}
