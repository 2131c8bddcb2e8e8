import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../extension/engine/random.ts';

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** The authors' generator in 64-bit integers, which shares no 32-bit trick with ours. */
function* xoshiro128StarStar(state: readonly number[]): Generator<number> {
  const mask = 0xffff_ffffn;
  const s = state.map(BigInt);
  const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & mask;
  for (;;) {
    yield Number((rotl((s[1]! * 5n) & mask, 7n) * 9n) & mask);
    const t = (s[1]! << 9n) & mask;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotl(s[3]!, 11n);
  }
}

describe('Random', () => {
  it('follows the recurrence of xoshiro128** from any seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const expected = xoshiro128StarStar(random.state);
        for (let i = 0; i < 20; i++) expect(random.uint32()).toBe(expected.next().value);
      }),
    );
  });

  it('goes on from a state that went through JSON as if it had never stopped', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 50 }), (seed, before) => {
        const one = new Random(seed);
        for (let i = 0; i < before; i++) one.normal();
        const two = new Random(JSON.parse(JSON.stringify(one.state)));
        for (let i = 0; i < 10; i++) expect(two.normal()).toBe(one.normal());
      }),
    );
  });

  it('gives seeds that differ in any of their 53 bits different numbers, and no seed an all-zero state', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 52 }), (seed, bit) => {
        const other = Number(BigInt(seed) ^ (1n << BigInt(bit)));
        expect(new Random(seed).state).not.toEqual(new Random(other).state);
        expect(new Random(seed).state.filter((word) => word === 0).length).toBeLessThan(2);
      }),
    );
  });

  it('keeps uniform numbers in [0, 1) with mean and variance of the uniform distribution within 5 standard errors', () => {
    const random = new Random(7);
    const count = 200_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const x = random.uniform();
      if (!(x >= 0 && x < 1)) throw new Error(`${x} is outside [0, 1)`);
      sum += x;
      squares += (x - 0.5) ** 2;
    }
    expect(Math.abs(sum / count - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    // variance of (x − ½)² is 1/80 − 1/144 = 1/180
    expect(Math.abs(squares / count - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
  });

  it('draws normal numbers whose first four moments and tails are the normal distribution’s within 5 standard errors', () => {
    const random = new Random(11);
    const count = 200_000;
    const sums = [0, 0, 0, 0];
    let beyondTwo = 0;
    for (let i = 0; i < count; i++) {
      const x = random.normal();
      for (let power = 1; power <= 4; power++) sums[power - 1]! += x ** power;
      if (Math.abs(x) > 2) beyondTwo++;
    }
    const moments = [0, 1, 0, 3];
    const variances = [1, 2, 15, 96];
    moments.forEach((moment, i) => {
      expect(Math.abs(sums[i]! / count - moment)).toBeLessThan(5 * Math.sqrt(variances[i]! / count));
    });
    const tail = 0.0455002638963584;
    expect(Math.abs(beyondTwo / count - tail)).toBeLessThan(5 * Math.sqrt((tail * (1 - tail)) / count));
  });

  it('draws the normal numbers that the polar method gives with Math.log, within 16 units in the last place', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const again = new Random(seed);
        for (let i = 0; i < 20; i++) {
          let u: number;
          let s: number;
          do {
            u = 2 * again.uniform() - 1;
            const v = 2 * again.uniform() - 1;
            s = u * u + v * v;
          } while (s >= 1 || s === 0);
          const expected = u * Math.sqrt((-2 * Math.log(s)) / s);
          expect(Math.abs(random.normal() - expected)).toBeLessThanOrEqual(
            16 * Number.EPSILON * Math.abs(expected),
          );
        }
      }),
    );
  });

  it('permutes every index exactly once and leaves none where it was more often than chance would', () => {
    const random = new Random(3);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), (count) => {
        const sorted = [...random.permutation(count)].sort((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
    // All 24 orders of four equally often: χ² with 23 degrees of freedom exceeds 58.6 once in 15,000.
    const orders = new Map<string, number>();
    const count = 24_000;
    for (let i = 0; i < count; i++) {
      const order = random.permutation(4).join();
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    let chiSquare = 0;
    for (const seen of orders.values()) chiSquare += (seen - 1000) ** 2 / 1000;
    expect(orders.size).toBe(24);
    expect(chiSquare).toBeLessThan(58.6);
  });

  it('never returns a number at or above its bound, and reaches all below a small one', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        expect(new Random(seed).below(bound)).toBeLessThan(bound);
      }),
    );
    const random = new Random(5);
    expect(new Set(Array.from({ length: 200 }, () => random.below(5))).size).toBe(5);
  });
});
