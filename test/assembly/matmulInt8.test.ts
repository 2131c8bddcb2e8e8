import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ptr } from '../../extension/engine/kernels.ts';
import * as reference from '../reference/linear.ts';
import { randomFloats, uniform } from '../reference/random.ts';
import { Arena, builds, columns, expectUntouched, partCounts, ranges } from './arena.ts';
import { abs, expectSameBits, expectWithin, gamma, u } from './bounds.ts';
import { seed, size } from './shapes.ts';

const roundUp = (count: number, step: number): number => step * Math.ceil(count / step);
const at = (base: Ptr, bytes: number): Ptr => (base + bytes) as Ptr;

const product = fc.record({
  rows: size(12),
  n: size(40),
  k: fc.oneof(size(70), fc.integer({ min: 250, max: 600 })),
  gap: fc.integer({ min: 0, max: 5 }),
  accumulate: fc.boolean(),
  seed,
});

describe.each(builds)('int8 products (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;
  const { buffer } = arena.floats([]).values;
  /** columns that lie side by side in a panel, and bytes of a quantised activation */
  const [group, bytes] = build === 'relaxed' ? [4, 1] : [2, 2];

  function quantizeWeight(weight: ArrayLike<number>, rows: number, cols: number) {
    const depth = roundUp(cols, 4);
    const panels = arena.unwritten((roundUp(rows, 8) * depth) / 4);
    const scales = arena.unwritten(roundUp(rows, 8));
    const sums = arena.unwritten(roundUp(rows, 8));
    kernels.quantizeWeight(panels.at, scales.at, sums.at, arena.floats(weight).at, rows, cols);
    const packed = new Int8Array(buffer, panels.at, roundUp(rows, 8) * depth);
    const values = new Float64Array(roundUp(rows, 8) * depth);
    packed.forEach((value, i) => {
      const [panel, inside] = [Math.floor(i / (8 * depth)), i % (8 * depth)];
      const row = 8 * panel + (Math.floor(inside / group) % 8);
      values[row * depth + group * Math.floor(inside / (8 * group)) + (inside % group)] = value;
    });
    return { panels: panels.at, scales, sums, depth, values };
  }

  function quantizeRows(x: ArrayLike<number>, rows: number, cols: number) {
    const depth = roundUp(cols, 4);
    const q = arena.unwritten((bytes * rows * depth) / 4);
    const steps = arena.unwritten(rows);
    const zeros = arena.unwritten(rows);
    kernels.quantizeRows(q.at, steps.at, zeros.at, arena.floats(x).at, rows, cols);
    const raw =
      bytes === 1 ? new Uint8Array(buffer, q.at, rows * depth) : new Int16Array(buffer, q.at, rows * depth);
    return { q: q.at, steps, zeros, depth, raw, origins: new Int32Array(buffer, zeros.at, rows) };
  }

  it('a quantised weight is a whole number of −127 … 127, its row’s largest is ± 127, and it errs by at most half a scale', () => {
    fc.assert(
      fc.property(size(40), size(70), seed, (rows, cols, from) => {
        arena.reset();
        const weight = Float32Array.from(randomFloats(uniform(from), rows * cols));
        const { scales, sums, depth, values } = quantizeWeight(weight, rows, cols);
        for (let row = 0; row < roundUp(rows, 8); row++) {
          const scale = scales.values[row]!;
          const line = values.subarray(row * depth, (row + 1) * depth);
          expect(new Int32Array(buffer, sums.at)[row]).toBe(line.reduce((sum, value) => sum + value, 0));
          expect(line.subarray(row < rows ? cols : 0).every((value) => value === 0)).toBe(true);
          if (row >= rows) continue;
          const original = weight.subarray(row * cols, (row + 1) * cols);
          expect(Math.max(...line.map(Math.abs))).toBe(127);
          // The quotient is rounded twice before it is rounded to a whole number.
          const bound = scale * (0.5 + 127 * gamma(3));
          original.forEach((value, col) =>
            expect(Math.abs(value - scale * line[col]!)).toBeLessThanOrEqual(bound),
          );
        }
        arena.expectGuardsIntact();
      }),
      { numRuns: 40 },
    );
  });

  it('a quantised activation errs by at most half a step, in 7 bits from the lowest to the highest or in 16 of both signs', () => {
    fc.assert(
      fc.property(
        size(9),
        size(70),
        fc.integer({ min: -30, max: 30 }),
        fc.boolean(),
        seed,
        (rows, cols, exponent, positive, from) => {
          arena.reset();
          const x = Float32Array.from(
            randomFloats(uniform(from), rows * cols),
            (value) => (positive ? Math.abs(value) : value) * 2 ** exponent,
          );
          const { steps, origins, depth, raw } = quantizeRows(x, rows, cols);
          const [least, most] = build === 'relaxed' ? [0, 127] : [-32_767, 32_767];
          expect(raw.every((value) => value >= least && value <= most)).toBe(true);
          for (let row = 0; row < rows; row++) {
            const step = steps.values[row]!;
            const bound = step * (0.5 + most * gamma(3));
            for (let col = 0; col < depth; col++) {
              const value = raw[row * depth + col]!;
              if (col >= cols) expect(value).toBe(0);
              else
                expect(Math.abs(x[row * cols + col]! - step * (value - origins[row]!))).toBeLessThanOrEqual(
                  bound,
                );
            }
          }
          arena.expectGuardsIntact();
        },
      ),
      { numRuns: 60 },
    );
  });

  // Both ends of such a row lie between two whole numbers, and both are rounded up.
  it.each([2, 19, 32])('a row as far below zero as above stays within the levels (%i columns)', (cols) => {
    arena.reset();
    const x = Float32Array.from({ length: cols }, (_, i) => (i % 2 === 0 ? 63.5 : -63.5));
    const { steps, origins, raw } = quantizeRows(x, 1, cols);
    const limit = build === 'relaxed' ? 127 : 32_767;
    expect(raw.every((value) => Math.abs(value) <= limit)).toBe(true);
    x.forEach((value, i) =>
      expect(Math.abs(value - steps.values[0]! * (raw[i]! - origins[0]!))).toBeLessThanOrEqual(
        steps.values[0]! * (0.5 + limit * gamma(3)),
      ),
    );
  });

  it('rows of nothing are nothing, and what is no number stays none', () => {
    arena.reset();
    const x = [0, 0, 0, 0, 0, 1e-38, -1e-38, 0, 0, 0, 1, Number.NaN, 2, 3, 4, 1, Infinity, 2, 3, 4];
    const { q, steps, zeros, raw } = quantizeRows(x, 4, 5);
    expect([...raw.subarray(0, 16)]).toEqual(Array.from({ length: 16 }, () => 0));
    const weight = quantizeWeight([1, 2, 3, 4, 5, 0, 0, 0, 0, 0], 2, 5);
    const out = arena.unwritten(8);
    const { panels, scales, sums } = weight;
    kernels.matmulInt8(out.at, 2, q, steps.at, zeros.at, panels, scales.at, sums.at, 4, 2, 5, false);
    expect([...out.values.subarray(0, 4)].every((value) => Math.abs(value) < 1e-36)).toBe(true);
    expect(out.values[4]).toBeNaN();
    expect(Number.isFinite(out.values[6])).toBe(false);
    arena.expectGuardsIntact();
  });

  it('matmulInt8 is within γ(3) of the exact product of the quantised operands (+ u of the sum when it accumulates) and writes nothing else', () => {
    fc.assert(
      fc.property(product, ({ rows, n, k, gap, accumulate, seed: from }) => {
        const next = uniform(from);
        arena.reset();
        const weight = quantizeWeight(randomFloats(next, n * k), n, k);
        const x = quantizeRows(randomFloats(next, rows * k), rows, k);
        const before = accumulate ? randomFloats(next, rows * n) : new Float64Array(rows * n);
        const out = arena.unwritten(rows * (n + gap));
        if (accumulate)
          before.forEach((value, i) => (out.values[Math.floor(i / n) * (n + gap) + (i % n)] = value));
        kernels.matmulInt8(
          out.at,
          n + gap,
          x.q,
          x.steps.at,
          x.zeros.at,
          weight.panels,
          weight.scales.at,
          weight.sums.at,
          rows,
          n,
          k,
          accumulate,
        );
        const exact = Float64Array.from({ length: rows * n }, (_, i) => {
          const [row, col] = [Math.floor(i / n), i % n];
          let sum = 0;
          for (let p = 0; p < k; p++)
            sum += (x.raw[row * x.depth + p]! - x.origins[row]!) * weight.values[col * weight.depth + p]!;
          return sum * x.steps.values[row]! * weight.scales.values[col]!;
        });
        const { inside, outside } = columns(out.values, n + gap, 0, n);
        const start = Float64Array.from(before, Math.fround);
        expectWithin(
          inside,
          reference.sum(start, exact),
          (i) =>
            gamma(3) * Math.abs(exact[i]!) + (accumulate ? 1.01 * u * Math.abs(start[i]! + exact[i]!) : 0),
        );
        expectUntouched(outside);
        arena.expectGuardsIntact();
      }),
      { numRuns: 80 },
    );
  });

  it('matmulInt8 is x · Wᵀ within what half a step and half a scale make of it', () => {
    fc.assert(
      fc.property(product, ({ rows, n, k, seed: from }) => {
        const next = uniform(from);
        const [w, a] = [randomFloats(next, n * k), randomFloats(next, rows * k)];
        arena.reset();
        const weight = quantizeWeight(w, n, k);
        const x = quantizeRows(a, rows, k);
        const out = arena.unwritten(rows * n);
        kernels.matmulInt8(
          out.at,
          n,
          x.q,
          x.steps.at,
          x.zeros.at,
          weight.panels,
          weight.scales.at,
          weight.sums.at,
          rows,
          n,
          k,
          false,
        );
        const ones = new Float64Array(k).fill(1);
        const sizeOfX = reference.linear(abs(a), ones, rows, k, 1);
        const sizeOfW = reference.linear(abs(w), ones, n, k, 1);
        expectWithin(out.values, reference.linear(a, w, rows, k, n), (i) => {
          const [row, col] = [Math.floor(i / n), i % n];
          const [step, scale] = [x.steps.values[row]! / 2, weight.scales.values[col]! / 2];
          return 1.01 * (scale * sizeOfX[row]! + step * sizeOfW[col]! + k * step * scale);
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each([1, 5, 1024, 4096, 16_384])('no sum overflows at depth %i with every operand at its limit', (k) => {
    for (const sign of [1, -1]) {
      arena.reset();
      const weight = quantizeWeight(
        Float32Array.from({ length: 2 * k }, (_, i) => (i < k ? sign : -sign)),
        2,
        k,
      );
      const x = quantizeRows(new Float32Array(k).fill(3), 1, k);
      const out = arena.unwritten(2);
      kernels.matmulInt8(
        out.at,
        2,
        x.q,
        x.steps.at,
        x.zeros.at,
        weight.panels,
        weight.scales.at,
        weight.sums.at,
        1,
        2,
        k,
        false,
      );
      const expected = Float64Array.of(3 * k * sign, -3 * k * sign);
      // The step and the scale are rounded as well.
      expectWithin(out.values, expected, () => gamma(5) * 3 * k);
    }
  });

  it('every split of the rows between calls gives the same bits', () => {
    fc.assert(
      fc.property(product, ({ rows, n, k, accumulate, seed: from }) => {
        const next = uniform(from);
        arena.reset();
        const weight = quantizeWeight(randomFloats(next, n * k), n, k);
        const a = randomFloats(next, rows * k);
        const before = randomFloats(next, rows * n);
        const results = partCounts.map((parts) => {
          const out = arena.floats(before);
          for (const [start, end] of ranges(rows, parts)) {
            if (start === end) continue;
            const x = quantizeRows(a.subarray(start * k, end * k), end - start, k);
            kernels.matmulInt8(
              at(out.at, 4 * start * n),
              n,
              x.q,
              x.steps.at,
              x.zeros.at,
              weight.panels,
              weight.scales.at,
              weight.sums.at,
              end - start,
              n,
              k,
              accumulate,
            );
          }
          return out.values;
        });
        for (const result of results) expectSameBits(result, results[0]!);
      }),
      { numRuns: 40 },
    );
  });
});
