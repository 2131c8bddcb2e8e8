import { copyPanels, transposePanels } from './panels';
import { tileCols } from './tile';

/**
 * panels of Wᵀ (K = cols, N = rows)
 *  @param panels     f32[⌈rows / 8⌉, cols, 8]  written for rows [rowStart, rowEnd); rowStart a multiple of 8
 *  @param weight     f32[rows, cols]  read
 */
export function packForward(
  panels: usize,
  weight: usize,
  rows: i32,
  cols: i32,
  rowStart: i32,
  rowEnd: i32,
): void {
  // A block of 8 rows begins at the same element in the panels as in the weight.
  const offset = (rowStart * cols) << 2;
  transposePanels(panels + offset, tileCols, weight + offset, cols << 2, min(rowEnd, rows) - rowStart, cols);
}

/**
 * panels of W (K = rows, N = cols)
 *  @param panels     f32[⌈cols / 8⌉, rows, 8]  written for rows [rowStart, rowEnd)
 *  @param weight     f32[rows, cols]  read
 */
export function packBackward(
  panels: usize,
  weight: usize,
  rows: i32,
  cols: i32,
  rowStart: i32,
  rowEnd: i32,
): void {
  const source = weight + ((rowStart * cols) << 2);
  const stride = cols << 2;
  copyPanels(panels + (rowStart << 5), rows << 5, tileCols, source, stride, cols, rowEnd - rowStart);
}
