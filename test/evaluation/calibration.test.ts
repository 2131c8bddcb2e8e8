import { describe, expect, it } from 'vitest';
import { Random } from '../../extension/engine/random.ts';
import { CalibrationTally } from '../../extension/evaluation/calibration.ts';

/** Predictions of random probability that come true with probability `truth(p)`. */
function errorOf(count: number, seed: number, truth: (p: number) => number): number {
  const random = new Random(seed);
  const tally = new CalibrationTally();
  for (let i = 0; i < count; i++) {
    const p = random.uniform();
    tally.add(p, random.uniform() < truth(p));
  }
  return tally.error;
}

describe('the expected calibration error', () => {
  it.each([1, 2, 3])('of what is perfectly calibrated is what chance leaves of 0 (seed %i)', (seed) => {
    const count = 15_000;
    // A bin of 1,000: E|mean hit − mean p| ≤ √(p(1 − p)/1000) ≤ ½/√1000. One prediction moves the mean over the bins by at most
    // 1/count, so it exceeds its expectation by √(ln(10⁹)/(2 · count)) with probability 10⁻⁹ (McDiarmid).
    const bound = 0.5 / Math.sqrt(count / 15) + Math.sqrt(Math.log(1e9) / (2 * count));
    expect(errorOf(count, seed, (p) => p)).toBeLessThan(bound);
  });

  it.each([
    ['overconfident by 0.2', (p: number) => p - 0.2, 0.2],
    ['square', (p: number) => p * p, 1 / 2 - 1 / 3],
  ])('of what is %s is the mean difference', (_, truth, expected) => {
    const count = 60_000;
    const slack = 0.5 / Math.sqrt(count / 15) + Math.sqrt(Math.log(1e9) / (2 * count));
    // Below 0.2 nothing can come true less often than never: there the difference is p itself, 0.02 less in the mean.
    const loss = expected === 0.2 ? 0.02 : 0;
    expect(Math.abs(errorOf(count, 1, truth) - (expected - loss))).toBeLessThan(slack);
  });

  it('has bins of equally many predictions: two groups are told apart whatever their probabilities are', () => {
    const tally = new CalibrationTally();
    // All within a hundredth: bins of equal width would put all into one, where the errors cancel out.
    for (let i = 0; i < 30; i++) tally.add(i < 20 ? 0.5 : 0.501, i >= 20);
    expect(tally.error).toBeCloseTo((20 * 0.5 + 10 * 0.499) / 30, 12);
  });

  it('is 0 where there is nothing', () => {
    expect(new CalibrationTally().error).toBe(0);
  });
});
