import { describe, expect, it } from 'vitest';
import { attention, attentionBackward } from './attention.ts';
import { type Inputs, expectGradients } from './centralDifferences.ts';
import { adamw, crossEntropy, relu2, relu2Backward } from './elementwise.ts';
import { embedding, embeddingBackward, linear, linearBackward } from './linear.ts';
import { randomFloats, randomIntegers, uniform } from './random.ts';
import { rmsnorm, rmsnormBackward } from './rmsnorm.ts';
import { rope, ropeTables } from './rope.ts';

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((total, value, at) => total + value * b[at]!, 0);

/** The loss Σ weights · forward(inputs), whose gradients are backward(weights, inputs). */
function check(
  inputs: Inputs,
  forward: (inputs: Inputs) => Float64Array,
  backward: (dOut: Float64Array, inputs: Inputs) => Inputs,
): void {
  const weights = randomFloats(uniform(99), forward(inputs).length);
  expectGradients((moved) => dot(forward(moved), weights), inputs, backward(weights, inputs));
}

const seeds = [1, 2, 3, 4, 5];

describe.each(seeds)(
  'gradients of the oracle are the slopes of its forward pass within 1e-7 (seed %i)',
  (seed) => {
    const next = uniform(seed);
    const size = (most: number): number => 1 + Math.floor(next() * most);

    it('linear', () => {
      const [rows, ins, outs] = [size(5), size(5), size(5)];
      check(
        { x: randomFloats(next, rows * ins), weight: randomFloats(next, outs * ins) },
        ({ x, weight }) => linear(x!, weight!, rows, ins, outs),
        (dOut, { x, weight }) => {
          const { dX, dWeight } = linearBackward(dOut, x!, weight!, rows, ins, outs);
          return { x: dX, weight: dWeight };
        },
      );
    });

    it('embedding, with ids that repeat', () => {
      const [rows, vocab, cols] = [6, 3, size(4)];
      const ids = randomIntegers(next, rows, 0, vocab - 1);
      check(
        { table: randomFloats(next, vocab * cols) },
        ({ table }) => embedding(table!, ids, cols),
        (dOut) => ({ table: embeddingBackward(dOut, ids, vocab, cols) }),
      );
    });

    it('RMSNorm', () => {
      const [rows, cols, eps] = [size(4), size(6), 1e-2];
      check(
        { x: randomFloats(next, rows * cols), weight: randomFloats(next, cols) },
        ({ x, weight }) => rmsnorm(x!, weight!, rows, cols, eps).out,
        (dOut, { x, weight }) => {
          const { rstd } = rmsnorm(x!, weight!, rows, cols, eps);
          const { dX, dWeight } = rmsnormBackward(dOut, x!, weight!, rstd, rows, cols);
          return { x: dX, weight: dWeight };
        },
      );
    });

    it('RoPE', () => {
      const [rows, heads, headDim, start] = [size(4), size(3), 2 * size(3), size(5)];
      const tables = ropeTables(rows + start, headDim, 100);
      check(
        { x: randomFloats(next, rows * heads * headDim) },
        ({ x }) => rope(x!, tables, heads, headDim, start),
        (dOut) => ({ x: rope(dOut, tables, heads, headDim, start, -1) }),
      );
    });

    it('attention', () => {
      const shape = { rows: size(5), heads: size(2), headDim: size(4), past: 0 };
      const count = shape.rows * shape.heads * shape.headDim;
      check(
        { q: randomFloats(next, count, 2), k: randomFloats(next, count, 2), v: randomFloats(next, count) },
        ({ q, k, v }) => attention(q!, k!, v!, shape).out,
        (dOut, { q, k, v }) => {
          const { dQ, dK, dV } = attentionBackward(dOut, q!, k!, v!, shape);
          return { q: dQ, k: dK, v: dV };
        },
      );
    });

    it('relu², away from its kink', () => {
      const x = randomFloats(next, size(9), 2).map((value) => value + 0.01 * Math.sign(value));
      check(
        { x },
        (inputs) => relu2(inputs.x!),
        (dOut, inputs) => ({ x: relu2Backward(dOut, inputs.x!) }),
      );
    });

    it('cross-entropy, with a row that does not count', () => {
      const vocab = size(6);
      const targets = [...randomIntegers(next, 3, 0, vocab - 1), -1];
      const logits = randomFloats(next, targets.length * vocab, 3);
      expectGradients(
        (inputs) =>
          crossEntropy(inputs.logits!, targets, vocab).losses.reduce((total, loss) => total + loss, 0),
        { logits },
        { logits: crossEntropy(logits, targets, vocab).dLogits },
      );
    });
  },
);

describe('the oracle has the values that a person can work out', () => {
  it('RMSNorm of (3, 4) with weight 1 is (3, 4) · √(2 / 25)', () => {
    const { out, rstd } = rmsnorm(Float64Array.of(3, 4), Float64Array.of(1, 1), 1, 2, 0);
    expect(rstd[0]).toBeCloseTo(Math.sqrt(2 / 25), 15);
    expect(out[1]).toBeCloseTo(4 * Math.sqrt(2 / 25), 15);
  });

  it('RoPE turns the pair (i, i + headDim / 2) by position · theta^(−2i / headDim)', () => {
    const tables = ropeTables(2, 4, 100);
    const out = rope(Float64Array.of(1, 1, 0, 0), tables, 1, 4, 1);
    [Math.cos(1), Math.cos(0.1), Math.sin(1), Math.sin(0.1)].forEach((value, at) =>
      expect(out[at]).toBeCloseTo(value, 15),
    );
  });

  it('attention of equal keys is the mean of the values seen so far', () => {
    const shape = { rows: 3, past: 1, heads: 1, headDim: 1 };
    const { out, logSumExp, probabilities } = attention(
      Float64Array.of(1, 1, 1),
      new Float64Array(4),
      Float64Array.of(2, 4, 6, 8),
      shape,
    );
    [3, 4, 5].forEach((mean, row) => expect(out[row]).toBeCloseTo(mean, 14));
    [2, 3, 4].forEach((seen, row) => expect(logSumExp[row]).toBeCloseTo(Math.log(seen), 14));
    expect([...probabilities.subarray(0, 4)]).toEqual([0.5, 0.5, 0, 0]);
  });

  it('cross-entropy of equal logits is the logarithm of their number', () => {
    expect(crossEntropy(new Float64Array(8), [5], 8).losses[0]).toBeCloseTo(Math.log(8), 15);
  });

  it('the first step of AdamW without decay is the learning rate against the sign of the gradient', () => {
    const hyper = { gradientScale: 0.5, learningRate: 0.1, beta1: 0.9, beta2: 0.99, eps: 0, weightDecay: 0 };
    const state = { param: Float64Array.of(1, 1), m: new Float64Array(2), v: new Float64Array(2) };
    const { param } = adamw(state, Float64Array.of(7, -0.3), {
      ...hyper,
      correction1: 0.1,
      correction2: 0.01,
    });
    expect(param[0]).toBeCloseTo(0.9, 12);
    expect(param[1]).toBeCloseTo(1.1, 12);
  });

  it('decay alone shrinks a parameter by learning rate · decay', () => {
    const hyper = { gradientScale: 1, learningRate: 0.1, beta1: 0.9, beta2: 0.99, eps: 1, weightDecay: 0.5 };
    const state = { param: Float64Array.of(2), m: new Float64Array(1), v: new Float64Array(1) };
    expect(
      adamw(state, new Float64Array(1), { ...hyper, correction1: 1, correction2: 1 }).param[0],
    ).toBeCloseTo(1.9, 12);
  });
});
