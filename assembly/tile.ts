import { madd } from './lanes';

/**
 * Rows of a register tile. WebAssembly code has 15 vector registers: 6 × 8 needs 12 for sums, 2 for B and 1 for A when multiply and add
 * are one instruction; with a product held in between only 4 × 8 fits, and one register too many halves the speed.
 */
export const tileRows: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
export const tileCols: i32 = 8;

/**
 * Rows of the next tile where `remaining` rows are left, which it may exceed. In the relaxed build the last ones may be tiles of 4, so
 * that every even number of rows from 4 on is cut into whole tiles.
 */
export function tileHeight(remaining: i32): i32 {
  return remaining <= 4 || remaining == 7 || remaining == 8 ? 4 : tileRows;
}

/**
 * out f32[height, 8] = start + a · b: each element is one chain of multiply-adds, from the start and in the order of depth.
 *  @param out          written; row stride outStride, in bytes
 *  @param start        read; row stride startStride, in bytes (0: one row for all); may be out
 *  @param a            f32[depth, height]: a panel of the left matrix
 *  @param b            f32[depth, 8]: a panel of the right matrix
 *  @param height       tileRows or 4
 */
export function tile(
  out: usize,
  outStride: i32,
  start: usize,
  startStride: i32,
  a: usize,
  b: usize,
  depth: i32,
  height: i32,
): void {
  if (height == 6) tile6x8(out, outStride, start, startStride, a, b, depth);
  else tile4x8(out, outStride, start, startStride, a, b, depth);
}

/** 32 bytes of 0: the start of a product that does not accumulate. */
export function zeroRow(): usize {
  return memory.data(32, 16);
}

function tile6x8(
  out: usize,
  outStride: i32,
  start: usize,
  startStride: i32,
  a: usize,
  b: usize,
  depth: i32,
): void {
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  let c10 = v128.load(start + startStride);
  let c11 = v128.load(start + startStride, 16);
  let c20 = v128.load(start + 2 * startStride);
  let c21 = v128.load(start + 2 * startStride, 16);
  let c30 = v128.load(start + 3 * startStride);
  let c31 = v128.load(start + 3 * startStride, 16);
  let c40 = v128.load(start + 4 * startStride);
  let c41 = v128.load(start + 4 * startStride, 16);
  let c50 = v128.load(start + 5 * startStride);
  let c51 = v128.load(start + 5 * startStride, 16);
  const end = b + (depth << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    a += 24;
    b += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out + outStride, c10);
  v128.store(out + outStride, c11, 16);
  v128.store(out + 2 * outStride, c20);
  v128.store(out + 2 * outStride, c21, 16);
  v128.store(out + 3 * outStride, c30);
  v128.store(out + 3 * outStride, c31, 16);
  v128.store(out + 4 * outStride, c40);
  v128.store(out + 4 * outStride, c41, 16);
  v128.store(out + 5 * outStride, c50);
  v128.store(out + 5 * outStride, c51, 16);
}

function tile4x8(
  out: usize,
  outStride: i32,
  start: usize,
  startStride: i32,
  a: usize,
  b: usize,
  depth: i32,
): void {
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  let c10 = v128.load(start + startStride);
  let c11 = v128.load(start + startStride, 16);
  let c20 = v128.load(start + 2 * startStride);
  let c21 = v128.load(start + 2 * startStride, 16);
  let c30 = v128.load(start + 3 * startStride);
  let c31 = v128.load(start + 3 * startStride, 16);
  const end = b + (depth << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += 16;
    b += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out + outStride, c10);
  v128.store(out + outStride, c11, 16);
  v128.store(out + 2 * outStride, c20);
  v128.store(out + 2 * outStride, c21, 16);
  v128.store(out + 3 * outStride, c30);
  v128.store(out + 3 * outStride, c31, 16);
}
