import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal, duration, rate, roundedToTotal, scientific } from '../../extension/webview/figures.ts';

/** Exact: the digits as integers, as a person adds them on paper. */
function sumOfDigits(shown: readonly string[]): bigint {
  return shown.reduce((sum, text) => sum + BigInt(text.replace('.', '')), 0n);
}

/** A distribution as the engine gives it: probabilities of any magnitude that total 1 within rounding. */
const distribution = fc
  .array(fc.double({ min: -60, max: 0, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((logits) => {
    const exps = logits.map((logit) => Math.exp(logit));
    const total = exps.reduce((sum, value) => sum + value, 0);
    return exps.map((value) => value / total);
  });

test('the probabilities as shown add up to exactly 1, digit by digit', () => {
  fc.assert(
    fc.property(distribution, fc.integer({ min: 1, max: 8 }), (values, decimals) => {
      const { shown, total } = roundedToTotal(values, decimals);
      expect(sumOfDigits(shown)).toBe(10n ** BigInt(decimals));
      expect(total).toBe(`1.${'0'.repeat(decimals)}`);
      for (const text of shown) expect(text).toMatch(new RegExp(`^\\d\\.\\d{${decimals}}$`));
    }),
    { numRuns: 1000 },
  );
});

test('each shown probability is less than one unit of its last decimal from the true one, and the order stays', () => {
  fc.assert(
    fc.property(distribution, (values) => {
      const { shown } = roundedToTotal(values, 6);
      values.forEach((value, i) => {
        // 1e-15 covers the rounding of value · 1e6 itself: one ulp of a number below 1e6, scaled back.
        expect(Math.abs(Number(shown[i]) - value)).toBeLessThan(1e-6 + 1e-15);
        const likelier = values.findIndex((other) => other > value);
        if (likelier >= 0) expect(Number(shown[likelier])).toBeGreaterThanOrEqual(Number(shown[i]));
      });
    }),
    { numRuns: 1000 },
  );
});

test('a distribution that does not total 1 is not made to look as if it did', () => {
  const { shown, total } = roundedToTotal([0.5, 0.25, 0.2], 6);
  expect(total).toBe('0.950000');
  expect(shown).toEqual(['0.500000', '0.250000', '0.200000']);
});

test.each([
  [-1.23456, 3, '−1.235'],
  [1.5, 2, '1.50'],
  [-0.0001, 2, '0.00'],
  [0, 1, '0.0'],
])('%d with %d decimals reads %s', (value, decimals, expected) => {
  expect(decimal(value, decimals)).toBe(expected);
});

test.each([
  [0.0003, '3.00e-4'],
  [0.003, '0.00300'],
  [0, '0.00'],
])('a learning rate of %d reads %s', (value, expected) => {
  expect(rate(value)).toBe(expected);
});

test.each([
  [-1, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [200, '3 min 20 s'],
  [3599.7, '1 h 0 min'],
  [7259, '2 h 1 min'],
])('%d seconds read %s', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected);
});

test.each([
  [0, '0'],
  [0.5, '0.5'],
  [-0.0123456, '−0.012346'],
  [0.00097895, '9.7895e−4'],
  [-3.2e-11, '−3.2000e−11'],
])('a gradient of %d is shown as %s', (value, expected) => {
  expect(scientific(value)).toBe(expected);
});
