import { add } from './elementwise';

/**
 * out = table[ids]
 *  @param out     f32[rows, cols]     written
 *  @param table   f32[vocab, cols]    read
 *  @param ids     i32[rows]           read, 0 ≤ id < vocab
 */
export function embeddingForward(out: usize, table: usize, ids: usize, rows: i32, cols: i32): void {
  const rowBytes = cols << 2;
  for (let row = 0; row < rows; row++) {
    memory.copy(out + row * rowBytes, table + i32.load(ids + (row << 2)) * rowBytes, rowBytes);
  }
}

/**
 * dTable[ids] += dOut in the order of the rows, for ids in [idStart, idEnd) only: threads own disjoint ids.
 *  @param dTable  f32[vocab, cols]    accumulated
 *  @param dOut    f32[rows, cols]     read
 *  @param ids     i32[rows]           read
 */
export function embeddingBackward(
  dTable: usize,
  dOut: usize,
  ids: usize,
  rows: i32,
  cols: i32,
  idStart: i32,
  idEnd: i32,
): void {
  const rowBytes = cols << 2;
  for (let row = 0; row < rows; row++) {
    const id = i32.load(ids + (row << 2));
    if (id >= idStart && id < idEnd) add(dTable + id * rowBytes, dOut + row * rowBytes, cols);
  }
}
