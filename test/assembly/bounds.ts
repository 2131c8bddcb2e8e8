import { expect } from 'vitest';

/** Unit roundoff of float32. */
export const u = 2 ** -24;
/** Relative error of the kernels' exp, as assembly/exp.ts states it. */
export const expError = 2 ** -23;

/** Relative error of n roundings in a row. @source Higham 2002, lemma 3.1 */
export function gamma(n: number): number {
  return (n * u) / (1 - n * u);
}

export function abs(values: Float64Array): Float64Array {
  return values.map(Math.abs);
}

/** |actual − expected| ≤ bound for every element; NaN is never within. */
export function expectWithin(
  actual: Float32Array,
  expected: Float64Array,
  bound: (at: number) => number,
): void {
  expect(actual.length).toBe(expected.length);
  const outside = expected.findIndex((value, at) => !(Math.abs(actual[at]! - value) <= bound(at)));
  if (outside < 0) return;
  expect.fail(
    `element ${outside}: expected ${expected[outside]} ± ${bound(outside)}, got ${actual[outside]} ` +
      `(${Math.abs(actual[outside]! - expected[outside]!) / bound(outside)} of the bound)`,
  );
}

/** The same bits, element by element. */
export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  const words = (values: Float32Array): Uint32Array =>
    new Uint32Array(values.buffer, values.byteOffset, values.length);
  expect(actual.length).toBe(expected.length);
  const [a, b] = [words(actual), words(expected)];
  expect(a.findIndex((word, at) => word !== b[at])).toBe(-1);
}
