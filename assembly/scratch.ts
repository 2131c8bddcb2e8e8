import { tileRows } from './tile';

/*
 * Scratch of the products, bytes, whatever the shape (matmulScratchBytes in extension/engine/scratch.ts):
 *   block of the left matrix    4 · blockRows · blockDepth
 *   block of the right matrix   4 · blockDepth · blockCols     (matmulTransposed only: elsewhere it is packed beforehand)
 *   tile at a ragged edge       4 · tileRows · tileCols
 *
 * Scratch of attention over `keys` = past + rows keys, bytes. T = keys and D = headDim, both rounded up to a multiple of 24 (whole tiles
 * of 4, 6 and 8); attentionScratchBytes in extension/engine/scratch.ts is the larger of both.
 *   forward    headBytes + 4 · (2 · T · D + 8 · min(T, softmaxKeys) + 16 · D + 24)
 *   backward   headBytes + 4 · (6 · T · D + T + 16 · T + keyBlock · T + 24 · D)
 */

/** Depth of a block: a panel of the right matrix stays in the first cache (8 KB). */
export const blockDepth: i32 = 256;
/** Rows of a block, whole tiles in both builds: a block of the left matrix stays in the second cache (144 KB). */
export const blockRows: i32 = 144;
/** Columns of a right block that matmulTransposed packs itself. */
export const blockCols: i32 = 256;

export const rightBlockOffset: usize = 4 * blockRows * blockDepth;
export const edgeTileOffset: usize = rightBlockOffset + 4 * blockDepth * blockCols;

/** The least multiple of 24 that is not below `count`. */
export function roundUpToTiles(count: i32): i32 {
  return ((count + 23) / 24) * 24;
}

/** Room for the addresses of the parts of attention's scratch. */
export const headBytes: usize = 128;
/** Keys whose scores exist at a time in the forward pass, whole tiles: the contexts of all presets at once, and 8 KB. */
export const softmaxKeys: i32 = 264;
/** Keys whose score gradients are kept at a time for the gradient of the queries. */
export const keyBlock: i32 = 64;
