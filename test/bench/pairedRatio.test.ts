import { expect, test } from 'vitest';
import { Random } from '../../extension/engine/random.ts';
import { percentile } from '../../extension/training/timing.ts';
import { pairedRatio } from './pairedRatio.ts';

const p95 = (rounds: readonly (readonly number[])[]): number => percentile(rounds.flat(), 0.95);

test('rounds that differ by a factor have that ratio, and nothing around it', () => {
  const first = [
    [10, 20],
    [30, 40],
    [5, 50],
  ];
  const second = first.map((round) => round.map((time) => time / 2));
  expect(pairedRatio(first, second, p95)).toEqual({ ratio: 2, low: 2, high: 2 });
});

test('the interval holds the true ratio of 95th percentiles in about 95 of 100 measurements', () => {
  const random = new Random(7);
  // Exponential times, half as long again in the first: the ratio of any of their percentiles is 1.5.
  const rounds = (factor: number): number[][] =>
    Array.from({ length: 12 }, () =>
      Array.from({ length: 20 }, () => -factor * Math.log(1 - random.uniform())),
    );
  const measurements = 60;
  let held = 0;
  for (let i = 0; i < measurements; i++) {
    const { low, high } = pairedRatio(rounds(1.5), rounds(1), p95);
    if (low <= 1.5 && high >= 1.5) held += 1;
  }
  // Five standard deviations of a binomial of .95, and two points for what the percentile interval is off by.
  expect(held / measurements).toBeGreaterThan(0.95 - 0.02 - 5 * Math.sqrt((0.95 * 0.05) / measurements));
});
