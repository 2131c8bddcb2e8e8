import { exp } from './exp';
import { maxOfLanes, sumOfLanes } from './lanes';

/**
 * losses = −ln softmax(logits)[target]; logits = (softmax(logits) − one-hot(target)) · scale
 *  @param losses    f32[rows]          written; 0 where the target is −1
 *  @param logits    f32[rows, vocab]   read, replaced by the gradient; 0 where the target is −1
 *  @param targets   i32[rows]          read
 */
export function crossEntropy(
  losses: usize,
  logits: usize,
  targets: usize,
  rows: i32,
  vocab: i32,
  scale: f32,
): void {
  const rowBytes = vocab << 2;
  for (let row = 0; row < rows; row++) {
    const target = i32.load(targets + (row << 2));
    let loss: f32 = 0;
    if (target < 0) {
      memory.fill(logits, 0, rowBytes);
    } else {
      const peak = largest(logits, vocab);
      const chosen = f32.load(logits + (target << 2));
      const sum = exponentiate(logits, peak, vocab);
      loss = lossOf(sum, peak, chosen);
      multiply(logits, scale / sum, vocab);
      const at = logits + (target << 2);
      f32.store(at, f32.load(at) - scale);
    }
    f32.store(losses + (row << 2), loss);
    logits += rowBytes;
  }
}

/**
 * One block of the vocabulary's columns of losses = −ln softmax(logits)[target], so that all columns never have to be there at once.
 * What is known of a row after some blocks: its largest logit, Σ exp(logit − largest), and the target's logit.
 *  @param known     f32[rows, 3]       read (but for the first block) and written
 *  @param logits    f32[rows, cols]    read: the columns of the tokens [idStart, idStart + cols)
 *  @param targets   i32[rows]          read
 *  @source Milakov & Gimelshein 2018, "Online normalizer calculation for softmax", algorithm 3
 */
export function crossEntropyBlock(
  known: usize,
  logits: usize,
  targets: usize,
  rows: i32,
  cols: i32,
  idStart: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const before: f32 = idStart == 0 ? -Infinity : f32.load(known);
    const sumBefore: f32 = idStart == 0 ? 0 : f32.load(known, 4);
    const among = largest(logits, cols);
    const peak = among > before ? among : before;
    // Before the first block nothing is known, and −∞ − −∞ is no number.
    const kept: f32 = sumBefore == 0 ? 0 : sumBefore * expOf(before - peak);
    f32.store(known, peak);
    f32.store(known, kept + sumOfExponentials(logits, peak, cols), 4);
    const column = i32.load(targets + (row << 2)) - idStart;
    if (column >= 0 && column < cols) f32.store(known, f32.load(logits + (column << 2)), 8);
    known += 12;
    logits += cols << 2;
  }
}

/**
 * losses = −ln softmax(logits)[target] when all blocks are known
 *  @param losses    f32[rows]      written; 0 where the target is −1
 *  @param known     f32[rows, 3]   read
 *  @param targets   i32[rows]      read
 */
export function crossEntropyLosses(losses: usize, known: usize, targets: usize, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    const isTarget = i32.load(targets + (row << 2)) >= 0;
    const loss = isTarget ? lossOf(f32.load(known, 4), f32.load(known), f32.load(known, 8)) : 0;
    f32.store(losses + (row << 2), loss);
    known += 12;
  }
}

function lossOf(sum: f32, peak: f32, chosen: f32): f32 {
  return <f32>(Math.log(sum) + (<f64>peak - <f64>chosen));
}

/** A value that is not a number is passed over here and met again by the exponentials. */
function largest(x: usize, count: i32): f32 {
  let even = f32x4.splat(-Infinity);
  let odd = even;
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    even = f32x4.pmax(even, v128.load(x + (i << 2)));
    odd = f32x4.pmax(odd, v128.load(x + (i << 2), 16));
  }
  let peak = maxOfLanes(f32x4.pmax(even, odd));
  for (; i < count; i++) {
    const value = f32.load(x + (i << 2));
    peak = value > peak ? value : peak;
  }
  return peak;
}

/** x = exp(x − peak); returns the sum */
function exponentiate(x: usize, peak: f32, count: i32): f32 {
  const peaks = f32x4.splat(peak);
  let sums = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = x + (i << 2);
    const power = exp(f32x4.sub(v128.load(at), peaks));
    v128.store(at, power);
    sums = f32x4.add(sums, power);
  }
  let sum = sumOfLanes(sums);
  for (; i < count; i++) {
    const at = x + (i << 2);
    const power = expOf(f32.load(at) - peak);
    f32.store(at, power);
    sum += power;
  }
  return sum;
}

/** Σ exp(x − peak) */
function sumOfExponentials(x: usize, peak: f32, count: i32): f32 {
  const peaks = f32x4.splat(peak);
  let sums = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) sums = f32x4.add(sums, exp(f32x4.sub(v128.load(x + (i << 2)), peaks)));
  let sum = sumOfLanes(sums);
  for (; i < count; i++) sum += expOf(f32.load(x + (i << 2)) - peak);
  return sum;
}

function expOf(x: f32): f32 {
  return f32x4.extract_lane(exp(f32x4.splat(x)), 0);
}

function multiply(x: usize, factor: f32, count: i32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(x + (i << 2), f32x4.mul(v128.load(x + (i << 2)), factors));
  for (; i < count; i++) f32.store(x + (i << 2), f32.load(x + (i << 2)) * factor);
}
