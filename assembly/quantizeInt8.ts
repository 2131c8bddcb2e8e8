import { maxOfLanes, sumOfLanes } from './lanes';

/*
 * Numbers of few bits for the products of matmulInt8.ts. A weight is an i8 of −127 … 127 times the scale of its row. What it meets is
 *   baseline   an i16 of −levels … levels times the step of its row: the same bits everywhere;
 *   relaxed    a 7-bit number 0 … 127 less the zero of its row, times its step: the dot instruction leaves it open how a second
 *              operand with its eighth bit set is read, so there is none.
 * A range below `smallestRange` counts as nothing but zeros; one that is not a number stays so in its step or scale.
 */

/** Columns that a dot instruction adds up in one lane of a panel. */
export const groupCols: i32 = ASC_FEATURE_RELAXED_SIMD ? 4 : 2;
export const bytesPerValue: i32 = ASC_FEATURE_RELAXED_SIMD ? 1 : 2;

const most: f32 = 127;
/** 127 ÷ this is still finite. */
const smallestRange: f32 = 1e-30;

/** Rows of quantised values end on whole groups of either build. */
export function paddedCols(cols: i32): i32 {
  return (cols + 3) & ~3;
}

/** Largest value of an i16 row: `cols` products with a weight fit into 32 bits. */
function levels(cols: i32): i32 {
  return min(32_767, i32.MAX_VALUE / (127 * cols));
}

/**
 * Panels of 8 rows of W, each group of columns of the 8 rows side by side; rows and columns behind the matrix are 0.
 *  @param panels   i8[⌈rows / 8⌉, ⌈cols / 4⌉ · 4, 8]   written
 *  @param scales   f32[rows, rounded up to 8]          written
 *  @param sums     i32[rows, rounded up to 8]          written: Σ of the row's quantised weights
 *  @param weight   f32[rows, cols]                     read
 */
export function quantizeWeight(
  panels: usize,
  scales: usize,
  sums: usize,
  weight: usize,
  rows: i32,
  cols: i32,
): void {
  const padded = paddedCols(cols);
  memory.fill(panels, 0, (((rows + 7) & ~7) * padded) as usize);
  for (let row = 0; row < rows; row++) {
    const lane = panels + (row >> 3) * (padded << 3) + (row & 7) * groupCols;
    const range = largestSize(weight, cols);
    i32.store(sums + (row << 2), quantizeLane(lane, weight, cols, inverse(range)));
    f32.store(scales + (row << 2), range / most);
    weight += cols << 2;
  }
  for (let row = rows; row % 8 != 0; row++) {
    f32.store(scales + (row << 2), 0);
    i32.store(sums + (row << 2), 0);
  }
}

/** One row of W into its lane of a panel; returns Σ */
function quantizeLane(lane: usize, weight: usize, cols: i32, factor: f32): i32 {
  let sum = 0;
  for (let col = 0; col < cols; col++) {
    const value = whole(f32.load(weight + (col << 2)), factor, 0);
    i32.store8(lane + (col / groupCols) * (groupCols << 3) + (col % groupCols), value);
    sum += value;
  }
  return sum;
}

/** At 1.5 · 2²³ the distance between floats is 1: the sum with it is rounded to a whole number, which its last bits hold. */
const unit: f32 = 12_582_912;

/** The nearest whole numbers of x · factors, ties to even, + origins; below 2²². Anything for what is no number. */
function wholes(x: v128, factors: v128, origins: v128): v128 {
  const sums = f32x4.add(f32x4.mul(x, factors), f32x4.splat(unit));
  return i32x4.add(i32x4.sub(sums, f32x4.splat(unit)), origins);
}

/** One lane of `wholes`. */
function whole(x: f32, factor: f32, origin: i32): i32 {
  return i32x4.extract_lane(wholes(f32x4.splat(x), f32x4.splat(factor), i32x4.splat(origin)), 0);
}

/** 127 ÷ range; 0 for a range that is none */
function inverse(range: f32): f32 {
  return range > smallestRange ? most / range : 0;
}

/** max |x|; no number when one of them is none */
function largestSize(row: usize, cols: i32): f32 {
  let peaks = f32x4.splat(0);
  let total = f32x4.splat(0);
  let col = 0;
  for (; col + 4 <= cols; col += 4) {
    const value = f32x4.abs(v128.load(row + (col << 2)));
    // The quick maximum passes over what is no number, a sum does not.
    peaks = f32x4.pmax(peaks, value);
    total = f32x4.add(total, value);
  }
  let peak = maxOfLanes(peaks);
  for (; col < cols; col++) peak = max(peak, abs(f32.load(row + (col << 2))));
  return isNaN(sumOfLanes(total)) ? NaN : peak;
}

/**
 * x ≈ steps · (out − zeros), row by row, within half a step.
 *  @param out     i16 | u8 [rows, cols rounded up to 4]   written; behind the columns 0
 *  @param steps   f32[rows]                               written
 *  @param zeros   i32[rows]                               written; 0 in the baseline build
 *  @param x       f32[rows, cols]                         read
 */
export function quantizeRows(out: usize, steps: usize, zeros: usize, x: usize, rows: i32, cols: i32): void {
  const outBytes = paddedCols(cols) * bytesPerValue;
  for (let row = 0; row < rows; row++) {
    const at = row << 2;
    if (ASC_FEATURE_RELAXED_SIMD) quantizeRow7(out, steps + at, zeros + at, x, cols);
    else quantizeRow16(out, steps + at, zeros + at, x, cols);
    out += outBytes;
    x += cols << 2;
  }
}

function quantizeRow7(out: usize, step: usize, zero: usize, x: usize, cols: i32): void {
  let lows = f32x4.splat(0);
  let highs = f32x4.splat(0);
  let total = f32x4.splat(0);
  let col = 0;
  for (; col + 4 <= cols; col += 4) {
    const value = v128.load(x + (col << 2));
    // As in largestSize.
    lows = f32x4.pmin(lows, value);
    highs = f32x4.pmax(highs, value);
    total = f32x4.add(total, value);
  }
  let low = -maxOfLanes(f32x4.neg(lows));
  let high = maxOfLanes(highs);
  for (; col < cols; col++) {
    low = min(low, f32.load(x + (col << 2)));
    high = max(high, f32.load(x + (col << 2)));
  }
  const range = isNaN(sumOfLanes(total)) ? <f32>NaN : high - low;
  const factor = inverse(range);
  const origin = whole(-low, factor, 0);
  f32.store(step, range / most);
  i32.store(zero, origin);
  const factors = f32x4.splat(factor);
  const origins = i32x4.splat(origin);
  const limits = i8x16.splat(127);
  for (col = 0; col + 16 <= cols; col += 16) {
    const at = x + (col << 2);
    const first = i16x8.narrow_i32x4_s(wholesAt(at, factors, origins), wholesAt(at + 16, factors, origins));
    const second = i16x8.narrow_i32x4_s(
      wholesAt(at + 32, factors, origins),
      wholesAt(at + 48, factors, origins),
    );
    v128.store(out + col, i8x16.min_u(i8x16.narrow_i16x8_u(first, second), limits));
  }
  for (; col < cols; col++) {
    const value = whole(f32.load(x + (col << 2)), factor, origin);
    i32.store8(out + col, max(0, min(127, value)));
  }
  for (; col % 4 != 0; col++) i32.store8(out + col, 0);
}

function wholesAt(x: usize, factors: v128, origins: v128): v128 {
  return wholes(v128.load(x), factors, origins);
}

function quantizeRow16(out: usize, step: usize, zero: usize, x: usize, cols: i32): void {
  const range = largestSize(x, cols);
  const largest = <f32>levels(cols);
  const factor: f32 = range > smallestRange ? largest / range : 0;
  f32.store(step, range / largest);
  i32.store(zero, 0);
  const factors = f32x4.splat(factor);
  const none = i32x4.splat(0);
  let col = 0;
  for (; col + 8 <= cols; col += 8) {
    const at = x + (col << 2);
    v128.store(
      out + (col << 1),
      i16x8.narrow_i32x4_s(wholesAt(at, factors, none), wholesAt(at + 16, factors, none)),
    );
  }
  for (; col < cols; col++) {
    const value = whole(f32.load(x + (col << 2)), factor, 0);
    i32.store16(out + (col << 1), value);
  }
  for (; col % 4 != 0; col++) i32.store16(out + (col << 1), 0);
}
