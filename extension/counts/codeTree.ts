import type { CodeTree } from '../protocol/indexing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

const mostDepth = 32;
/** A weight is ten times the frequency and 3 more, so that the path to a token that was never seen is finite, and sums are exact. */
const frequencyWeight = 10;
const leastWeight = 3;

/** @param frequencies of each token id in the training text */
export function buildCodeTree(tokenizer: Tokenizer, frequencies: ArrayLike<number>): CodeTree {
  const ids = Uint16Array.from(orderLeaves(tokenizer));
  const ranks = new Uint16Array(ids.length);
  ids.forEach((id, rank) => (ranks[id] = rank));
  const sums = new Float64Array(ids.length + 1);
  ids.forEach(
    (id, rank) => (sums[rank + 1] = sums[rank]! + frequencyWeight * frequencies[id]! + leastWeight),
  );
  const codes = new Uint32Array(ids.length);
  const depths = new Uint8Array(ids.length);
  const children = new Int32Array(2 * ids.length);
  const split = (low: number, high: number, depth: number, code: number): number => {
    if (high - low === 1) {
      codes[low] = code;
      depths[low] = depth;
      return -1 - low;
    }
    const middle = middleOf(sums, low, high, mostDepth - depth);
    children[2 * middle] = split(low, middle, depth + 1, code);
    children[2 * middle + 1] = split(middle, high, depth + 1, (code | (1 << (31 - depth))) >>> 0);
    return middle;
  };
  return { ranks, ids, codes, depths, children, root: split(0, ids.length, 0, 0) };
}

/** Where the weight of [low, high) is nearest to halved, of equally near places the first, with room for both halves in the decisions that are left. */
function middleOf(sums: Float64Array, low: number, high: number, decisions: number): number {
  const half = (sums[low]! + sums[high]!) / 2;
  let [from, to] = [low + 1, high - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sums[middle]! < half) from = middle + 1;
    else to = middle;
  }
  if (from - 1 > low && half - sums[from - 1]! <= sums[from]! - half) from--;
  const room = 2 ** Math.min(30, decisions - 1);
  return Math.max(high - room, Math.min(low + room, from));
}

function orderLeaves(tokenizer: Tokenizer): number[] {
  const keys = Array.from({ length: tokenizer.vocabSize }, (_, id) => {
    const bytes = tokenizer.tokenBytes(id);
    return { id, kind: kindOf(bytes), text: Array.from(bytes, (byte) => String.fromCharCode(byte)).join('') };
  });
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return keys.sort((a, b) => a.kind - b.kind || byText(a.text, b.text)).map(({ id }) => id);
}

/** The end of a text, a line break, signs, a word after a space, a part of a word, a number. */
function kindOf(bytes: Uint8Array): number {
  const first = bytes[0];
  if (first === undefined) return 0;
  if (first === 0x0a || first === 0x0d) return 1;
  const afterSpace = first === 0x20 ? bytes[1] : undefined;
  if (isDigit(afterSpace ?? first)) return 5;
  if (isLetter(first)) return 4;
  return afterSpace !== undefined && isLetter(afterSpace) ? 3 : 2;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || byte === 0x24 || byte >= 0x80;
}
