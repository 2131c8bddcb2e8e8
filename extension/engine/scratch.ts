/** Scratch of the matrix products, whatever their shape: the blocks and the edge tile of assembly/scratch.ts. */
export function matmulScratchBytes(): number {
  const [blockRows, blockDepth, blockCols, tileElements] = [144, 256, 256, 6 * 8];
  return 4 * (blockRows * blockDepth + blockDepth * blockCols + tileElements);
}

/**
 * Scratch of attentionForward and attentionBackward, as assembly/scratch.ts lists it.
 *  @param rows   keys that the call reads: past + rows
 */
export function attentionScratchBytes(rows: number, headDim: number): number {
  const headBytes = 128;
  const keyBlock = 64;
  const softmaxKeys = 264;
  const length = roundUpToTiles(rows);
  const width = roundUpToTiles(headDim);
  const forward = 2 * length * width + 8 * Math.min(length, softmaxKeys) + 16 * width + 24;
  const backward = 6 * length * width + (1 + 16 + keyBlock) * length + 24 * width;
  return headBytes + 4 * Math.max(forward, backward);
}

/** Scratch of newtonSchulz, as assembly/newtonSchulz.ts lists it. */
export function newtonSchulzScratchBytes(rows: number, cols: number): number {
  const short = Math.min(rows, cols);
  const long = Math.max(rows, cols);
  const panels = Math.max(roundUp8(short) * long, roundUp8(long) * short);
  const transpose = rows > cols ? short * long : 0;
  return 4 * (2 * short * short + panels + transpose) + matmulScratchBytes();
}

function roundUp8(count: number): number {
  return 8 * Math.ceil(count / 8);
}

/** Whole tiles of 4, 6 and 8. */
function roundUpToTiles(count: number): number {
  return 24 * Math.ceil(count / 24);
}
