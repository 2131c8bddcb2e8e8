import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newtonSchulzScratchBytes } from '../../extension/engine/scratch.ts';
import { matmul, transpose } from '../reference/linear.ts';
import * as reference from '../reference/muon.ts';
import { randomFloats, uniform } from '../reference/random.ts';
import { Arena, builds, partCounts, ranges } from './arena.ts';
import { abs, expectSameBits, expectWithin, gamma, u } from './bounds.ts';
import { seed, size } from './shapes.ts';
import type { Ptr } from '../../extension/engine/kernels.ts';

/** Past a block of 48 rows, and either side the larger one. */
const shape = fc.record({ rows: size(60), cols: size(60), seed });

describe.each(builds)('Muon (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  function newtonSchulz(x: Float64Array, rows: number, cols: number, steps: number): Float32Array {
    arena.reset();
    const region = arena.floats(x);
    const scratch = arena.scratch(newtonSchulzScratchBytes(rows, cols));
    kernels.newtonSchulz(region.at, rows, cols, steps, scratch);
    arena.expectGuardsIntact();
    return region.values;
  }

  /**
   * With X = x ÷ ‖x‖ (2 roundings an element) and sides s ≤ l: A errs by γ(l + 4) · G, G = |X| · |X|ᵀ; A² by γ(s + 2l + 8) · G²; their
   * sum with 3.4445 · I by γ(s + 2l + 12) · Q, Q = 3.4445 · I + 4.775 · G + 2.0315 · G²; its product with X by γ(2s + 2l + 15) · Q · |X|.
   */
  it('one iteration is within γ(2s + 2l + 15) · Q · |X| of the oracle, Q the sum of the absolute terms', () => {
    fc.assert(
      fc.property(shape, fc.constantFrom(1, 1e-6, 1e6), ({ rows, cols, seed: from }, scale) => {
        const x = randomFloats(uniform(from), rows * cols, scale);
        const [short, long] = [Math.min(rows, cols), Math.max(rows, cols)];
        const norm = Math.hypot(...x) + 1e-7;
        const unit = abs(x).map((value) => value / norm);
        const wide = rows > cols ? transpose(unit, rows, cols) : unit;
        const gram = matmul(wide, transpose(wide, short, long), short, long, short);
        const square = matmul(gram, gram, short, short, short);
        const terms = gram.map(
          (value, at) => 4.775 * value + 2.0315 * square[at]! + (at % (short + 1) === 0 ? 3.4445 : 0),
        );
        const product = matmul(terms, wide, short, short, long);
        const bound = rows > cols ? transpose(product, cols, rows) : product;
        const actual = newtonSchulz(x, rows, cols, 1);
        expectWithin(
          actual,
          reference.newtonSchulz(x, rows, cols, 1),
          (at) => gamma(2 * short + 2 * long + 15) * bound[at]!,
        );
      }),
    );
  });

  /**
   * An iteration applies p to the singular values, so it makes an earlier error at most L times as large in the Frobenius norm, L the
   * largest of |p′| on [0, 1.21]: 3.97. Each adds its own, about (s + l) · u of ‖X‖ ≤ 1.21 · √s (Higham & Mary 2019: errors of both
   * signs make far less than the sum of their bounds). Five together: 1 + L + L² + L³ + L⁴ = 331 of these.
   */
  const errorOfFive = (short: number, long: number): number =>
    331 * (short + long) * u * 1.21 * Math.sqrt(short);

  it('five iterations are within 331 · (s + l) · u · ‖X‖ of the oracle in the Frobenius norm', () => {
    fc.assert(
      fc.property(shape, ({ rows, cols, seed: from }) => {
        const x = randomFloats(uniform(from), rows * cols);
        const expected = reference.newtonSchulz(x, rows, cols, 5);
        const actual = newtonSchulz(x, rows, cols, 5);
        const error = Math.hypot(...expected.map((value, at) => value - actual[at]!));
        expect(error).toBeLessThanOrEqual(errorOfFive(Math.min(rows, cols), Math.max(rows, cols)));
      }),
    );
  });

  it('five iterations move every singular value from 0.3 % of the norm on to between 0.68 and 1.21 (published: 0.5 to 1.5), by p(p(p(p(p(σ)))))', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 0, max: 24 }),
        fc.boolean(),
        seed,
        (short, more, tall, from) => {
          const long = short + more;
          const next = uniform(from);
          const spectrum = Array.from({ length: short }, () => 10 ** (-2 * next()));
          const norm = Math.hypot(...spectrum);
          const left = reference.orthonormalRows(next, short, short);
          const right = reference.orthonormalRows(next, short, long);
          const scaled = right.map((value, at) => value * spectrum[Math.floor(at / long)]!);
          const x = Float64Array.from(matmul(left, scaled, short, short, long), Math.fround);
          const given = tall ? transpose(x, short, long) : x;
          const [rows, cols] = tall ? [long, short] : [short, long];
          const actual = Float64Array.from(newtonSchulz(given, rows, cols, 5));
          const expected = spectrum.map((value) => reference.polynomial(value / norm, 5));
          const bound = errorOfFive(short, long) + 5 * 3.97 ** 5 * u;
          const values = reference.singularValues(actual, rows, cols);
          expected
            .toSorted((p, q) => q - p)
            .forEach((value, at) => expect(Math.abs(values[at]! - value)).toBeLessThanOrEqual(bound));
          spectrum.forEach((value, at) => {
            if (value / norm < 0.003) return;
            expect(expected[at]).toBeGreaterThan(0.68);
            expect(expected[at]).toBeLessThan(1.21);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a gradient of zeros stays one', () => {
    expectSameBits(newtonSchulz(new Float64Array(12), 3, 4, 5), new Float32Array(12));
  });

  it('momentum is within γ(4) and γ(6) of its terms, the descent within γ(4) of its own', () => {
    fc.assert(
      fc.property(size(200), fc.constantFrom(1, 0.037), seed, (n, gradientScale, from) => {
        const next = uniform(from);
        const [param, grad, m] = [randomFloats(next, n), randomFloats(next, n), randomFloats(next, n, 0.1)];
        arena.reset();
        const regions = [param, grad, m].map((values) => arena.floats(values));
        const [p, g, mean] = regions.map(({ at }) => at) as [Ptr, Ptr, Ptr];
        kernels.nesterov(g, mean, n, gradientScale, 0.95);
        const expected = reference.nesterov(m, grad, gradientScale, 0.95);
        const terms = m.map(
          (value, at) => 0.95 * Math.abs(value) + 0.05 * gradientScale * Math.abs(grad[at]!),
        );
        expectWithin(regions[2]!.values, expected.m, (at) => gamma(4) * terms[at]!);
        const ofUpdate = terms.map((value, at) => 0.95 * value + 0.05 * gradientScale * Math.abs(grad[at]!));
        expectWithin(regions[1]!.values, expected.update, (at) => gamma(6) * ofUpdate[at]!);
        const update = Float64Array.from(regions[1]!.values);
        kernels.descend(p, g, n, 0.02, 3.2, 0.1);
        const descended = param.map((value, at) => value - 0.02 * (3.2 * update[at]! + 0.1 * value));
        expectWithin(
          regions[0]!.values,
          descended,
          (at) => gamma(4) * (Math.abs(param[at]!) + 0.064 * Math.abs(update[at]!)),
        );
        arena.expectGuardsIntact();
      }),
    );
  });

  it('every split of the elements gives the same bits: momentum, descent', () => {
    fc.assert(
      fc.property(size(200), seed, (n, from) => {
        const next = uniform(from);
        const values = Array.from({ length: 3 }, () => randomFloats(next, n));
        arena.reset();
        const results = partCounts.map((parts) => {
          const regions = values.map((value) => arena.floats(value));
          for (const [start, end] of ranges(n, parts)) {
            const [p, g, m] = regions.map(({ at }) => (at + 4 * start) as Ptr) as [Ptr, Ptr, Ptr];
            kernels.nesterov(g, m, end - start, 0.5, 0.95);
            kernels.descend(p, g, end - start, 0.02, 3.2, 0.1);
          }
          return regions.map((region) => region.values);
        });
        for (const result of results) result.forEach((part, i) => expectSameBits(part, results[0]![i]!));
      }),
    );
  });
});
