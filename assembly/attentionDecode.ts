import { exp } from './exp';
import { madd, maxOfLanes, sumOfLanes } from './lanes';

/*
 * The cache holds keys and values head by head, [heads, positions, headDim], so that what a query reads lies in one piece: neighbouring
 * positions of all heads would be a power of two of bytes apart, and share a few places of the first cache.
 */

/**
 * New rows of keys and values into the cache.
 *  @param keys      f32[heads, positions, headDim]                                   written at positions [past, past + rows)
 *  @param values    as keys                                                          written
 *  @param k         f32[rows, heads · headDim], row stride `stride` elements         read
 *  @param v         as k                                                             read
 */
export function cacheKeyValues(
  keys: usize,
  values: usize,
  k: usize,
  v: usize,
  rows: i32,
  past: i32,
  heads: i32,
  headDim: i32,
  positions: i32,
  stride: i32,
): void {
  const bytes: i32 = headDim << 2;
  for (let row = 0; row < rows; row++) {
    for (let head = 0; head < heads; head++) {
      const to = (head * positions + past + row) * bytes;
      const from = ((row * stride) << 2) + head * bytes;
      memory.copy(keys + to, k + from, bytes);
      memory.copy(values + to, v + from, bytes);
    }
  }
}

/**
 * out = softmax(q · kᵀ / √headDim) · v, head by head, where row r sees positions 0 … past + r. A row's bits do not depend on the rows
 * beside it, so that a cached token and one that is computed again are the same. headDim is a multiple of 4.
 *  @param out       f32[rows, heads · headDim]                                       written
 *  @param q         f32[rows, heads · headDim], row stride qStride elements          read
 *  @param keys      f32[heads, positions, headDim]                                   read
 *  @param values    as keys                                                          read
 *  @param scratch   f32[past + rows, rounded up to 4]                                written
 */
export function attentionDecode(
  out: usize,
  q: usize,
  keys: usize,
  values: usize,
  rows: i32,
  past: i32,
  heads: i32,
  headDim: i32,
  positions: i32,
  qStride: i32,
  scratch: usize,
): void {
  const bytes: i32 = headDim << 2;
  const scale: f32 = 1 / sqrt<f32>(<f32>headDim);
  // All rows of a head before the next: its keys and values stay in the cache.
  for (let head = 0; head < heads; head++) {
    let to = out + head * bytes;
    let query = q + head * bytes;
    for (let row = 0; row < rows; row++) {
      const length = past + row + 1;
      dots(scratch, query, keys, bytes, length, headDim, scale);
      const sum = softmaxRow(scratch, length);
      weightedSum(to, scratch, values, bytes, length, headDim, 1 / sum);
      to += heads * bytes;
      query += qStride << 2;
    }
    keys += positions * bytes;
    values += positions * bytes;
  }
}

/** scores f32[length] = scale · k · q, behind it −∞ up to a multiple of 4; row stride in bytes */
function dots(scores: usize, q: usize, k: usize, stride: i32, length: i32, headDim: i32, scale: f32): void {
  const scales = f32x4.splat(scale);
  let key = 0;
  for (; key + 4 <= length; key += 4) {
    v128.store(scores + (key << 2), f32x4.mul(fourDots(q, k, stride, headDim), scales));
    k += 4 * stride;
  }
  for (; key < length; key++) {
    f32.store(scores + (key << 2), oneDot(q, k, headDim) * scale);
    k += stride;
  }
  for (; key % 4 != 0; key++) f32.store(scores + (key << 2), -Infinity);
}

/** The products of q with 4 rows of k, one a lane. */
function fourDots(q: usize, row0: usize, stride: i32, headDim: i32): v128 {
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  const bytes = headDim << 2;
  for (let at = 0; at < bytes; at += 16) {
    const x = v128.load(q + at);
    c0 = madd(x, v128.load(row0 + at), c0);
    c1 = madd(x, v128.load(row1 + at), c1);
    c2 = madd(x, v128.load(row2 + at), c2);
    c3 = madd(x, v128.load(row3 + at), c3);
  }
  const sums01 = f32x4.add(v128.shuffle<f32>(c0, c1, 0, 4, 1, 5), v128.shuffle<f32>(c0, c1, 2, 6, 3, 7));
  const sums23 = f32x4.add(v128.shuffle<f32>(c2, c3, 0, 4, 1, 5), v128.shuffle<f32>(c2, c3, 2, 6, 3, 7));
  return f32x4.add(
    v128.shuffle<f32>(sums01, sums23, 0, 1, 4, 5),
    v128.shuffle<f32>(sums01, sums23, 2, 3, 6, 7),
  );
}

function oneDot(q: usize, row: usize, headDim: i32): f32 {
  let sum = f32x4.splat(0);
  const bytes = headDim << 2;
  for (let at = 0; at < bytes; at += 16) sum = madd(v128.load(q + at), v128.load(row + at), sum);
  return sumOfLanes(sum);
}

/** scores = exp(scores − largest); returns the sum */
function softmaxRow(scores: usize, length: i32): f32 {
  const end = scores + (length << 2);
  let peaks = v128.load(scores);
  for (let at = scores; at < end; at += 16) peaks = f32x4.pmax(peaks, v128.load(at));
  peaks = f32x4.splat(maxOfLanes(peaks));
  let sums = f32x4.splat(0);
  for (let at = scores; at < end; at += 16) {
    const power = exp(f32x4.sub(v128.load(at), peaks));
    v128.store(at, power);
    sums = f32x4.add(sums, power);
  }
  return sumOfLanes(sums);
}

/** out f32[headDim] = factor · Σ scores[i] · v[i] */
function weightedSum(
  out: usize,
  scores: usize,
  v: usize,
  stride: i32,
  length: i32,
  headDim: i32,
  factor: f32,
): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 32 <= headDim; i += 32)
    weightedSum32(out + (i << 2), scores, v + (i << 2), stride, length, factors);
  for (; i < headDim; i += 4) weightedSum4(out + (i << 2), scores, v + (i << 2), stride, length, factors);
}

function weightedSum32(out: usize, scores: usize, v: usize, stride: i32, length: i32, factors: v128): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  for (let key = 0; key < length; key++) {
    const score = v128.load32_splat(scores + (key << 2));
    c0 = madd(score, v128.load(v), c0);
    c1 = madd(score, v128.load(v, 16), c1);
    c2 = madd(score, v128.load(v, 32), c2);
    c3 = madd(score, v128.load(v, 48), c3);
    c4 = madd(score, v128.load(v, 64), c4);
    c5 = madd(score, v128.load(v, 80), c5);
    c6 = madd(score, v128.load(v, 96), c6);
    c7 = madd(score, v128.load(v, 112), c7);
    v += stride;
  }
  v128.store(out, f32x4.mul(c0, factors));
  v128.store(out, f32x4.mul(c1, factors), 16);
  v128.store(out, f32x4.mul(c2, factors), 32);
  v128.store(out, f32x4.mul(c3, factors), 48);
  v128.store(out, f32x4.mul(c4, factors), 64);
  v128.store(out, f32x4.mul(c5, factors), 80);
  v128.store(out, f32x4.mul(c6, factors), 96);
  v128.store(out, f32x4.mul(c7, factors), 112);
}

function weightedSum4(out: usize, scores: usize, v: usize, stride: i32, length: i32, factors: v128): void {
  let sum = f32x4.splat(0);
  for (let key = 0; key < length; key++) {
    sum = madd(v128.load32_splat(scores + (key << 2)), v128.load(v), sum);
    v += stride;
  }
  v128.store(out, f32x4.mul(sum, factors));
}
