import { madd } from './lanes';
import { transposePanels } from './panels';

/**
 * Columns that are computed side by side: 8 chains hide the latency of an addition, and lie together, because one stream that goes through
 * all of a matrix is read twice as fast as several that end and begin anew.
 */
const columns: i32 = 32;

/**
 * The columns of Wᵀ as matvec reads them.
 *  @param out       f32[⌈rows / 32⌉, cols, 32]   written; 0 behind the last row of W
 *  @param weight    f32[rows, cols]              read
 */
export function packColumns(out: usize, weight: usize, rows: i32, cols: i32): void {
  transposePanels(out, columns, weight, cols << 2, rows, cols);
}

/**
 * out = or += x · Wᵀ: the bits of a one-row matmul.
 *  @param out       f32[n]                   written | accumulated
 *  @param x         f32[k]                   read
 *  @param packed    f32[⌈n / 32⌉, k, 32]     read: packColumns
 */
export function matvec(out: usize, x: usize, packed: usize, n: i32, k: i32, accumulate: bool): void {
  for (let col = 0; col < n; col += columns) {
    multiplyColumns(out + (col << 2), x, packed, min(columns, n - col), k, accumulate);
    packed += (k * columns) << 2;
  }
}

function multiplyColumns(out: usize, x: usize, packed: usize, cols: i32, k: i32, accumulate: bool): void {
  let c0 = start(out, cols, accumulate);
  let c1 = start(out + 16, cols - 4, accumulate);
  let c2 = start(out + 32, cols - 8, accumulate);
  let c3 = start(out + 48, cols - 12, accumulate);
  let c4 = start(out + 64, cols - 16, accumulate);
  let c5 = start(out + 80, cols - 20, accumulate);
  let c6 = start(out + 96, cols - 24, accumulate);
  let c7 = start(out + 112, cols - 28, accumulate);
  const end = x + (k << 2);
  while (x < end) {
    const value = v128.load32_splat(x);
    c0 = madd(value, v128.load(packed), c0);
    c1 = madd(value, v128.load(packed, 16), c1);
    c2 = madd(value, v128.load(packed, 32), c2);
    c3 = madd(value, v128.load(packed, 48), c3);
    c4 = madd(value, v128.load(packed, 64), c4);
    c5 = madd(value, v128.load(packed, 80), c5);
    c6 = madd(value, v128.load(packed, 96), c6);
    c7 = madd(value, v128.load(packed, 112), c7);
    x += 4;
    packed += 128;
  }
  storeVector(out, c0, cols);
  storeVector(out + 16, c1, cols - 4);
  storeVector(out + 32, c2, cols - 8);
  storeVector(out + 48, c3, cols - 12);
  storeVector(out + 64, c4, cols - 16);
  storeVector(out + 80, c5, cols - 20);
  storeVector(out + 96, c6, cols - 24);
  storeVector(out + 112, c7, cols - 28);
}

/** What a chain begins with: 0, or the lanes of `out` that lie inside the matrix. */
function start(out: usize, lanes: i32, accumulate: bool): v128 {
  let x = f32x4.splat(0);
  if (!accumulate) return x;
  if (lanes >= 4) return v128.load(out);
  if (lanes > 0) x = f32x4.replace_lane(x, 0, f32.load(out));
  if (lanes > 1) x = f32x4.replace_lane(x, 1, f32.load(out, 4));
  if (lanes > 2) x = f32x4.replace_lane(x, 2, f32.load(out, 8));
  return x;
}

/** The lanes that lie inside the matrix. */
function storeVector(out: usize, x: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(out, x);
    return;
  }
  if (lanes > 0) f32.store(out, f32x4.extract_lane(x, 0));
  if (lanes > 1) f32.store(out, f32x4.extract_lane(x, 1), 4);
  if (lanes > 2) f32.store(out, f32x4.extract_lane(x, 2), 8);
}
