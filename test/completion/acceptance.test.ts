import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptance,
  calibrate,
  type Calibration,
  probabilityFor,
  usualCalibration,
} from '../../extension/completion/acceptance.ts';
import { Random } from '../../extension/engine/random.ts';
import type { Trial } from '../../extension/protocol/prediction.ts';

/** σ(−12) */
const leastTold = 1 / (1 + Math.exp(12));

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** Trials of a world in which the calibration holds. */
function trials(truth: Calibration, count: number, seed: number): Trial[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const probability = 0.05 + 0.95 * random.uniform();
    return { probability, right: random.uniform() < acceptance(truth, probability), weight: 1 };
  });
}

describe('a calibration', () => {
  it('is the usual one without trials', () => {
    expect(calibrate([])).toEqual(usualCalibration);
  });

  it.each<Calibration>([
    { slope: 1, offset: 0 },
    { slope: 0.8, offset: -0.5 },
    { slope: 1.4, offset: 1.2 },
  ])(
    'is found again from 4,000 trials of a world with %o: no probability is off by more than 4 points',
    (truth) => {
      const found = calibrate(trials(truth, 4_000, 1));
      for (const probability of [0.1, 0.3, 0.5, 0.7, 0.9]) {
        // Two parameters and 4,000 trials: a standard error of at most a point; the prior pulls as much as 20 trials do.
        expect(Math.abs(acceptance(found, probability) - acceptance(truth, probability))).toBeLessThan(0.04);
      }
    },
  );

  it('hardly moves for a handful of trials, and for the worst of them moves the right way', () => {
    const wrong = calibrate(Array.from({ length: 5 }, () => ({ probability: 0.8, right: false, weight: 1 })));
    const moved = acceptance(usualCalibration, 0.8) - acceptance(wrong, 0.8);
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(0.2);
  });

  it('takes a likelier text to be right more often, whatever the trials say, and gives back the probability of each acceptance', () => {
    const trial = fc.record({
      probability: fc.double({ min: 0.05, max: 1, noNaN: true }),
      right: fc.boolean(),
      weight: share,
    });
    fc.assert(
      fc.property(fc.array(trial, { maxLength: 40 }), share, share, (some, one, other) => {
        const found = calibrate(some);
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(acceptance(found, low)).toBeLessThanOrEqual(acceptance(found, high));
        const probability = probabilityFor(found, one);
        const given = acceptance(found, probability);
        // Of what is nearly impossible or nearly certain a finite number can't say how much: then all is accepted more, or less, often.
        if (probability < leastTold) expect(given).toBeGreaterThanOrEqual(one);
        else if (probability > 1 - leastTold) expect(given).toBeLessThanOrEqual(one);
        else expect(given).toBeCloseTo(one, 3);
      }),
    );
  });
});
