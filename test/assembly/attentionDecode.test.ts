import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ptr } from '../../extension/engine/kernels.ts';
import * as reference from '../reference/attention.ts';
import { Arena, builds, expectUntouched, partCounts, ranges, strided } from './arena.ts';
import { exponentError, operands, place, type Shape, shapes } from './attentionShapes.ts';
import { abs, expectSameBits, expectWithin, gamma } from './bounds.ts';

type CachedRegion = Record<'from' | 'to', ReturnType<Arena['unwritten']>>;

const at = (base: Ptr, elements: number): Ptr => (base + 4 * elements) as Ptr;

describe.each(builds)('attention of decoding (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  /** The cache with all keys and values in it, and two positions to spare. */
  function cached(shape: Shape, k: Float64Array, v: Float64Array) {
    const { heads, headDim, past, rows, gap } = shape;
    const [width, keys] = [heads * headDim, past + rows];
    const positions = keys + 2;
    const regions = [k, v].map((values) => ({
      from: arena.floats(strided(values, width, width + gap)),
      to: arena.unwritten(positions * width),
    })) as [CachedRegion, CachedRegion];
    const [{ from: ks, to: keyCache }, { from: vs, to: valueCache }] = regions;
    // In two calls, as decoding does it.
    for (const [first, count] of [
      [0, past],
      [past, rows],
    ] as const) {
      const offset = first * (width + gap);
      kernels.cacheKeyValues(
        keyCache.at,
        valueCache.at,
        at(ks.at, offset),
        at(vs.at, offset),
        count,
        first,
        heads,
        headDim,
        positions,
        width + gap,
      );
    }
    return { keys: keyCache, values: valueCache, positions };
  }

  it('cacheKeyValues puts each row of a head behind the one before, and writes nothing else', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { heads, headDim, past, rows } = shape;
        const { width, k, v } = operands(shape);
        arena.reset();
        const { keys, values, positions } = cached(shape, k, v);
        for (const [cache, rowsOf] of [
          [keys, k],
          [values, v],
        ] as const) {
          const written = cache.values.filter((_, i) => Math.floor(i / headDim) % positions < past + rows);
          const expected = Float32Array.from(written, (_, i) => {
            const [head, rest] = [Math.floor(i / ((past + rows) * headDim)), i % ((past + rows) * headDim)];
            return rowsOf[Math.floor(rest / headDim) * width + head * headDim + (rest % headDim)]!;
          });
          expectSameBits(written, expected);
          expectUntouched(cache.words.filter((_, i) => Math.floor(i / headDim) % positions >= past + rows));
        }
        expect(keys.values.length).toBe(heads * positions * headDim);
        arena.expectGuardsIntact();
      }),
      { numRuns: 30 },
    );
  });

  it('attentionDecode over the cache is within the bound of the forward pass', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { rows, past, heads, headDim, gap } = shape;
        const { width, q, k, v } = operands(shape);
        const keys = past + rows;
        const stride = width + gap;
        arena.reset();
        const out = arena.unwritten(rows * width);
        const qs = arena.floats(strided(q, width, stride)).at;
        const cache = cached(shape, k, v);
        const [ks, vs, { positions }] = [cache.keys.at, cache.values.at, cache];
        const scratch = arena.scratch(16 * Math.ceil(keys / 4));
        kernels.attentionDecode(out.at, qs, ks, vs, rows, past, heads, headDim, positions, stride, scratch);
        const expected = reference.attention(q, k, v, shape).out;
        const magnitude = reference.attention(q, k, abs(v), shape).out;
        const exponent = exponentError(shape, q, k);
        expectWithin(out.values, expected, (i) => {
          const [row, head] = place(i, shape);
          return 1.01 * (2 * exponent(head, row) + 2 * gamma(keys) + gamma(3)) * magnitude[i]!;
        });
        arena.expectGuardsIntact();
      }),
      { numRuns: 60 },
    );
  });

  it('attentionDecode gives a row the same bits, whatever rows are computed with it', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { rows, past, heads, headDim } = shape;
        const { width, q, k, v } = operands(shape);
        arena.reset();
        const qs = arena.floats(q).at;
        const cache = cached(shape, k, v);
        const [ks, vs, { positions }] = [cache.keys.at, cache.values.at, cache];
        const scratch = arena.scratch(16 * Math.ceil((past + rows) / 4));
        const results = partCounts.map((parts) => {
          const out = arena.unwritten(rows * width);
          for (const [start, end] of ranges(rows, parts)) {
            const [to, query] = [at(out.at, start * width), at(qs, start * width)];
            kernels.attentionDecode(
              to,
              query,
              ks,
              vs,
              end - start,
              past + start,
              heads,
              headDim,
              positions,
              width,
              scratch,
            );
          }
          return out.values;
        });
        for (const result of results) expectSameBits(result, results[0]!);
      }),
      { numRuns: 30 },
    );
  });
});
