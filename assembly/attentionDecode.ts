import { exp } from './exp';
import { madd, maxOfLanes, sumOfLanes } from './lanes';

/**
 * out = softmax(q · kᵀ / √headDim) · v for one query row, head by head. headDim is a multiple of 4.
 *  @param out       f32[heads · headDim]                                            written
 *  @param q         f32[heads · headDim]                                            read
 *  @param k         f32[length, heads · headDim], row stride kvStride elements      read
 *  @param v         as k                                                            read
 *  @param scratch   f32[length rounded up to 4]                                     written
 */
export function attentionDecode(
  out: usize,
  q: usize,
  k: usize,
  v: usize,
  length: i32,
  heads: i32,
  headDim: i32,
  kvStride: i32,
  scratch: usize,
): void {
  const stride: i32 = kvStride << 2;
  const scale: f32 = 1 / sqrt<f32>(<f32>headDim);
  for (let head = 0; head < heads; head++) {
    const at = (head * headDim) << 2;
    dots(scratch, q + at, k + at, stride, length, headDim, scale);
    const sum = softmaxRow(scratch, length);
    weightedSum(out + at, scratch, v + at, stride, length, headDim, 1 / sum);
  }
}

/** scores f32[length] = scale · k · q, behind it −∞ up to a multiple of 4; row stride in bytes */
function dots(scores: usize, q: usize, k: usize, stride: i32, length: i32, headDim: i32, scale: f32): void {
  for (let key = 0; key < length; key++) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let i = 0;
    for (; i + 8 <= headDim; i += 8) {
      const at = i << 2;
      even = madd(v128.load(q + at), v128.load(k + at), even);
      odd = madd(v128.load(q + at, 16), v128.load(k + at, 16), odd);
    }
    if (i < headDim) even = madd(v128.load(q + (i << 2)), v128.load(k + (i << 2)), even);
    f32.store(scores + (key << 2), sumOfLanes(f32x4.add(even, odd)) * scale);
    k += stride;
  }
  for (let key = length; key % 4 != 0; key++) f32.store(scores + (key << 2), -Infinity);
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
  for (; i + 16 <= headDim; i += 16)
    weightedSum16(out + (i << 2), scores, v + (i << 2), stride, length, factors);
  for (; i < headDim; i += 4) {
    let sum = f32x4.splat(0);
    let row = v + (i << 2);
    for (let key = 0; key < length; key++) {
      sum = madd(v128.load32_splat(scores + (key << 2)), v128.load(row), sum);
      row += stride;
    }
    v128.store(out + (i << 2), f32x4.mul(sum, factors));
  }
}

function weightedSum16(out: usize, scores: usize, v: usize, stride: i32, length: i32, factors: v128): void {
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let c2 = f32x4.splat(0);
  let c3 = f32x4.splat(0);
  for (let key = 0; key < length; key++) {
    const score = v128.load32_splat(scores + (key << 2));
    c0 = madd(score, v128.load(v), c0);
    c1 = madd(score, v128.load(v, 16), c1);
    c2 = madd(score, v128.load(v, 32), c2);
    c3 = madd(score, v128.load(v, 48), c3);
    v += stride;
  }
  v128.store(out, f32x4.mul(c0, factors));
  v128.store(out, f32x4.mul(c1, factors), 16);
  v128.store(out, f32x4.mul(c2, factors), 32);
  v128.store(out, f32x4.mul(c3, factors), 48);
}
