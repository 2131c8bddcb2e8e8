import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../extension/protocol/explanation.ts';
import type { AdamWStep } from '../../extension/protocol/optimizerStep.ts';
import { cosineOf, dot } from '../../extension/inspection/subject.ts';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { uniform } from '../reference/random.ts';
import { checkSheet, type CheckedResult } from './checkedSheet.ts';

/** Redone in full and shortened, each within its bound; the results of the full one. */
function checked(explanation: Explanation): CheckedResult[] {
  checkSheet(explanation, explanation.formula, 8);
  return checkSheet(explanation, explanation.formula);
}

function saysSomething({ bound, machine, sizes }: CheckedResult): void {
  expect(bound).toBeLessThanOrEqual(0.01 * Math.max(Math.abs(machine), sizes));
}

/** 1 … 1e-300, and what is nearly 1. */
const probabilities = [
  ...Array.from({ length: 61 }, (_, i) => 10 ** (-5 * i)),
  ...Array.from({ length: 31 }, (_, i) => 3.7 * 10 ** (-1 - 10 * i)),
  ...Array.from({ length: 8 }, (_, i) => 1 - 10 ** -(i + 1)),
  5e-9,
  4.999e-9,
];
const sizes = [1e3, 1, 0.02, 1e-3, 1e-5, 1e-10, 1e-20, 1e-38];

describe('probabilities from 1 down to 1e-300', () => {
  test.each(probabilities)('the loss of p = %d', (p) => {
    const explanation = {
      formula: 'loss',
      operands: { p },
      machine: [-Math.log(p), -Math.log2(p)],
    } as const;
    for (const result of checked(explanation)) if (p < 1 - 1e-6) saysSomething(result);
  });

  test.each(probabilities)('the gradient at the score of p = %d', (p) => {
    for (const came of [true, false]) {
      const machine = [came ? p - 1 : p];
      checked({ formula: 'error', operands: { p, came }, machine }).forEach(saysSomething);
    }
  });

  test.each([0.3, 0.02, 1e-3, 2e-5, 4e-7])('what is left of 1 when all but %d is listed', (left) => {
    const listed = 1 - left;
    const machine = [left];
    const [result] = checked({ formula: 'sum', operands: { a: 1, b: -listed }, machine });
    // Up to as many decimals as a calculator shows.
    expect(result!.bound).toBeLessThanOrEqual(Math.max(0.01 * left, 1.1e-8));
  });

  test.each([0.05, 0.7, 1, 2])('a softmax of scores that are far apart, at T = %d', (temperature) => {
    for (const far of [0, 1, 7, 8, 20, 100, 600, 2_000]) {
      const scores = [3.25, 3.25 - far / 2, 3.25 - far, -12.125];
      const shares = softmax(Float64Array.from(scores), temperature);
      scores.forEach((_, index) => {
        const operands = { scores, index, temperature, rest: 0 };
        const [result] = checked({ formula: 'softmax', operands, machine: [shares[index]!] });
        if (shares[index]! > 0) saysSomething(result!);
      });
    }
  });

  test('an entropy where one token is nearly certain', () => {
    for (const left of [0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-9, 0]) {
      const p = [1 - left, left / 2, left / 4, left / 4];
      const bits = p.reduce((sum, value) => sum + (value > 0 ? -value * Math.log2(value) : 0), 0);
      const [result] = checked({ formula: 'entropy', operands: { p, rest: 0 }, machine: [bits] });
      // The page shows four decimals at most.
      if (bits > 1e-4) saysSomething(result!);
    }
  });
});

describe('vectors of any size', () => {
  const next = uniform(3);
  const vector = (size: number): number[] =>
    Array.from({ length: 12 }, () => Math.fround(size * (2 * next() - 1)));
  const pairs = sizes.flatMap((a) => sizes.map((b) => [a, b] as const));

  test.each(pairs)('sizes %d and %d: dot product, score, cosine', (first, second) => {
    const [a, b] = [vector(first), vector(second)];
    const [product, root] = [dot(a, b), Math.sqrt(a.length)];
    checked({ formula: 'dot', operands: { a, b }, machine: [product] }).forEach(saysSomething);
    checked({ formula: 'score', operands: { q: a, k: b }, machine: [product, product / root] });
    checked({ formula: 'cosine', operands: { a, b }, machine: [product, cosineOf(a, b)] });
  });

  test('the cosine with a vector that is nothing is 0', () => {
    const nothing = vector(0).map(() => 0);
    for (const other of [vector(1), nothing]) {
      const operands = { a: nothing, b: other };
      const results = checked({ formula: 'cosine', operands, machine: [0, cosineOf(nothing, other)] });
      expect(results.map(({ machine, bound }) => [machine, bound])).toEqual([
        [0, 0],
        [0, 0],
      ]);
    }
  });

  test.each(sizes)('size %d: norm, rotation, sum, activation, descent', (size) => {
    const x = vector(size);
    const mean = dot(x, x) / x.length;
    x.forEach((value, index) => {
      const operands = { x, index, weight: size, epsilon: 1e-5 };
      const machine = [(value / Math.sqrt(mean + 1e-5)) * size];
      checked({ formula: 'norm', operands, machine }).forEach(saysSomething);
    });
    const [a, b] = [x[0]!, x[1]!];
    const turned = { x: a, y: b, cos: Math.cos(1), sin: Math.sin(1), part: 'first' as const };
    const machine = [a * Math.cos(1) - b * Math.sin(1)];
    checked({ formula: 'rotation', operands: turned, machine }).forEach(saysSomething);
    checked({ formula: 'sum', operands: { a, b }, machine: [a + b] }).forEach(saysSomething);
    for (const each of x) {
      const said = Math.max(0, each) ** 2;
      checked({ formula: 'activation', operands: { x: each }, machine: [said] }).forEach(saysSomething);
    }
    const operands = { w: 0.123456789, g: a, rate: 0.05 };
    checked({ formula: 'descent', operands, machine: [operands.w - a * operands.rate] });
  });
});

describe('a step of AdamW', () => {
  const still: AdamWStep = {
    optimizer: 'adamw',
    gradient: 0,
    gradientNorm: 0,
    clip: 1,
    steps: null,
    rate: 0.01,
    decay: 0.1,
    isLeastDecay: true,
    before: 0.25,
    after: 0.25 - 0.01 * 0.1 * 0.25,
    first: { before: 0, after: 0 },
    second: { before: 0, after: 0 },
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
  };

  test('of a weight that nothing has ever pushed: it fades, and nothing is divided by 0', () => {
    const results = checked({ formula: 'adamw', operands: still, machine: [0, 0, still.after] });
    expect(results.map(({ bound }) => bound).slice(0, 2)).toEqual([0, 0]);
    saysSomething(results[2]!);
  });

  test.each([1, 1e-4, 1e-9, 1e-15, 1e-20])('with a gradient of %d', (gradient) => {
    const [m, v] = [0.1 * gradient, 0.05 * gradient ** 2];
    const update = gradient / (gradient + still.eps);
    const after = still.after - still.rate * update;
    const step = {
      ...still,
      gradient,
      after,
      first: { before: 0, after: m },
      second: { before: 0, after: v },
    };
    checked({ formula: 'adamw', operands: step, machine: [m, v, after] }).forEach(saysSomething);
  });
});
