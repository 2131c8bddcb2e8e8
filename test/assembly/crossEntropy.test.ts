import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reference from '../reference/elementwise.ts';
import { randomFloats, randomIntegers, uniform } from '../reference/random.ts';
import { Arena, builds } from './arena.ts';
import { expError, expectSameBits, expectWithin, gamma, u } from './bounds.ts';
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

  it('crossEntropyForward has the bits of the losses and leaves the logits', () => {
    fc.assert(
      fc.property(shape, ({ rows, vocab, spread, seed: from }) => {
        const next = uniform(from);
        const logits = randomFloats(next, rows * vocab, spread);
        arena.reset();
        const ids = arena.integers(randomIntegers(next, rows, -1, vocab - 1));
        const [read, replaced] = [arena.floats(logits), arena.floats(logits)];
        const [losses, expected] = [arena.unwritten(rows), arena.unwritten(rows)];
        kernels.crossEntropy(expected.at, replaced.at, ids.at, rows, vocab, 1);
        kernels.crossEntropyForward(losses.at, read.at, ids.at, rows, vocab);
        expectSameBits(losses.values, expected.values);
        expect([...read.values]).toEqual([...logits]);
        arena.expectGuardsIntact();
      }),
    );
  });

  it('a target of −1 has loss 0 and gradient 0, whatever the logits', () => {
    arena.reset();
    const [losses, logits] = [arena.unwritten(1), arena.floats([Number.NaN, 1, 2, 3, Infinity])];
    kernels.crossEntropy(losses.at, logits.at, arena.integers([-1]).at, 1, 5, 1);
    expect([...losses.values, ...logits.values]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('a logit that is not a number makes the loss not a number, so that a diverged training is seen', () => {
    for (let place = 0; place < 9; place++) {
      arena.reset();
      const values = new Float64Array(9).with(place, Number.NaN);
      const losses = arena.unwritten(1);
      kernels.crossEntropyForward(losses.at, arena.floats(values).at, arena.integers([0]).at, 1, 9);
      expect(losses.values[0]).toBeNaN();
    }
  });
});
