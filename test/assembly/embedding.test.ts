import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reference from '../reference/linear.ts';
import { randomFloats, randomIntegers, uniform } from '../reference/random.ts';
import { Arena, builds, partCounts, ranges } from './arena.ts';
import { abs, expectSameBits, expectWithin, gamma } from './bounds.ts';
import { seed, size } from './shapes.ts';

const shape = fc.record({ rows: size(40), vocab: size(20), cols: size(40), seed });

describe.each(builds)('embedding (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  it('forward copies the rows of the table, bit by bit', () => {
    fc.assert(
      fc.property(shape, ({ rows, vocab, cols, seed: from }) => {
        const next = uniform(from);
        const [table, ids] = [randomFloats(next, vocab * cols), randomIntegers(next, rows, 0, vocab - 1)];
        const out = arena.reset().unwritten(rows * cols);
        kernels.embeddingForward(out.at, arena.floats(table).at, arena.integers(ids).at, rows, cols);
        expect([...out.values]).toEqual([...reference.embedding(table, ids, cols)]);
        arena.expectGuardsIntact();
      }),
    );
  });

  it('backward adds each row within γ(rows) of its terms, in the same order for every split of the vocabulary', () => {
    fc.assert(
      fc.property(shape, ({ rows, vocab, cols, seed: from }) => {
        const next = uniform(from);
        const ids = randomIntegers(next, rows, 0, vocab - 1);
        const [dOut, before] = [randomFloats(next, rows * cols), randomFloats(next, vocab * cols)];
        arena.reset();
        const [gradient, idRegion] = [arena.floats(dOut), arena.integers(ids)];
        const results = partCounts.map((parts) => {
          const dTable = arena.floats(before);
          for (const [start, end] of ranges(vocab, parts)) {
            kernels.embeddingBackward(dTable.at, gradient.at, idRegion.at, rows, cols, start, end);
          }
          return dTable.values;
        });
        const size = reference.sum(abs(before), reference.embeddingBackward(abs(dOut), ids, vocab, cols));
        const expected = reference.sum(before, reference.embeddingBackward(dOut, ids, vocab, cols));
        expectWithin(results[0]!, expected, (i) => gamma(rows) * size[i]!);
        for (const result of results) expectSameBits(result, results[0]!);
        arena.expectGuardsIntact();
      }),
    );
  });
});
