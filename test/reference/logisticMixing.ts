/*
 * Float64 oracle of the mixing of binary predictions, as in the PAQ family of compressors. @source Mahoney 2005, "Adaptive weighing of
 * context models for lossless data compression"; Mattern 2013, "Linear and geometric mixtures" (the mixer's gradient)
 */

export interface CodeTree {
  /** tokens in the order of the leaves */
  readonly leaves: readonly number[];
  /** by token: the decisions from the root, '0' = the left part of a range, '1' = the right part */
  readonly codes: readonly string[];
}

/**
 * No bytes (end of text), line break, other, space and letter, letter, digit with or without a space; letters are A–Z a–z _ $ and all bytes
 * of other scripts.
 */
export function leafClass(bytes: Uint8Array): number {
  const isLetter = (byte: number): boolean => byte >= 0x80 || /[A-Za-z_$]/.test(String.fromCharCode(byte));
  const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
  const [first, second] = bytes;
  if (first === undefined) return 0;
  if (first === 0x0a || first === 0x0d) return 1;
  if (first === 0x20 && second !== undefined && isLetter(second)) return 3;
  if (isLetter(first)) return 4;
  return isDigit(first === 0x20 && second !== undefined ? second : first) ? 5 : 2;
}

/**
 * A weight-balanced binary tree over the tokens, ordered by class, then by bytes. Each range is split where the weight of its left part is
 * nearest half of its own; of equally near places at the first.
 * @param counts how often each token occurs; its weight is .3 more
 */
export function codeTree(tokens: readonly Uint8Array[], counts: readonly number[]): CodeTree {
  const leaves = [...tokens.keys()].sort(
    (a, b) => leafClass(tokens[a]!) - leafClass(tokens[b]!) || compareBytes(tokens[a]!, tokens[b]!),
  );
  const codes = tokens.map(() => '');
  const split = (range: readonly number[]): void => {
    if (range.length < 2) return;
    const at = balancedSplit(range.map((token) => 10 * counts[token]! + 3));
    const [left, right] = [range.slice(0, at), range.slice(at)];
    for (const token of left) codes[token] += '0';
    for (const token of right) codes[token] += '1';
    split(left);
    split(right);
  };
  split(leaves);
  return { leaves, codes };
}

function balancedSplit(weights: readonly number[]): number {
  const half = sum(weights) / 2;
  let [best, nearest] = [1, Infinity];
  for (let at = 1; at < weights.length; at++) {
    const distance = Math.abs(sum(weights.slice(0, at)) - half);
    if (distance < nearest) [best, nearest] = [at, distance];
  }
  return best;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** ln(p / (1 − p)) */
export function stretch(p: number): number {
  return Math.log(p / (1 - p));
}

/** 1 / (1 + e^−x) */
export function squash(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** P(bit = 1) = squash(w · x), of the stretched predictions x */
export function mix(weights: Float64Array, x: Float64Array): number {
  return squash(weights.reduce((dot, weight, i) => dot + weight * x[i]!, 0));
}

/** w + rate (bit − p) x: downhill in the cost −ln P(bit) */
export function mixerUpdate(weights: Float64Array, x: Float64Array, bit: 0 | 1, rate: number): Float64Array {
  const error = bit - mix(weights, x);
  return weights.map((weight, i) => weight + rate * error * x[i]!);
}

/** An adaptive probability and how many bits it has seen, counted up to a limit. */
export interface State {
  readonly p: number;
  readonly k: number;
}

/** p + (bit − p) / (k + 1.6) */
export function stateMapUpdate({ p, k }: State, bit: 0 | 1, limit = 255): State {
  return { p: p + (bit - p) / (k + 1.6), k: Math.min(k + 1, limit) };
}
