import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Ptr } from '../../extension/engine/kernels.ts';
import { randomFloats, uniform } from '../reference/random.ts';
import * as reference from '../reference/rope.ts';
import { Arena, builds, columns, expectUntouched, partCounts, ranges } from './arena.ts';
import { abs, expectSameBits, expectWithin, gamma } from './bounds.ts';
import { seed, size } from './shapes.ts';

const shape = fc.record({
  rows: size(20),
  heads: size(4),
  half: size(20),
  gap: fc.integer({ min: 0, max: 5 }),
  start: fc.integer({ min: 0, max: 30 }),
  seed,
});

describe.each(builds)('RoPE (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  it.each(['ropeForward', 'ropeBackward'] as const)(
    '%s is within γ(2) · (|x · cos| + |x′ · sin|) of the rotation and leaves what lies between the rows',
    (name) => {
      fc.assert(
        fc.property(shape, ({ rows, heads, half, gap, start, seed: from }) => {
          const headDim = 2 * half;
          const width = heads * headDim;
          const stride = width + gap;
          const x = randomFloats(uniform(from), rows * width, 5);
          const exact = reference.ropeTables(start + rows, headDim, 10_000);
          const tables = { cos: exact.cos.map(Math.fround), sin: exact.sin.map(Math.fround) };
          arena.reset();
          const region = arena.unwritten(rows * stride);
          for (let row = 0; row < rows; row++) {
            region.values.set(x.subarray(row * width, (row + 1) * width), row * stride);
          }
          const [cos, sin] = [arena.floats(tables.cos), arena.floats(tables.sin)];
          kernels[name](region.at, cos.at, sin.at, rows, heads, headDim, stride, start);
          const { inside, outside } = columns(region.values, stride, 0, width);
          const direction = name === 'ropeForward' ? 1 : -1;
          // Both terms of |x| · |cos| ± |x′| · |sin| positive: the two halves swap roles with the sign of rotate_half.
          const positive = { cos: abs(tables.cos), sin: abs(tables.sin) };
          const turns = ([1, -1] as const).map((way) =>
            reference.rope(abs(x), positive, heads, headDim, start, way),
          );
          expectWithin(
            inside,
            reference.rope(x, tables, heads, headDim, start, direction),
            (i) => gamma(2) * Math.max(turns[0]![i]!, turns[1]![i]!),
          );
          expectUntouched(outside);
          arena.expectGuardsIntact();
        }),
      );
    },
  );

  it('every split of the rows gives the same bits', () => {
    fc.assert(
      fc.property(shape, ({ rows, heads, half, start, seed: from }) => {
        const width = 2 * half * heads;
        const x = randomFloats(uniform(from), rows * width);
        const tables = reference.ropeTables(start + rows, 2 * half, 10_000);
        arena.reset();
        const [cos, sin] = [arena.floats(tables.cos), arena.floats(tables.sin)];
        const results = partCounts.map((parts) => {
          const region = arena.floats(x);
          for (const [first, end] of ranges(rows, parts)) {
            const row = (region.at + 4 * first * width) as Ptr;
            kernels.ropeForward(row, cos.at, sin.at, end - first, heads, 2 * half, width, start + first);
          }
          return region.values;
        });
        for (const result of results) expectSameBits(result, results[0]!);
      }),
    );
  });
});
