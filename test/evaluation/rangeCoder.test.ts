import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeDecoder, RangeEncoder, type Share } from '../../extension/evaluation/rangeCoder.ts';

/** A symbol and the frequencies of all, which change from one symbol to the next. */
const step = fc
  .tuple(
    fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 ** 26 })), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.nat(),
  )
  .map(([frequencies, choice]) => ({ frequencies, symbol: choice % frequencies.length }));

function shareOf(frequencies: readonly number[], symbol: number): Share {
  const before = frequencies.slice(0, symbol).reduce((sum, one) => sum + one, 0);
  const total = frequencies.reduce((sum, one) => sum + one, 0);
  return { before, frequency: frequencies[symbol]!, total };
}

const encode = (shares: readonly Share[]): Uint8Array => {
  const encoder = new RangeEncoder();
  for (const share of shares) encoder.encode(share);
  return encoder.finish();
};

describe('the range coder', () => {
  it('gives back any symbols under any frequencies, each with those of its own time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const code = encode(steps.map(({ frequencies, symbol }) => shareOf(frequencies, symbol)));
        const decoder = new RangeDecoder(code);
        for (const { frequencies, symbol } of steps) {
          const target = decoder.target(shareOf(frequencies, 0).total);
          let end = frequencies[0]!;
          let decoded = 0;
          while (end <= target) end += frequencies[++decoded]!;
          expect(decoded).toBe(symbol);
          decoder.take(shareOf(frequencies, decoded));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('carries through a long run of 255: the last symbol again and again, then the first', () => {
    const last = { before: 1, frequency: 2 ** 20 - 1, total: 2 ** 20 };
    for (let count = 0; count < 60; count++) {
      const shares = [
        ...Array.from({ length: count }, () => last),
        { before: 0, frequency: 1, total: 2 ** 20 },
        last,
      ];
      const decoder = new RangeDecoder(encode(shares));
      for (const share of shares) {
        const target = decoder.target(2 ** 20);
        expect(target >= share.before && target < share.before + share.frequency).toBe(true);
        decoder.take(share);
      }
    }
  });

  it('takes no less than the entropy, and no more than a byte and 2⁻¹¹ bits a symbol beside it', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 300 }), (steps) => {
        const shares = steps.map(({ frequencies, symbol }) => shareOf(frequencies, symbol));
        const bits = shares.reduce((sum, { frequency, total }) => sum - Math.log2(frequency / total), 0);
        const excess = 8 * encode(shares).length - bits;
        // ⌊x⌋ ≥ x · (1 − 1/x), and x = range ÷ total ≥ 2⁴⁰ ÷ (5 · 2²⁶) > 3276 loses less than 2⁻¹¹ bits.
        const rounding = 1e-12 * bits;
        expect(excess).toBeGreaterThanOrEqual(-rounding);
        expect(excess).toBeLessThanOrEqual(8 + steps.length * 2 ** -11 + rounding);
      }),
    );
  });
});
