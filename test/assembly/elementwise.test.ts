import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ptr } from '../../extension/engine/kernels.ts';
import * as reference from '../reference/elementwise.ts';
import { randomFloats, uniform } from '../reference/random.ts';
import { Arena, builds, partCounts, ranges } from './arena.ts';
import { expectSameBits, expectWithin, gamma, u } from './bounds.ts';
import { seed, size } from './shapes.ts';

const count = size(200);

describe.each(builds)('elementwise kernels (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  it('fill, copy and add have the bits of float32 arithmetic', () => {
    fc.assert(
      fc.property(count, seed, (n, from) => {
        const next = uniform(from);
        const [x, y] = [randomFloats(next, n), randomFloats(next, n)];
        arena.reset();
        const [filled, copied, added] = [arena.unwritten(n), arena.unwritten(n), arena.floats(y)];
        const source = arena.floats(x);
        kernels.fill(filled.at, 0.1, n);
        kernels.copy(copied.at, source.at, n);
        kernels.add(added.at, source.at, n);
        expectSameBits(filled.values, new Float32Array(n).fill(0.1));
        expectSameBits(copied.values, source.values);
        expectSameBits(
          added.values,
          Float32Array.from(x, (value, i) => value + y[i]!),
        );
        arena.expectGuardsIntact();
      }),
    );
  });

  it('relu² and its gradient are within one rounding; the gradient may replace either of what it is made of', () => {
    fc.assert(
      fc.property(count, seed, (n, from) => {
        const next = uniform(from);
        const [x, dOut] = [randomFloats(next, n), randomFloats(next, n)];
        arena.reset();
        const [out, dX, source] = [arena.unwritten(n), arena.floats(dOut), arena.floats(x)];
        kernels.relu2Forward(out.at, source.at, n);
        kernels.relu2Backward(dX.at, source.at, dX.at, n);
        const gradient = arena.floats(dOut);
        kernels.relu2Backward(source.at, source.at, gradient.at, n);
        const [expected, expectedX] = [reference.relu2(x), reference.relu2Backward(dOut, x)];
        expectWithin(out.values, expected, (i) => u * Math.abs(expected[i]!));
        expectWithin(dX.values, expectedX, (i) => u * Math.abs(expectedX[i]!));
        expectSameBits(source.values, dX.values);
        arena.expectGuardsIntact();
      }),
    );
  });

  it('sumOfSquares is within n · 2⁻⁵³ of Σ x², relatively', () => {
    fc.assert(
      fc.property(count, seed, (n, from) => {
        const x = randomFloats(uniform(from), n);
        const expected = x.reduce((total, value) => total + value ** 2, 0);
        const actual = kernels.sumOfSquares(arena.reset().floats(x).at, n);
        // The oracle's own sum has the same bound.
        expect(Math.abs(actual - expected)).toBeLessThanOrEqual(2 * n * 2 ** -53 * expected);
      }),
    );
  });

  const hyper = {
    learningRate: 1e-2,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    weightDecay: 0.1,
    correction1: 1 - 0.9 ** 3,
    correction2: 1 - 0.999 ** 3,
  };
  const adamw = (p: Ptr, g: Ptr, m: Ptr, v: Ptr, n: number, gradientScale: number): void =>
    kernels.adamw(
      p,
      g,
      m,
      v,
      n,
      gradientScale,
      hyper.learningRate,
      hyper.beta1,
      hyper.beta2,
      hyper.eps,
      hyper.weightDecay,
      hyper.correction1,
      hyper.correction2,
    );

  it('AdamW: moments are within γ(4) and γ(5) of their terms, the parameter within what follows', () => {
    fc.assert(
      fc.property(count, fc.constantFrom(1, 0.037), seed, (n, gradientScale, from) => {
        const next = uniform(from);
        const [param, grad, m] = [randomFloats(next, n), randomFloats(next, n), randomFloats(next, n, 0.1)];
        const v = randomFloats(next, n, 0.01).map(Math.abs);
        arena.reset();
        const regions = [param, grad, m, v].map((values) => arena.floats(values));
        adamw(regions[0]!.at, regions[1]!.at, regions[2]!.at, regions[3]!.at, n, gradientScale);
        const expected = reference.adamw({ param, m, v }, grad, { ...hyper, gradientScale });
        const errorOfMean = (i: number): number =>
          gamma(4) * (Math.abs(hyper.beta1 * m[i]!) + Math.abs((1 - hyper.beta1) * gradientScale * grad[i]!));
        expectWithin(regions[2]!.values, expected.m, errorOfMean);
        expectWithin(regions[3]!.values, expected.v, (i) => gamma(5) * expected.v[i]!);
        expectWithin(regions[0]!.values, expected.param, (i) => {
          const spread = Math.sqrt(expected.v[i]! / hyper.correction2) + hyper.eps;
          const perMean = hyper.learningRate / hyper.correction1 / spread;
          // √ halves the 5 + 2 roundings below it; then its own, a sum, a scalar, a product and a quotient.
          const change = perMean * (errorOfMean(i) + gamma(9) * Math.abs(expected.m[i]!));
          return 1.01 * change + gamma(3) * (Math.abs(param[i]!) + perMean * Math.abs(expected.m[i]!));
        });
        arena.expectGuardsIntact();
      }),
    );
  });

  it('every split of the elements gives the same bits: relu², AdamW, add', () => {
    fc.assert(
      fc.property(count, seed, (n, from) => {
        const next = uniform(from);
        const values = Array.from({ length: 5 }, () => randomFloats(next, n));
        const results = partCounts.map((parts) => {
          if (parts === partCounts[0]) arena.reset();
          const [p, g, m, v, x] = values.map((value, i) =>
            arena.floats(i === 3 ? value.map(Math.abs) : value),
          );
          for (const [start, end] of ranges(n, parts)) {
            const at = (region: { at: Ptr } | undefined): Ptr => (region!.at + 4 * start) as Ptr;
            kernels.add(at(x), at(g), end - start);
            kernels.relu2Backward(at(g), at(x), at(g), end - start);
            kernels.relu2Forward(at(x), at(x), end - start);
            adamw(at(p), at(g), at(m), at(v), end - start, 0.5);
          }
          return [p, g, m, v, x].map((region) => region!.values);
        });
        for (const result of results) result.forEach((part, i) => expectSameBits(part, results[0]![i]!));
      }),
    );
  });

  it('peak runs all of its chains: x / 2 + 1 goes to 2 in the relaxed build, x + 1 counts in the baseline build', () => {
    const rounds = 42;
    const sum = build === 'relaxed' ? 12 * 2 : (13 * 14) / 2 + 14 * rounds;
    expect(kernels.peak(rounds * (build === 'relaxed' ? 12 : 14))).toBe(4 * sum);
  });
});
