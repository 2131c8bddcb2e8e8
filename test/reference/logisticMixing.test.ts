import { describe, expect, it } from 'vitest';
import { expectGradients } from './centralDifferences.ts';
import { codeTree, leafClass, mix, mixerUpdate, squash, stateMapUpdate, stretch } from './logisticMixing.ts';
import { randomFloats, randomIntegers, uniform } from './random.ts';

const seeds = [1, 2, 3, 4, 5];

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** All single bytes, the empty token, random strings; counts fall like 1 / rank. */
function randomVocabulary(next: () => number): { tokens: Uint8Array[]; counts: number[] } {
  const texts = new Set<string>(['']);
  for (let byte = 0; byte < 128; byte++) texts.add(String.fromCharCode(byte));
  const alphabet = ' \n.(aAbz_09é';
  while (texts.size < 129 + Math.floor(next() * 200)) {
    const length = 1 + Math.floor(next() * 5);
    texts.add(Array.from(randomIntegers(next, length, 0, alphabet.length - 1), (i) => alphabet[i]).join(''));
  }
  const tokens = Array.from(texts, bytes);
  const counts = tokens.map(() => Math.floor(1000 / (1 + next() * tokens.length)) - 1);
  return { tokens, counts: counts.map((count) => Math.max(0, count)) };
}

describe.each(seeds)('the code tree (seed %i)', (seed) => {
  const { tokens, counts } = randomVocabulary(uniform(seed));
  const { leaves, codes } = codeTree(tokens, counts);

  it('is full: lengths satisfy Kraft with equality, and no code begins another', () => {
    expect(codes.reduce((total, code) => total + 2 ** -code.length, 0)).toBe(1);
    const inOrder = leaves.map((token) => codes[token]!);
    expect(inOrder.toSorted()).toEqual(inOrder);
    inOrder.slice(1).forEach((code, i) => expect(code.startsWith(inOrder[i]!)).toBe(false));
  });

  it('has a mean path between the entropy and two more', () => {
    const weights = counts.map((count) => count + 0.3);
    const total = weights.reduce((a, b) => a + b, 0);
    const entropy = weights.reduce((bits, weight) => bits - (weight / total) * Math.log2(weight / total), 0);
    const mean = weights.reduce((bits, weight, token) => bits + (weight / total) * codes[token]!.length, 0);
    // Shannon 1948; Horibe 1977, "An improved bound for weight-balanced tree".
    expect(mean).toBeGreaterThanOrEqual(entropy);
    expect(mean).toBeLessThan(entropy + 2);
  });

  it('splits every range so that no neighbouring split is nearer half', () => {
    const weigh = (some: readonly number[]): number =>
      some.reduce((total, token) => total + counts[token]! + 0.3, 0);
    for (const code of codes) {
      for (let length = 0; length < code.length; length++) {
        const range = leaves.filter((token) => codes[token]!.startsWith(code.slice(0, length)));
        const left = range.filter((token) => codes[token]![length] === '0');
        const off = (count: number): number => Math.abs(weigh(range.slice(0, count)) - weigh(range) / 2);
        const own = off(left.length);
        if (left.length > 1) expect(own).toBeLessThanOrEqual(off(left.length - 1) + 1e-9);
        if (left.length < range.length - 1) expect(own).toBeLessThanOrEqual(off(left.length + 1) + 1e-9);
      }
    }
  });

  it('keeps tokens that begin alike together: what a half-typed word may become is one range of leaves', () => {
    const begins = (token: number, typed: Uint8Array): boolean =>
      typed.every((byte, i) => tokens[token]![i] === byte);
    for (const token of tokens.filter(({ length }) => length > 0)) {
      // A space alone may become a word or something else, which are of two classes.
      const typed = token.subarray(0, token[0] === 0x20 ? 2 : 1 + (token.length >> 1));
      if (typed.length < 2 && typed[0] === 0x20) continue;
      const indices = [...leaves.keys()].filter((index) => begins(leaves[index]!, typed));
      expect(indices.at(-1)! - indices[0]! + 1).toBe(indices.length);
    }
  });
});

it('classes go: end of text, line feed, other, space and word, word, digit', () => {
  const inOrder = ['', '\n\n', '  ', ' (', '(', '}', ' a', ' _', 'Zed', '_x', 'ß', '7'];
  expect(inOrder.map((text) => leafClass(bytes(text)))).toEqual([0, 1, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5]);
});

it('stretch and squash undo each other, and mirror 1 − p as −x', () => {
  for (const p of [1e-6, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6]) {
    expect(squash(stretch(p))).toBeCloseTo(p, 14);
    expect(stretch(1 - p)).toBeCloseTo(-stretch(p), 8);
  }
});

describe.each(seeds)('the mixer (seed %i)', (seed) => {
  const next = uniform(seed);
  const count = 1 + Math.floor(next() * 30);
  const [weights, x] = [randomFloats(next, count), randomFloats(next, count, 3)];

  it.each([0, 1] as const)('steps down the slope of −ln P(%i)', (bit) => {
    const rate = 0.03;
    const moved = mixerUpdate(weights, x, bit, rate);
    const gradient = moved.map((weight, i) => -(weight - weights[i]!) / rate);
    const cost = (w: Float64Array): number => -Math.log(bit === 1 ? mix(w, x) : 1 - mix(w, x));
    expectGradients(({ weights }) => cost(weights!), { weights }, { weights: gradient });
  });

  it('learns which of two predictors to believe', () => {
    let learnt = Float64Array.of(0.05, 0.05);
    for (let step = 0; step < 3000; step++) {
      const bit = next() < 0.5 ? 1 : 0;
      const honest = next() < 0.9 ? bit : 1 - bit;
      const inputs = Float64Array.of(stretch(honest === 1 ? 0.9 : 0.1), stretch(next() < 0.5 ? 0.9 : 0.1));
      learnt = Float64Array.from(mixerUpdate(learnt, inputs, bit, 0.02));
    }
    // An input that is calibrated deserves weight 1, one that knows nothing 0; single steps move a weight by up to .02 · 2.2.
    expect(Math.abs(learnt[0]! - 1)).toBeLessThan(0.3);
    expect(Math.abs(learnt[1]!)).toBeLessThan(0.3);
  });
});

describe.each(seeds)('the state map (seed %i)', (seed) => {
  it('is the mean of the bits and .6 of what it started from, up to its limit', () => {
    const next = uniform(seed);
    const first = next();
    let state = { p: first, k: 0 };
    let ones = 0;
    for (let n = 1; n <= 200; n++) {
      const bit = next() < 0.3 ? 1 : 0;
      ones += bit;
      state = stateMapUpdate(state, bit);
      expect(state.p).toBeCloseTo((0.6 * first + ones) / (n + 0.6), 12);
    }
  });

  it('forgets at a constant rate behind its limit', () => {
    let state = { p: 0.5, k: 0 };
    for (let n = 0; n < 50; n++) state = stateMapUpdate(state, 1, 20);
    const { p, k } = state;
    expect(k).toBe(20);
    expect(stateMapUpdate(state, 0, 20).p).toBeCloseTo(p * (1 - 1 / 21.6), 14);
  });
});
