import { expect } from 'vitest';

const step = 1e-5;
/** Truncation is of order step², rounding of order 2⁻⁵² / step: both far below. */
const tolerance = 1e-7;

export type Inputs = Readonly<Record<string, Float64Array>>;

/** Every element of every gradient is the slope of `loss` between x − step and x + step. */
export function expectGradients(loss: (inputs: Inputs) => number, inputs: Inputs, gradients: Inputs): void {
  expect(Object.keys(gradients).toSorted()).toEqual(Object.keys(inputs).toSorted());
  for (const [name, values] of Object.entries(inputs)) {
    const slopes = values.map((value, at) => {
      const moved = (by: number): number => loss({ ...inputs, [name]: values.with(at, value + by) });
      return (moved(step) - moved(-step)) / (2 * step);
    });
    const gradient = gradients[name]!;
    expect(gradient.length, name).toBe(slopes.length);
    const worst = slopes.reduce(
      (most, slope, at) => Math.max(most, Math.abs(slope - gradient[at]!) / Math.max(1, Math.abs(slope))),
      0,
    );
    expect(worst, name).toBeLessThanOrEqual(tolerance);
  }
}
