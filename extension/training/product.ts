import type { Kernels, Ptr } from '../engine/kernels.ts';
import { rowsPerTask } from '../engine/weightTasks.ts';

/** How the operands lie in a training: NT multiplies forward, NN backward, TN gives a weight's gradient. */
export const orientations = ['NN', 'NT', 'TN'] as const;
export type Orientation = (typeof orientations)[number];

/** out f32[rows, cols] = a · b; TN: out f32[depth, cols] = aᵀ · b with a f32[rows, depth], b f32[rows, cols] */
export interface ProductShape {
  readonly orientation: Orientation;
  readonly rows: number;
  readonly depth: number;
  readonly cols: number;
}

export interface ProductOperands {
  readonly out: Ptr;
  readonly a: Ptr;
  readonly b: Ptr;
  readonly panels: Ptr;
  readonly scratch: Ptr;
}

/** Elements of the largest operand: what each place must have room for. */
export function largestOperand({ rows, depth, cols }: ProductShape): number {
  return Math.max(rows * depth, depth * roundUp(cols, 8), rows * cols);
}

/** Rows of a block are those that one call has in a training: a chunk of 256 tokens, or a task of a weight's gradient. */
function mostRows({ orientation }: ProductShape): number {
  return orientation === 'TN' ? rowsPerTask : 256;
}

/** Into how many blocks the output is cut: one for each thread at least, and all of one size. */
export function productBlocks(shape: ProductShape, threads: number): number {
  return roundUp(Math.ceil(outputRows(shape) / mostRows(shape)), threads);
}

/** Block `block` of the product; for NN and NT the panels are packed before. */
export function multiplyBlock(
  kernels: Kernels,
  shape: ProductShape,
  at: ProductOperands,
  [block, blocks]: readonly [number, number],
): void {
  const { rows, depth, cols } = shape;
  const [start, end] = range(outputRows(shape), block, blocks);
  if (start === end) return;
  if (shape.orientation === 'TN') {
    kernels.matmulTransposed(
      at.out,
      at.a,
      depth,
      at.b,
      cols,
      rows,
      depth,
      cols,
      start,
      end,
      false,
      at.scratch,
    );
  } else {
    const [out, a] = [at.out + 4 * start * cols, at.a + 4 * start * depth] as [Ptr, Ptr];
    kernels.matmul(out, cols, a, depth, at.panels, end - start, cols, depth, false, at.scratch);
  }
}

/** Block `block` of the right-hand matrix into panels: b f32[cols, depth] for NT, f32[depth, cols] for NN; nothing for TN. */
export function packBlock(
  kernels: Kernels,
  { orientation, depth, cols }: ProductShape,
  at: ProductOperands,
  [block, blocks]: readonly [number, number],
): void {
  const weightRows = orientation === 'NT' ? cols : depth;
  const [start, end] = range(weightRows, block, blocks);
  if (orientation === 'NT') kernels.packForward(at.panels, at.b, cols, depth, start, end);
  if (orientation === 'NN') kernels.packBackward(at.panels, at.b, depth, cols, start, end);
}

function outputRows({ orientation, rows, depth }: ProductShape): number {
  return orientation === 'TN' ? depth : rows;
}

/** Starts are multiples of 8: whole panels. */
function range(count: number, block: number, blocks: number): [number, number] {
  const size = roundUp(Math.ceil(count / blocks), 8);
  return [Math.min(count, block * size), Math.min(count, (block + 1) * size)];
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
