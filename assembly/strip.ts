import { transpose4x4 } from './panels';
import { tile, tileCols, tileRows, zeroRow } from './tile';

/*
 * A strip is f32[length, 8]: 8 columns of a matrix, row by row. It is what a row of tiles writes and also the right panel that the next
 * product reads, so that a product of products packs nothing in between.
 */
export const stripRow: i32 = tileCols << 2;

/**
 * out = left · right; what lies between `count` and whole tiles is written too
 *  @param out         f32[count in whole tiles, 8]   written | accumulated
 *  @param left        panels f32[depth, tileRows], panelElements apart   read
 *  @param right       f32[depth, 8]                  read
 */
export function multiplyStrip(
  out: usize,
  left: usize,
  panelElements: i32,
  right: usize,
  count: i32,
  depth: i32,
  accumulate: bool,
): void {
  for (let row = 0; row < count; row += tileRows) {
    const start = accumulate ? out : zeroRow();
    tile(out, stripRow, start, accumulate ? stripRow : 0, left, right, depth, tileRows);
    out += tileRows * stripRow;
    left += panelElements << 2;
  }
}

/** rows f32[lanes, length] (row stride in bytes) = stripᵀ; lanes ≤ 8, length a multiple of 4 */
export function storeStrip(rows: usize, stride: i32, strip: usize, lanes: i32, length: i32): void {
  for (let i = 0; i < length; i += 4) {
    const from = strip + i * stripRow;
    const to = rows + (i << 2);
    let lane = 0;
    for (; lane + 4 <= lanes; lane += 4)
      transpose4x4(to + lane * stride, stride, from + (lane << 2), stripRow);
    for (; lane < lanes; lane++) storeLane(to + lane * stride, from + (lane << 2));
  }
}

function storeLane(row: usize, column: usize): void {
  for (let i = 0; i < 4; i++) f32.store(row + (i << 2), f32.load(column + i * stripRow));
}

/** out f32[8, 8] = strip f32[8, 8], transposed */
export function turnSquare(out: usize, strip: usize): void {
  transpose4x4(out, stripRow, strip, stripRow);
  transpose4x4(out + 16, stripRow, strip + 4 * stripRow, stripRow);
  transpose4x4(out + 4 * stripRow, stripRow, strip + 16, stripRow);
  transpose4x4(out + 4 * stripRow + 16, stripRow, strip + 4 * stripRow + 16, stripRow);
}

/** The first `count` lanes of a row of a strip become −∞. */
export function hideLanes(row: usize, count: i32): void {
  for (let lane = 0; lane < count; lane++) f32.store(row + (lane << 2), -Infinity);
}
