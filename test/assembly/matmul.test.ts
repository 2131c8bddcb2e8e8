import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Ptr } from '../../extension/engine/kernels.ts';
import { matmulScratchBytes } from '../../extension/engine/scratch.ts';
import * as reference from '../reference/linear.ts';
import { randomFloats, uniform } from '../reference/random.ts';
import { Arena, builds, columns, expectUntouched, partCounts, ranges, strided } from './arena.ts';
import { abs, expectSameBits, expectWithin, gamma } from './bounds.ts';
import { seed, size } from './shapes.ts';

const roundUp8 = (count: number): number => 8 * Math.ceil(count / 8);
const at = (base: Ptr, elements: number): Ptr => (base + 4 * elements) as Ptr;

/** Past the blocks of 144 rows and 256 in depth. */
const product = fc.record({
  rows: size(280),
  n: size(70),
  k: fc.oneof(size(70), fc.integer({ min: 250, max: 530 })),
  gap: fc.integer({ min: 0, max: 5 }),
  accumulate: fc.boolean(),
  seed,
});

describe.each(builds)('matrix products (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  /** out = or += a · Wᵀ on random values; what the two packings and both products need. */
  function operands(shape: {
    rows: number;
    n: number;
    k: number;
    gap: number;
    accumulate: boolean;
    seed: number;
  }) {
    const { rows, n, k, gap, accumulate } = shape;
    const next = uniform(shape.seed);
    const a = randomFloats(next, rows * k);
    const weight = randomFloats(next, n * k);
    const before = accumulate ? randomFloats(next, rows * n) : new Float64Array(rows * n);
    arena.reset();
    const out = arena.unwritten(rows * (n + gap));
    if (accumulate) {
      for (let row = 0; row < rows; row++)
        out.values.set(before.subarray(row * n, (row + 1) * n), row * (n + gap));
    }
    return {
      a,
      weight,
      before,
      out,
      left: arena.floats(strided(a, k, k + gap)),
      weights: arena.floats(weight),
      panels: arena.unwritten(roundUp8(n) * k),
      scratch: arena.scratch(matmulScratchBytes()),
    };
  }

  it('matmul of packForward is within γ(k + 1) · (|out| + |a| · |W|ᵀ) of out + a · Wᵀ and writes nothing else', () => {
    fc.assert(
      fc.property(product, (shape) => {
        const { rows, n, k, gap, accumulate } = shape;
        const { a, weight, before, out, left, weights, panels, scratch } = operands(shape);
        kernels.packForward(panels.at, weights.at, n, k, 0, n);
        kernels.matmul(out.at, n + gap, left.at, k + gap, panels.at, rows, n, k, accumulate, scratch);
        const expected = reference.sum(before, reference.linear(a, weight, rows, k, n));
        const size = reference.sum(abs(before), reference.linear(abs(a), abs(weight), rows, k, n));
        const { inside, outside } = columns(out.values, n + gap, 0, n);
        expectWithin(inside, expected, (i) => gamma(k + 1) * size[i]!);
        expectUntouched(outside);
        arena.expectGuardsIntact();
      }),
      { numRuns: 60 },
    );
  });

  it('matmul of packBackward is within γ(rows of W) · |a| · |W| of a · W', () => {
    fc.assert(
      fc.property(size(50), size(50), size(300), seed, (rows, cols, depth, from) => {
        const next = uniform(from);
        const a = randomFloats(next, rows * depth);
        const weight = randomFloats(next, depth * cols);
        arena.reset();
        const out = arena.unwritten(rows * cols);
        const left = arena.floats(a);
        const weights = arena.floats(weight);
        const panels = arena.unwritten(roundUp8(cols) * depth);
        kernels.packBackward(panels.at, weights.at, depth, cols, 0, depth);
        const scratch = arena.scratch(matmulScratchBytes());
        kernels.matmul(out.at, cols, left.at, depth, panels.at, rows, cols, depth, false, scratch);
        const size = reference.matmul(abs(a), abs(weight), rows, depth, cols);
        expectWithin(
          out.values,
          reference.matmul(a, weight, rows, depth, cols),
          (i) => gamma(depth) * size[i]!,
        );
        arena.expectGuardsIntact();
      }),
      { numRuns: 40 },
    );
  });

  it('matmulTransposed is within γ(rows + 1) · (|out| + |a|ᵀ · |b|) of out + aᵀ · b, for the rows that it was asked for', () => {
    const shapes = fc.record({
      rows: fc.oneof(size(70), fc.integer({ min: 250, max: 530 })),
      n: size(280),
      k: fc.oneof(size(40), fc.integer({ min: 250, max: 300 })),
      gap: fc.integer({ min: 0, max: 5 }),
      accumulate: fc.boolean(),
      seed,
      part: fc.tuple(fc.nat(), fc.nat()),
    });
    fc.assert(
      fc.property(shapes, ({ rows, n, k, gap, accumulate, seed: from, part }) => {
        const next = uniform(from);
        const [start, end] = part.map((value) => value % (n + 1)).toSorted((x, y) => x - y) as [
          number,
          number,
        ];
        const a = randomFloats(next, rows * n);
        const b = randomFloats(next, rows * k);
        const before = accumulate ? randomFloats(next, n * k) : new Float64Array(n * k);
        arena.reset();
        const out = accumulate ? arena.floats(before) : arena.unwritten(n * k);
        const untouched = out.words.slice();
        const left = arena.floats(strided(a, n, n + gap));
        const right = arena.floats(strided(b, k, k + gap));
        const scratch = arena.scratch(matmulScratchBytes());
        kernels.matmulTransposed(
          out.at,
          left.at,
          n + gap,
          right.at,
          k + gap,
          rows,
          n,
          k,
          start,
          end,
          accumulate,
          scratch,
        );
        const rowsOf = (m: Float64Array): Float64Array => m.subarray(start * k, end * k);
        const aT = reference.transpose(a, rows, n);
        const expected = reference.sum(before, reference.matmul(aT, b, n, rows, k));
        const size = reference.sum(abs(before), reference.matmul(abs(aT), abs(b), n, rows, k));
        expectWithin(
          out.values.subarray(start * k, end * k),
          rowsOf(expected),
          (i) => gamma(rows + 1) * rowsOf(size)[i]!,
        );
        expectSameBits(out.values.subarray(0, start * k), new Float32Array(untouched.buffer, 0, start * k));
        expectSameBits(out.values.subarray(end * k), new Float32Array(untouched.buffer, 4 * end * k));
        arena.expectGuardsIntact();
      }),
      { numRuns: 40 },
    );
  });

  it('every split of the rows between calls gives the same bits', () => {
    fc.assert(
      fc.property(product, (shape) => {
        const { rows, n, k, gap, accumulate } = shape;
        const { out, left, weights, panels, scratch } = operands(shape);
        const before = out.words.slice();
        kernels.packForward(panels.at, weights.at, n, k, 0, n);
        let whole: Float32Array | undefined;
        for (const parts of partCounts) {
          out.words.set(before);
          for (const [start, end] of ranges(rows, parts)) {
            const row = at(out.at, start * (n + gap));
            const leftRow = at(left.at, start * (k + gap));
            kernels.matmul(row, n + gap, leftRow, k + gap, panels.at, end - start, n, k, accumulate, scratch);
          }
          whole ??= out.values.slice();
          expectSameBits(out.values, whole);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('from 1 to 40 rows at once have the bits of row after row: every mixture of tiles, and what exceeds them', () => {
    const [n, k] = [11, 19];
    const next = uniform(1);
    for (let rows = 1; rows <= 40; rows++) {
      arena.reset();
      const a = arena.floats(randomFloats(next, rows * k));
      const aT = arena.floats(reference.transpose(Float64Array.from(a.values), rows, k));
      const b = arena.floats(randomFloats(next, k * n));
      const panels = arena.unwritten(roundUp8(n) * k);
      const result = (): ReturnType<Arena['unwritten']> => arena.unwritten(rows * n);
      const [whole, single, wholeT, singleT] = [result(), result(), result(), result()];
      const scratch = arena.scratch(matmulScratchBytes());
      const transposed = (out: Ptr, start: number, end: number): void =>
        kernels.matmulTransposed(out, aT.at, rows, b.at, n, k, rows, n, start, end, false, scratch);
      kernels.packBackward(panels.at, b.at, k, n, 0, k);
      kernels.matmul(whole.at, n, a.at, k, panels.at, rows, n, k, false, scratch);
      transposed(wholeT.at, 0, rows);
      for (let row = 0; row < rows; row++) {
        kernels.matmul(at(single.at, row * n), n, at(a.at, row * k), k, panels.at, 1, n, k, false, scratch);
        transposed(singleT.at, row, row + 1);
      }
      for (const other of [single, wholeT, singleT]) expectSameBits(other.values, whole.values);
      arena.expectGuardsIntact();
    }
  });

  it('every split of the rows of a weight gradient gives the same bits', () => {
    fc.assert(
      fc.property(size(300), size(150), size(40), seed, (rows, n, k, from) => {
        const next = uniform(from);
        arena.reset();
        const a = arena.floats(randomFloats(next, rows * n));
        const b = arena.floats(randomFloats(next, rows * k));
        const scratch = arena.scratch(matmulScratchBytes());
        const results = partCounts.map((parts) => {
          const out = arena.unwritten(n * k);
          for (const [start, end] of ranges(n, parts)) {
            kernels.matmulTransposed(out.at, a.at, n, b.at, k, rows, n, k, start, end, false, scratch);
          }
          return out.values;
        });
        for (const result of results) expectSameBits(result, results[0]!);
      }),
      { numRuns: 30 },
    );
  });

  it('packing in ranges of rows gives the panels of packing at once, with zeros behind the last column', () => {
    fc.assert(
      fc.property(size(100), size(40), seed, (rows, cols, from) => {
        arena.reset();
        const weight = arena.floats(randomFloats(uniform(from), rows * cols));
        const forward = partCounts.map((parts) => {
          const panels = arena.unwritten(roundUp8(rows) * cols);
          for (const [start, end] of ranges(rows, parts, 8)) {
            if (start < end) kernels.packForward(panels.at, weight.at, rows, cols, start, end);
          }
          return panels.values;
        });
        const backward = partCounts.map((parts) => {
          const panels = arena.unwritten(roundUp8(cols) * rows);
          for (const [start, end] of ranges(rows, parts)) {
            kernels.packBackward(panels.at, weight.at, rows, cols, start, end);
          }
          return panels.values;
        });
        const value = (row: number, col: number): number => weight.values[row * cols + col]!;
        const expectedForward = Float32Array.from({ length: roundUp8(rows) * cols }, (_, i) => {
          const row = 8 * Math.floor(i / (8 * cols)) + (i % 8);
          return row < rows ? value(row, Math.floor(i / 8) % cols) : 0;
        });
        const expectedBackward = Float32Array.from({ length: roundUp8(cols) * rows }, (_, i) => {
          const col = 8 * Math.floor(i / (8 * rows)) + (i % 8);
          return col < cols ? value(Math.floor(i / 8) % rows, col) : 0;
        });
        for (const panels of forward) expectSameBits(panels, expectedForward);
        for (const panels of backward) expectSameBits(panels, expectedBackward);
        arena.expectGuardsIntact();
      }),
      { numRuns: 40 },
    );
  });

  it('matvec has the bits of a matmul of one row', () => {
    fc.assert(
      fc.property(size(150), size(600), fc.boolean(), seed, (n, k, accumulate, from) => {
        const next = uniform(from);
        arena.reset();
        const x = arena.floats(randomFloats(next, k));
        const weight = arena.floats(randomFloats(next, n * k));
        const before = randomFloats(next, n);
        const [vector, matrix] = [before, before].map((values) =>
          accumulate ? arena.floats(values) : arena.unwritten(n),
        ) as [ReturnType<Arena['floats']>, ReturnType<Arena['floats']>];
        const panels = arena.unwritten(roundUp8(n) * k);
        const columns = arena.unwritten(32 * Math.ceil(n / 32) * k);
        const scratch = arena.scratch(matmulScratchBytes());
        kernels.packForward(panels.at, weight.at, n, k, 0, n);
        kernels.matmul(matrix.at, n, x.at, k, panels.at, 1, n, k, accumulate, scratch);
        kernels.packColumns(columns.at, weight.at, n, k);
        kernels.matvec(vector.at, x.at, columns.at, n, k, accumulate);
        expectSameBits(vector.values, matrix.values);
        arena.expectGuardsIntact();
      }),
      { numRuns: 60 },
    );
  });
});
