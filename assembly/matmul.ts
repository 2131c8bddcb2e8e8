import { copyLeftPanels, copyPanels, transposeLeftPanels } from './panels';
import { blockCols, blockDepth, blockRows, edgeTileOffset, rightBlockOffset } from './scratch';
import { tile, tileCols, tileHeight, zeroRow } from './tile';

/**
 * out = or += a · B. Every element is one chain of multiply-adds in the order of k, so that its bits do not depend on how the rows are
 * split between calls.
 *  @param out       f32[rows, n], row stride outStride elements  written | accumulated; overlaps nothing
 *  @param a         f32[rows, k], row stride aStride elements    read
 *  @param panels    f32[⌈n / 8⌉, k, 8]                           read
 *  @param scratch   matmulScratchBytes
 *  @source Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication"
 */
export function matmul(
  out: usize,
  outStride: i32,
  a: usize,
  aStride: i32,
  panels: usize,
  rows: i32,
  n: i32,
  k: i32,
  accumulate: bool,
  scratch: usize,
): void {
  for (let i = 0; i < rows; i += blockRows) {
    const height = min(blockRows, rows - i);
    for (let p = 0; p < k; p += blockDepth) {
      const depth = min(blockDepth, k - p);
      transposeLeftPanels(scratch, a + ((i * aStride + p) << 2), aStride << 2, height, depth);
      multiplyBlock(
        out + ((i * outStride) << 2),
        outStride << 2,
        scratch,
        panels + (p << 5),
        k << 5,
        height,
        n,
        depth,
        accumulate || p > 0,
        scratch + edgeTileOffset,
      );
    }
  }
}

/**
 * out = or += aᵀ · b for the rows [nStart, nEnd) of out; each element one chain in the order of the rows.
 *  @param out       f32[n, k]                                    written | accumulated; overlaps nothing
 *  @param a         f32[rows, n], row stride aStride elements    read
 *  @param b         f32[rows, k], row stride bStride elements    read
 *  @param scratch   matmulScratchBytes
 */
export function matmulTransposed(
  out: usize,
  a: usize,
  aStride: i32,
  b: usize,
  bStride: i32,
  rows: i32,
  n: i32,
  k: i32,
  nStart: i32,
  nEnd: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const right = scratch + rightBlockOffset;
  const end = min(n, nEnd);
  const isOneBlock = end - nStart <= blockRows;
  for (let p = 0; p < rows; p += blockDepth) {
    const depth = min(blockDepth, rows - p);
    for (let j = 0; j < k; j += blockCols) {
      const width = min(blockCols, k - j);
      copyPanels(right, depth << 5, tileCols, b + ((p * bStride + j) << 2), bStride << 2, width, depth);
      for (let i = nStart; i < end; i += blockRows) {
        const height = min(blockRows, end - i);
        // A lone left block serves all right blocks.
        if (j == 0 || !isOneBlock)
          copyLeftPanels(scratch, a + ((p * aStride + i) << 2), aStride << 2, height, depth);
        multiplyBlock(
          out + ((i * k + j) << 2),
          k << 2,
          scratch,
          right,
          depth << 5,
          height,
          width,
          depth,
          accumulate || p > 0,
          scratch + edgeTileOffset,
        );
      }
    }
  }
}

/** out f32[height, width] = or += left panels · right panels (panelStride bytes apart); strides in bytes */
function multiplyBlock(
  out: usize,
  outStride: i32,
  left: usize,
  right: usize,
  panelStride: i32,
  height: i32,
  width: i32,
  depth: i32,
  accumulate: bool,
  edge: usize,
): void {
  for (let col = 0; col < width; col += tileCols) {
    const cols = min(tileCols, width - col);
    let a = left;
    let at = out + (col << 2);
    let remaining = height;
    while (remaining > 0) {
      const rows = tileHeight(remaining);
      if (rows <= remaining && cols == tileCols) {
        const start = accumulate ? at : zeroRow();
        tile(at, outStride, start, accumulate ? outStride : 0, a, right, depth, rows);
      } else {
        edgeTile(at, outStride, a, right, rows, min(rows, remaining), cols, depth, accumulate, edge);
      }
      a += (depth * rows) << 2;
      at += rows * outStride;
      remaining -= rows;
    }
    right += panelStride;
  }
}

/** A tile of which only rows × cols lie inside the matrix: computed whole beside it, in the same order, and the inside copied. */
function edgeTile(
  out: usize,
  outStride: i32,
  a: usize,
  b: usize,
  height: i32,
  rows: i32,
  cols: i32,
  depth: i32,
  accumulate: bool,
  edge: usize,
): void {
  const edgeStride: i32 = tileCols << 2;
  if (accumulate) copyTile(edge, edgeStride, out, outStride, rows, cols);
  const start = accumulate ? edge : zeroRow();
  tile(edge, edgeStride, start, accumulate ? edgeStride : 0, a, b, depth, height);
  copyTile(out, outStride, edge, edgeStride, rows, cols);
}

function copyTile(to: usize, toStride: i32, from: usize, fromStride: i32, rows: i32, cols: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) f32.store(to + (col << 2), f32.load(from + (col << 2)));
    to += toStride;
    from += fromStride;
  }
}
