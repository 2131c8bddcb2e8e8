import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pairedRatio, summarise } from '../../extension/bench/statistics.ts';

const times = fc.array(fc.double({ min: 0.01, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 40 });

it('a summary is of the values in any order, and the median lies between the best and the worst', () => {
  fc.assert(
    fc.property(times, (values) => {
      const summary = summarise(values);
      expect(summarise(values.toReversed())).toEqual(summary);
      expect(summary.best).toBe(Math.min(...values));
      expect(summary.median).toBeGreaterThanOrEqual(summary.best);
      expect(summary.median).toBeLessThanOrEqual(Math.max(...values));
      expect(summary.tries).toBe(values.length);
    }),
  );
});

it('the spread is the distance between the quartiles as a share of the median, by hand', () => {
  expect(summarise([5, 1, 4, 2, 3])).toEqual({ best: 1, median: 3, spread: 2 / 3, tries: 5 });
  expect(summarise([7])).toEqual({ best: 7, median: 7, spread: 0, tries: 1 });
  expect(summarise([1, 3]).median).toBe(2);
});

it('a machine that slows both down by the same factor, try by try, leaves the ratio as it is', () => {
  const slowdowns = fc.array(fc.double({ min: 1, max: 50, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(slowdowns, fc.double({ min: 0.1, max: 10, noNaN: true }), (factors, ratio) => {
      const ours = factors.map((factor) => 10 * factor);
      const theirs = factors.map((factor) => 10 * factor * ratio);
      expect(pairedRatio(theirs, ours).median).toBeCloseTo(ratio, 9);
      expect(pairedRatio(theirs, ours).spread).toBeCloseTo(0, 9);
    }),
  );
});
