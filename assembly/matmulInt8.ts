import { bytesPerValue, groupCols, paddedCols } from './quantizeInt8';
import { tileCols } from './tile';

/** Rows that share a load of the weights: 8 sums, 2 weights, 1 value and what a dot product needs fit into 15 registers. */
const rowsAtOnce: i32 = 4;
/** Bytes of a panel that one dot product reads: a group of columns for each of 8 rows of W. */
const groupBytes: i32 = groupCols * tileCols;
/** Bytes of a row of x that it reads: the same group. */
const valueBytes: i32 = groupCols * bytesPerValue;

/**
 * out = or += x · Wᵀ of quantised operands: out[r, c] = f32(Σ x · w − zeros[r] · sums[c]) · (steps[r] · scales[c]), the sum exact. A row's
 * bits do not depend on the rows beside it.
 *  @param out         f32[rows, n], row stride outStride elements      written | accumulated
 *  @param x           i16 | u8 [rows, k rounded up to 4]               read: quantizeRows
 *  @param steps       f32[rows]                                        read
 *  @param zeros       i32[rows]                                        read
 *  @param panels      i8[⌈n / 8⌉, k rounded up to 4, 8]                read: quantizeWeight
 *  @param scales      f32[n, rounded up to 8]                          read
 *  @param sums        i32[n, rounded up to 8]                          read
 */
export function matmulInt8(
  out: usize,
  outStride: i32,
  x: usize,
  steps: usize,
  zeros: usize,
  panels: usize,
  scales: usize,
  sums: usize,
  rows: i32,
  n: i32,
  k: i32,
  accumulate: bool,
): void {
  const depth = paddedCols(k);
  const rowBytes = depth * bytesPerValue;
  const panelBytes = depth << 3;
  const stride = outStride << 2;
  for (let col = 0; col < n; col += tileCols) {
    const cols = min(tileCols, n - col);
    let to = out + (col << 2);
    let row = 0;
    for (; row + rowsAtOnce <= rows; row += rowsAtOnce) {
      const at = row << 2;
      fourRows(
        to,
        stride,
        x + row * rowBytes,
        rowBytes,
        steps + at,
        zeros + at,
        panels,
        scales,
        sums,
        cols,
        accumulate,
      );
      to += rowsAtOnce * stride;
    }
    for (; row < rows; row++) {
      const at = row << 2;
      oneRow(
        to,
        x + row * rowBytes,
        rowBytes,
        steps + at,
        zeros + at,
        panels,
        scales,
        sums,
        cols,
        accumulate,
      );
      to += stride;
    }
    panels += panelBytes;
    scales += tileCols << 2;
    sums += tileCols << 2;
  }
}

/**
 * sum + the products of a group, one column a lane. Relaxed: 4 products of 8 × 7 bits to two 16-bit sums, which a product with ones adds
 * up; the instruction that does all this at once is slower where the processor has none like it (x86 before AVX-VNNI).
 *  @param weights   relaxed: i8[4, 4]; baseline: i16[4, 2]
 */
function addDot(sum: v128, weights: v128, values: v128, ones: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const pairs = i16x8.relaxed_dot_i8x16_i7x16_s(weights, values);
    return i32x4.add(sum, i32x4.dot_i16x8_s(pairs, ones));
  }
  return i32x4.add(sum, i32x4.dot_i16x8_s(weights, values));
}

/** A group of 4 columns of a panel, as addDot reads it. */
function loadWeights(panel: usize): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.load(panel) : v128.load_ext<i8>(panel);
}

function oneRow(
  out: usize,
  x: usize,
  rowBytes: i32,
  step: usize,
  zero: usize,
  panel: usize,
  scales: usize,
  sums: usize,
  cols: i32,
  accumulate: bool,
): void {
  // From memory that is read as 1: the compiler would build a constant again at every use.
  const ones = i16x8.splat(<i16>i32.load(onesAt()));
  let low = i32x4.splat(0);
  let high = i32x4.splat(0);
  const end = x + rowBytes;
  while (x < end) {
    const values = v128.load32_splat(x);
    low = addDot(low, loadWeights(panel), values, ones);
    high = addDot(high, loadWeights(panel + (groupBytes >> 1)), values, ones);
    x += valueBytes;
    panel += groupBytes;
  }
  store(out, low, high, step, zero, scales, sums, cols, accumulate);
}

function onesAt(): usize {
  return memory.data<i32>([1]);
}

function fourRows(
  out: usize,
  stride: i32,
  x0: usize,
  rowBytes: i32,
  steps: usize,
  zeros: usize,
  panel: usize,
  scales: usize,
  sums: usize,
  cols: i32,
  accumulate: bool,
): void {
  const ones = i16x8.splat(<i16>i32.load(onesAt()));
  const x1 = x0 + rowBytes;
  const x2 = x1 + rowBytes;
  const x3 = x2 + rowBytes;
  let low0 = i32x4.splat(0);
  let high0 = low0;
  let low1 = low0;
  let high1 = low0;
  let low2 = low0;
  let high2 = low0;
  let low3 = low0;
  let high3 = low0;
  for (let at = 0; at < rowBytes; at += valueBytes) {
    const low = loadWeights(panel);
    const high = loadWeights(panel + (groupBytes >> 1));
    let values = v128.load32_splat(x0 + at);
    low0 = addDot(low0, low, values, ones);
    high0 = addDot(high0, high, values, ones);
    values = v128.load32_splat(x1 + at);
    low1 = addDot(low1, low, values, ones);
    high1 = addDot(high1, high, values, ones);
    values = v128.load32_splat(x2 + at);
    low2 = addDot(low2, low, values, ones);
    high2 = addDot(high2, high, values, ones);
    values = v128.load32_splat(x3 + at);
    low3 = addDot(low3, low, values, ones);
    high3 = addDot(high3, high, values, ones);
    panel += groupBytes;
  }
  store(out, low0, high0, steps, zeros, scales, sums, cols, accumulate);
  store(out + stride, low1, high1, steps + 4, zeros + 4, scales, sums, cols, accumulate);
  store(out + 2 * stride, low2, high2, steps + 8, zeros + 8, scales, sums, cols, accumulate);
  store(out + 3 * stride, low3, high3, steps + 12, zeros + 12, scales, sums, cols, accumulate);
}

/** out f32[cols] = or += the product whose 8 integer sums are given */
function store(
  out: usize,
  low: v128,
  high: v128,
  step: usize,
  zero: usize,
  scales: usize,
  sums: usize,
  cols: i32,
  accumulate: bool,
): void {
  const steps = v128.load32_splat(step);
  const zeros = v128.load32_splat(zero);
  let left = real(low, steps, zeros, scales, sums);
  let right = real(high, steps, zeros, scales + 16, sums + 16);
  if (cols == tileCols) {
    if (accumulate) {
      left = f32x4.add(v128.load(out), left);
      right = f32x4.add(v128.load(out, 16), right);
    }
    v128.store(out, left);
    v128.store(out, right, 16);
    return;
  }
  storeLanes(out, left, min(cols, 4), accumulate);
  if (cols > 4) storeLanes(out + 16, right, cols - 4, accumulate);
}

function real(sum: v128, steps: v128, zeros: v128, scales: usize, sums: usize): v128 {
  const exact = ASC_FEATURE_RELAXED_SIMD ? i32x4.sub(sum, i32x4.mul(zeros, v128.load(sums))) : sum;
  return f32x4.mul(f32x4.convert_i32x4_s(exact), f32x4.mul(steps, v128.load(scales)));
}

function storeLanes(out: usize, x: v128, lanes: i32, accumulate: bool): void {
  storeLane(out, f32x4.extract_lane(x, 0), accumulate);
  if (lanes > 1) storeLane(out + 4, f32x4.extract_lane(x, 1), accumulate);
  if (lanes > 2) storeLane(out + 8, f32x4.extract_lane(x, 2), accumulate);
  if (lanes > 3) storeLane(out + 12, f32x4.extract_lane(x, 3), accumulate);
}

function storeLane(out: usize, value: f32, accumulate: bool): void {
  f32.store(out, accumulate ? f32.load(out) + value : value);
}
