import fc from 'fast-check';
import type * as reference from '../reference/attention.ts';
import { randomFloats, uniform } from '../reference/random.ts';
import { expError, gamma } from './bounds.ts';
import { seed, size } from './shapes.ts';

export const shapes = fc.record({
  rows: fc.oneof(size(40), fc.integer({ min: 60, max: 140 })),
  // Up to three blocks of keys
  past: fc.oneof(fc.constant(0), size(30), fc.integer({ min: 200, max: 600 })),
  heads: size(3),
  headDim: fc.constantFrom(4, 8, 12, 20, 32),
  gap: fc.integer({ min: 0, max: 5 }),
  seed,
});
export interface Shape extends reference.AttentionShape {
  readonly gap: number;
  readonly seed: number;
}

/** [row, head, i] of an element of [rows, heads · headDim]. */
export function place(
  element: number,
  { heads, headDim }: reference.AttentionShape,
): [number, number, number] {
  const width = heads * headDim;
  return [Math.floor(element / width), Math.floor((element % width) / headDim), element % headDim];
}

/** Of each [head, row, key], Σ |x| · |y| over headDim. */
export function sizes(
  x: Float64Array,
  y: Float64Array,
  shape: reference.AttentionShape,
): (head: number, row: number, key: number) => number {
  const { heads, headDim } = shape;
  const width = heads * headDim;
  return (head, row, key) => {
    let total = 0;
    for (let i = head * headDim; i < (head + 1) * headDim; i++)
      total += Math.abs(x[row * width + i]! * y[key * width + i]!);
    return total;
  };
}

export function operands(shape: Shape) {
  const next = uniform(shape.seed);
  const width = shape.heads * shape.headDim;
  const keys = shape.past + shape.rows;
  return {
    width,
    q: randomFloats(next, shape.rows * width, 2),
    k: randomFloats(next, keys * width, 2),
    v: randomFloats(next, keys * width),
    dOut: randomFloats(next, shape.rows * width),
  };
}

/** Blocks of keys, by which the forward pass goes on. */
export function keyBlocks({ past, rows }: Shape): number {
  return Math.ceil((past + rows) / 264);
}

/** Largest error of an exponent: the score's sum and its scaling, the largest score's too, and their difference. */
export function exponentError(
  shape: Shape,
  q: Float64Array,
  k: Float64Array,
): (head: number, row: number) => number {
  const size = sizes(q, k, shape);
  return (head, row) => {
    let most = 0;
    for (let key = 0; key <= shape.past + row; key++) most = Math.max(most, size(head, row, key));
    return (2 * gamma(shape.headDim + 3) * most) / Math.sqrt(shape.headDim) + expError;
  };
}
