import { describe, expect, it } from 'vitest';
import { averagedEvery, WeightAverage } from '../../extension/training/weightAverage.ts';

describe('the average of the weights', () => {
  it('is what it began with, each later value counting less by the same factor the older it is', () => {
    const average = new WeightAverage(new Map([['w', Float32Array.of(1, 0)]]));
    const steps = 3 * averagedEvery;
    // Of the last value a quarter, of the one before 3/16, of the first 9/16.
    average.add(new Map([['w', Float32Array.of(0, 1)]]), steps);
    average.add(new Map([['w', Float32Array.of(0, 2)]]), steps);
    expect([...average.weights.get('w')!]).toEqual([9 / 16, 3 / 16 + 2 / 4]);
  });

  it('copies the weights, which go on changing', () => {
    const weights = Float32Array.of(1);
    const average = new WeightAverage(new Map([['w', weights]]));
    weights[0] = 5;
    expect(average.weights.get('w')![0]).toBe(1);
  });
});
