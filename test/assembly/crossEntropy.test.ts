import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reference from '../reference/elementwise.ts';
import { randomFloats, randomIntegers, uniform } from '../reference/random.ts';
import { Arena, builds } from './arena.ts';
import { expError, expectWithin, gamma, u } from './bounds.ts';
import { seed, size } from './shapes.ts';

const shape = fc.record({ rows: size(8), vocab: size(500), spread: fc.constantFrom(0.1, 3, 40), seed });

/** e^−87.3, below which a probability is 0. */
const smallest = 2 ** -125;

describe.each(builds)('cross-entropy (%s)', (build) => {
  const arena = new Arena(build);
  const { kernels } = arena;

  it('losses and gradients are within the error of an exponential, a sum and a logarithm', () => {
    fc.assert(
      fc.property(shape, fc.constantFrom(1, 0.01), ({ rows, vocab, spread, seed: from }, scale) => {
        const next = uniform(from);
        const logits = randomFloats(next, rows * vocab, spread);
        const targets = randomIntegers(next, rows, -1, vocab - 1);
        arena.reset();
        const [losses, region, ids] = [arena.unwritten(rows), arena.floats(logits), arena.integers(targets)];
        kernels.crossEntropy(losses.at, region.at, ids.at, rows, vocab, scale);
        const expected = reference.crossEntropy(logits, targets, vocab);
        // An exponent x − max is rounded once and is at most 2 · spread; the sum has `vocab` terms.
        const exponential = 2 * spread * u + expError;
        const sum = exponential + gamma(vocab);
        expectWithin(losses.values, expected.losses, (row) => 1.01 * sum + u * expected.losses[row]!);
        const float32Scale = Math.fround(scale);
        expectWithin(
          region.values,
          expected.dLogits.map((value) => value * float32Scale),
          (i) => {
            const isTarget = targets[Math.floor(i / vocab)] === i % vocab;
            const probability = expected.dLogits[i]! + (isTarget ? 1 : 0);
            const relative = 1.01 * (exponential + sum + gamma(3));
            return float32Scale * (probability * relative + (isTarget ? u : 0) + smallest);
          },
        );
        arena.expectGuardsIntact();
      }),
    );
  });

  /** Losses from blocks of `width` columns, each copied out of the rows of `logits`. */
  function lossesInBlocks(
    logits: Float64Array,
    targets: Int32Array,
    vocab: number,
    width: number,
  ): Float32Array {
    const rows = targets.length;
    arena.reset();
    const [losses, known] = [arena.unwritten(rows), arena.unwritten(3 * rows)];
    const ids = arena.integers(targets);
    for (let start = 0; start < vocab; start += width) {
      const cols = Math.min(width, vocab - start);
      const block = arena.unwritten(rows * cols);
      for (let row = 0; row < rows; row++)
        block.values.set(logits.subarray(row * vocab + start, row * vocab + start + cols), row * cols);
      const before = block.words.slice();
      kernels.crossEntropyBlock(known.at, block.at, ids.at, rows, cols, start);
      expect(block.words).toEqual(before);
    }
    kernels.crossEntropyLosses(losses.at, known.at, ids.at, rows);
    arena.expectGuardsIntact();
    return losses.values;
  }

  it('losses in blocks of columns are within the error of a sum that is scaled anew with every block', () => {
    fc.assert(
      fc.property(shape, size(200), ({ rows, vocab, spread, seed: from }, width) => {
        const next = uniform(from);
        const logits = randomFloats(next, rows * vocab, spread);
        const targets = randomIntegers(next, rows, -1, vocab - 1);
        const losses = lossesInBlocks(logits, targets, vocab, width);
        const expected = reference.crossEntropy(logits, targets, vocab);
        // An exponential for each term, and for each block another by which the sum so far is multiplied; then the sum itself.
        const exponential = 2 * spread * u + expError;
        const blocks = Math.ceil(vocab / width);
        const sum = exponential + blocks * (exponential + gamma(1)) + gamma(vocab + blocks);
        expectWithin(losses, expected.losses, (row) => 1.01 * sum + u * expected.losses[row]!);
      }),
    );
  });

  it('a target of −1 has loss 0 and gradient 0, whatever the logits', () => {
    arena.reset();
    const [losses, logits] = [arena.unwritten(1), arena.floats([Number.NaN, 1, 2, 3, Infinity])];
    kernels.crossEntropy(losses.at, logits.at, arena.integers([-1]).at, 1, 5, 1);
    expect([...losses.values, ...logits.values]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...lossesInBlocks(Float64Array.of(Number.NaN, 1, 2), Int32Array.of(-1), 3, 2)]).toEqual([0]);
  });

  it('a logit that is not a number makes the loss not a number, so that a diverged training is seen', () => {
    for (let place = 0; place < 9; place++) {
      const values = new Float64Array(9).with(place, Number.NaN);
      expect(lossesInBlocks(values, Int32Array.of(0), 9, 4)[0]).toBeNaN();
    }
  });
});
