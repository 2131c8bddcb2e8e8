import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Ptr } from '../../extension/engine/kernels.ts';
import { randomFloats, uniform } from '../reference/random.ts';
import * as reference from '../reference/rmsnorm.ts';
import { Arena, builds, partCounts, ranges } from './arena.ts';
import { expectSameBits, expectWithin, gamma } from './bounds.ts';
import { seed, size } from './shapes.ts';

const eps = Math.fround(1e-5);
const shape = fc.record({ rows: size(20), cols: size(300), seed });
const at = (base: Ptr, elements: number): Ptr => (base + 4 * elements) as Ptr;

describe.each(builds)('RMSNorm (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  it('forward: rstd is within γ(cols + 4) of its value, relatively, and out within γ(cols + 6)', () => {
    fc.assert(
      fc.property(shape, ({ rows, cols, seed: from }) => {
        const next = uniform(from);
        const x = randomFloats(next, rows * cols, 3);
        const weight = randomFloats(next, cols);
        arena.reset();
        const [out, rstd] = [arena.unwritten(rows * cols), arena.unwritten(rows)];
        kernels.rmsnormForward(out.at, rstd.at, arena.floats(x).at, arena.floats(weight).at, rows, cols, eps);
        const expected = reference.rmsnorm(x, weight, rows, cols, eps);
        expectWithin(rstd.values, expected.rstd, (i) => gamma(cols + 4) * expected.rstd[i]!);
        expectWithin(out.values, expected.out, (i) => gamma(cols + 6) * Math.abs(expected.out[i]!));
        arena.expectGuardsIntact();
      }),
    );
  });

  it('backward: dX = residual + the gradient within γ of their terms, also in the place of x or of the residual; dWeight is added', () => {
    const places = fc.constantFrom('elsewhere', 'x', 'residual');
    fc.assert(
      fc.property(shape, places, ({ rows, cols, seed: from }, place) => {
        const next = uniform(from);
        const [x, dOut] = [randomFloats(next, rows * cols, 3), randomFloats(next, rows * cols)];
        const [weight, rstd] = [randomFloats(next, cols), randomFloats(next, rows).map(Math.abs)];
        const [residual, beforeWeight] = [randomFloats(next, rows * cols), randomFloats(next, cols)];
        arena.reset();
        const regions = {
          elsewhere: arena.unwritten(rows * cols),
          x: arena.floats(x),
          residual: arena.floats(residual),
        };
        const dX = regions[place];
        const dWeight = arena.floats(beforeWeight);
        kernels.rmsnormBackward(
          dX.at,
          dWeight.at,
          regions.residual.at,
          arena.floats(dOut).at,
          regions.x.at,
          arena.floats(weight).at,
          arena.floats(rstd).at,
          rows,
          cols,
        );
        const expected = reference.rmsnormBackward(dOut, x, weight, rstd, rows, cols);
        const row = (i: number): number => Math.floor(i / cols);
        const pulls = Float64Array.from({ length: rows }, (_, r) => {
          let sum = 0;
          for (let j = 0; j < cols; j++) sum += Math.abs(dOut[r * cols + j]! * x[r * cols + j]! * weight[j]!);
          return (sum * rstd[r]! ** 3) / cols;
        });
        // cols products and their sum, three factors rstd, a division, a product, a difference and the sum with the residual.
        expectWithin(
          dX.values,
          expected.dX.map((value, i) => value + residual[i]!),
          (i) =>
            gamma(cols + 10) *
            (Math.abs(dOut[i]! * weight[i % cols]! * rstd[row(i)]!) +
              Math.abs(x[i]!) * pulls[row(i)]! +
              Math.abs(residual[i]!)),
        );
        const terms = beforeWeight.map(Math.abs);
        x.forEach((value, i) => (terms[i % cols]! += Math.abs(value * dOut[i]!) * rstd[row(i)]!));
        expectWithin(
          dWeight.values,
          expected.dWeight.map((value, j) => value + beforeWeight[j]!),
          (j) => gamma(rows + 2) * terms[j]!,
        );
        arena.expectGuardsIntact();
      }),
    );
  });

  it('every split of the rows gives the same bits, forward and backward', () => {
    fc.assert(
      fc.property(shape, ({ rows, cols, seed: from }) => {
        const next = uniform(from);
        arena.reset();
        const [x, dOut, residual] = [0, 1, 2].map(() => arena.floats(randomFloats(next, rows * cols)));
        const weight = arena.floats(randomFloats(next, cols));
        const results = partCounts.map((parts) => {
          const [out, dX] = [arena.unwritten(rows * cols), arena.unwritten(rows * cols)];
          const [rstd, dWeight] = [arena.unwritten(rows), arena.floats(new Float64Array(cols))];
          for (const [start, end] of ranges(rows, parts)) {
            const first = start * cols;
            const [xRow, rstdRow] = [at(x!.at, first), at(rstd.at, start)];
            kernels.rmsnormForward(at(out.at, first), rstdRow, xRow, weight.at, end - start, cols, eps);
            const [dXRow, dOutRow] = [at(dX.at, first), at(dOut!.at, first)];
            const residualRow = at(residual!.at, first);
            kernels.rmsnormBackward(
              dXRow,
              dWeight.at,
              residualRow,
              dOutRow,
              xRow,
              weight.at,
              rstdRow,
              end - start,
              cols,
            );
          }
          return [out, rstd, dX, dWeight];
        });
        for (const result of results) {
          result.forEach((region, i) => expectSameBits(region.values, results[0]![i]!.values));
        }
      }),
    );
  });
});
