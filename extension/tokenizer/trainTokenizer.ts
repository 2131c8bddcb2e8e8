import { NihiloError } from '../protocol/errors.ts';
import type { Merge } from './bytePairMerger.ts';
import { mostTokens, Tokenizer } from './bytePairTokenizer.ts';
import { ByteStrings } from './byteStrings.ts';
import { PairCounts } from './pairCounts.ts';
import { preTokenEnd } from './preTokens.ts';

const bytesAndEndOfText = 257;

/**
 * Byte-pair encoding: begins with the 256 bytes and merges the most frequent pair of neighbours into a new token, again and again.
 * The same documents in any order give the same tokenizer; it is smaller than `vocabSize` when no pair is left that occurs twice.
 * @throws {NihiloError} configInvalid, when `vocabSize` is out of range
 * @source Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units", §3.2
 */
export function trainTokenizer(documents: Iterable<Uint8Array>, vocabSize: number): Tokenizer {
  if (!Number.isInteger(vocabSize) || vocabSize < bytesAndEndOfText || vocabSize > mostTokens) {
    const sentence = `The vocabulary size should be a whole number from ${bytesAndEndOfText} to ${mostTokens} and is ${vocabSize}. Choose one in that range.`;
    throw new NihiloError('configInvalid', sentence);
  }
  const preTokens = new ByteStrings();
  const counts = countPreTokens(documents, preTokens);
  const pairs = new PairCounts(preTokens, counts);
  const symbols = new ByteStrings();
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  for (const byte of bytes) symbols.add(bytes, byte, byte + 1);
  const merges = learnMerges(pairs, symbols, vocabSize - 1);
  return mostFrequentFirst(symbols, merges, pairs.symbolCounts(symbols.size));
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

/** Adds to `symbols` until there are `size` of them. */
function learnMerges(pairs: PairCounts, symbols: ByteStrings, size: number): Merge[] {
  const merges: Merge[] = [];
  while (symbols.size < size) {
    const pair = pairs.takeMostFrequent();
    if (pair === null) break;
    const left = pairs.left(pair);
    const right = pairs.right(pair);
    const bytes = Uint8Array.of(...symbols.bytes(left), ...symbols.bytes(right));
    const merged = symbols.size;
    // Two pairs can spell the same token. Only the first becomes a merge, so that a token has one history, and no pair is ever made again
    // after its own merge: what is counted here is then what the encoder makes of the text.
    if (symbols.add(bytes, 0, bytes.length) !== merged) continue;
    pairs.merge(pair, merged);
    merges.push({ left, right, merged });
  }
  return merges;
}

/** Numbers the symbols by frequency; equally frequent ones, among them those that never occur, in the order in which they came to be. */
function mostFrequentFirst(
  symbols: ByteStrings,
  merges: readonly Merge[],
  frequencies: Float64Array,
): Tokenizer {
  const order = Array.from(frequencies.keys()).sort((a, b) => frequencies[b]! - frequencies[a]! || a - b);
  const ids = new Uint16Array(order.length);
  for (const [id, symbol] of order.entries()) ids[symbol] = id;
  return new Tokenizer(
    order.map((symbol) => symbols.bytes(symbol).slice()),
    merges.map(({ left, right, merged }) => ({
      left: ids[left]!,
      right: ids[right]!,
      merged: ids[merged]!,
    })),
  );
}
