import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Ptr } from '../../extension/engine/kernels.ts';
import { attentionScratchBytes } from '../../extension/engine/scratch.ts';
import * as reference from '../reference/attention.ts';
import { Arena, builds, columns, expectUntouched, partCounts, ranges, strided } from './arena.ts';
import { exponentError, keyBlocks, operands, place, type Shape, shapes, sizes } from './attentionShapes.ts';
import { abs, expectSameBits, expectWithin, gamma, u } from './bounds.ts';

const at = (base: Ptr, elements: number): Ptr => (base + 4 * elements) as Ptr;

describe.each(builds)('attention (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  it('forward: out and logSumExp are within the error of scores, exponentials and sums', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { rows, past, heads, headDim, gap } = shape;
        const { width, q, k, v } = operands(shape);
        const stride = width + gap;
        const keys = past + rows;
        arena.reset();
        const [out, logSumExp] = [arena.unwritten(rows * stride), arena.unwritten(heads * rows)];
        const [qs, ks, vs] = [q, k, v].map((values) => arena.floats(strided(values, width, stride)).at) as [
          Ptr,
          Ptr,
          Ptr,
        ];
        const scratch = arena.scratch(attentionScratchBytes(keys, headDim));
        kernels.attentionForward(
          out.at,
          logSumExp.at,
          qs,
          ks,
          vs,
          rows,
          past,
          heads,
          headDim,
          stride,
          stride,
          stride,
          scratch,
        );
        const expected = reference.attention(q, k, v, shape);
        const magnitude = reference.attention(q, k, abs(v), shape).out;
        // A block's weights are multiplied by one more exponential for each block that follows.
        const once = exponentError(shape, q, k);
        const blocks = keyBlocks(shape);
        const exponent = (head: number, row: number) => blocks * once(head, row) + (blocks - 1) * 2 * u;
        const { inside, outside } = columns(out.values, stride, 0, width);
        // Both the weights and their sum have the error of an exponential; two sums over the keys, a quotient and a product.
        expectWithin(inside, expected.out, (i) => {
          const [row, head] = place(i, shape);
          return 1.01 * (2 * exponent(head, row) + 2 * gamma(keys) + gamma(3)) * magnitude[i]!;
        });
        expectWithin(logSumExp.values, expected.logSumExp, (i) => {
          const error = exponent(Math.floor(i / rows), i % rows) + gamma(keys);
          return 1.01 * error + 2 * u * (Math.abs(expected.logSumExp[i]!) + Math.log(keys) + 1);
        });
        expectUntouched(outside);
        arena.expectGuardsIntact();
      }),
      { numRuns: 60 },
    );
  });

  it('backward: dQ, dK and dV are within the error of probabilities, their gradients and sums', () => {
    fc.assert(
      fc.property(shapes, (drawn) => {
        const shape = { ...drawn, past: 0 };
        const { rows, heads, headDim, gap } = shape;
        const { width, q, k, v, dOut } = operands(shape);
        const [stride, dStride] = [width + gap, width + 2 * gap];
        const exact = reference.attention(q, k, v, shape);
        const [out, logSumExp] = [exact.out.map(Math.fround), exact.logSumExp.map(Math.fround)];
        arena.reset();
        const gradients = [0, 1, 2].map(() => arena.unwritten(rows * dStride));
        const inputs = [dOut, out, q, k, v].map((values) => arena.floats(strided(values, width, stride)).at);
        const [dOuts, outs, qs, ks, vs] = inputs as [Ptr, Ptr, Ptr, Ptr, Ptr];
        const [dQ, dK, dV] = gradients.map((region) => region.at) as [Ptr, Ptr, Ptr];
        const lse = arena.floats(logSumExp).at;
        const scratch = arena.scratch(attentionScratchBytes(rows, headDim));
        kernels.attentionBackward(
          dQ,
          dK,
          dV,
          dOuts,
          outs,
          lse,
          qs,
          ks,
          vs,
          rows,
          heads,
          headDim,
          stride,
          dStride,
          stride,
          scratch,
        );
        const expected = reference.attentionBackward(dOut, q, k, v, shape);
        const bounds = gradientBounds(shape, { q, k, v, dOut, ...exact });
        (['dQ', 'dK', 'dV'] as const).forEach((name, i) => {
          const { inside, outside } = columns(gradients[i]!.values, dStride, 0, width);
          expectWithin(inside, expected[name], (element) => bounds[name][element]!);
          expectUntouched(outside);
        });
        arena.expectGuardsIntact();
      }),
      { numRuns: 60 },
    );
  });

  it('backward in the place of q, k and v has the bits of backward elsewhere', () => {
    fc.assert(
      fc.property(shapes, (drawn) => {
        const shape = { ...drawn, past: 0 };
        const { rows, heads, headDim } = shape;
        const { width, q, k, v, dOut } = operands(shape);
        const forward = reference.attention(q, k, v, shape);
        arena.reset();
        const [dOuts, outs, lse] = [dOut, forward.out, forward.logSumExp].map((x) => arena.floats(x).at) as [
          Ptr,
          Ptr,
          Ptr,
        ];
        const scratch = arena.scratch(attentionScratchBytes(rows, headDim));
        // q, k and v beside each other in one row, as a training has them
        const stride = 3 * width;
        const beside = (): { at: Ptr; values: Float32Array } => {
          const region = arena.unwritten(rows * stride);
          [q, k, v].forEach((x, i) => {
            for (let row = 0; row < rows; row++)
              region.values.set(x.subarray(row * width, (row + 1) * width), row * stride + i * width);
          });
          return region;
        };
        const run = (to: Ptr, from: Ptr): void =>
          kernels.attentionBackward(
            to,
            at(to, width),
            at(to, 2 * width),
            dOuts,
            outs,
            lse,
            from,
            at(from, width),
            at(from, 2 * width),
            rows,
            heads,
            headDim,
            stride,
            stride,
            width,
            scratch,
          );
        const [read, replaced, expected] = [beside(), beside(), arena.unwritten(rows * stride)];
        run(expected.at, read.at);
        run(replaced.at, replaced.at);
        expectSameBits(replaced.values, expected.values);
        arena.expectGuardsIntact();
      }),
      { numRuns: 40 },
    );
  });

  interface Tensors extends reference.AttentionResult {
    readonly q: Float64Array;
    readonly k: Float64Array;
    readonly v: Float64Array;
    readonly dOut: Float64Array;
  }

  /** Error of p relatively, of dS = p · (dP − rowSum) / √headDim absolutely, and of the three products that follow. */
  function gradientBounds(
    shape: Shape,
    x: Tensors,
  ): { dQ: Float64Array; dK: Float64Array; dV: Float64Array } {
    const { rows, heads, headDim } = shape;
    const width = heads * headDim;
    const exponent = exponentError(shape, x.q, x.k);
    const size = { dP: sizes(x.dOut, x.v, shape), rowSum: sizes(x.dOut, x.out, shape) };
    const [dQ, dK, dV] = [0, 1, 2].map(() => new Float64Array(rows * width)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const sum = gamma(rows);
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < rows; row++) {
        // logSumExp comes rounded.
        const relative = 1.01 * (exponent(head, row) + 2 * u * Math.abs(x.logSumExp[head * rows + row]!));
        const rowSum = size.rowSum(head, row, row);
        for (let key = 0; key <= row; key++) {
          const p = x.probabilities[(head * rows + row) * rows + key]!;
          const spread = (p * (size.dP(head, row, key) + rowSum)) / Math.sqrt(headDim);
          // out comes rounded too; then headDim products, a difference and two products.
          const dScore = (relative + gamma(headDim + 5)) * spread;
          for (let i = head * headDim; i < (head + 1) * headDim; i++) {
            dQ[row * width + i]! += (dScore + sum * spread) * Math.abs(x.k[key * width + i]!);
            dK[key * width + i]! += (dScore + sum * spread) * Math.abs(x.q[row * width + i]!);
            dV[key * width + i]! += (relative + sum) * p * Math.abs(x.dOut[row * width + i]!);
          }
        }
      }
    }
    return { dQ: dQ.map((b) => 1.01 * b), dK: dK.map((b) => 1.01 * b), dV: dV.map((b) => 1.01 * b) };
  }

  it('the rows of a sequence in any number of calls, each with its past, have the bits of one call', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(0, 0, 250), (drawn, more) => {
        const shape = { ...drawn, rows: drawn.rows + more, past: 0 };
        const { rows, heads, headDim } = shape;
        const { width, q, k, v } = operands(shape);
        arena.reset();
        const [qs, ks, vs] = [q, k, v].map((values) => arena.floats(values).at) as [Ptr, Ptr, Ptr];
        const scratch = arena.scratch(attentionScratchBytes(rows, headDim));
        let whole: Float32Array | undefined;
        for (const parts of partCounts) {
          const out = arena.unwritten(rows * width);
          for (const [start, end] of ranges(rows, parts)) {
            const logSumExp = arena.unwritten(heads * (end - start)).at;
            const [outRow, qRow] = [at(out.at, start * width), at(qs, start * width)];
            kernels.attentionForward(
              outRow,
              logSumExp,
              qRow,
              ks,
              vs,
              end - start,
              start,
              heads,
              headDim,
              width,
              width,
              width,
              scratch,
            );
          }
          whole ??= out.values;
          expectSameBits(out.values, whole);
        }
        arena.expectGuardsIntact();
      }),
      { numRuns: 40 },
    );
  });
});
