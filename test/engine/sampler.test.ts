import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../extension/engine/random.ts';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { distribution, sample } from '../../extension/engine/sampler.ts';

const logitArrays = fc
  .array(fc.float({ min: -40, max: 40, noNaN: true }), { minLength: 1, maxLength: 200 })
  .map((values) => Float32Array.from(values));
/** Few distinct values, so that there are ties. */
const tiedLogits = fc
  .array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 200 })
  .map((values) => Float32Array.from(values));
const temperatures = fc.double({ min: 0.05, max: 5, noNaN: true });
const bytesOf = (id: number): string => String.fromCharCode(id & 0xff, 0xe2);

const byLogit = (logits: Float32Array): number[] =>
  [...logits.keys()].sort((one, other) => logits[other]! - logits[one]! || one - other);

describe('softmax', () => {
  it('adds up to 1 within n·ε and keeps ln pᵢ − ln pⱼ = (zᵢ − zⱼ) / temperature', () => {
    fc.assert(
      fc.property(logitArrays, temperatures, (logits, temperature) => {
        const probabilities = softmax(logits, temperature);
        const n = logits.length;
        const total = probabilities.reduce((sum, p) => sum + p, 0);
        expect(Math.abs(total - 1)).toBeLessThanOrEqual(2 * n * Number.EPSILON);
        const top = byLogit(logits)[0]!;
        for (let id = 0; id < n; id++) {
          const gap = (logits[id]! - logits[top]!) / temperature;
          // The gap is rounded twice and exp turns its absolute error into a relative one; below −700 exp leaves the normal numbers.
          if (gap < -700) continue;
          const bound = (3 * Math.abs(gap) + 8) * Number.EPSILON;
          expect(Math.abs(Math.log(probabilities[id]! / probabilities[top]!) - gap)).toBeLessThanOrEqual(
            bound,
          );
        }
      }),
    );
  });

  it('does not overflow on logits that float32 can just hold', () => {
    expect([...softmax(Float32Array.from([3e38, -3e38, 3e38]))]).toEqual([0.5, 0, 0.5]);
  });
});

describe('sample', () => {
  it('takes the most likely token at temperature 0, the lower id of equals, and no random number', () => {
    fc.assert(
      fc.property(fc.oneof(logitArrays, tiedLogits), fc.nat(), (logits, seed) => {
        const random = new Random(seed);
        const state = random.state;
        expect(sample(logits, { temperature: 0 }, random)).toBe(byLogit(logits)[0]);
        expect(random.state).toEqual(state);
      }),
    );
  });

  it('gives the same tokens from the same seed', () => {
    fc.assert(
      fc.property(logitArrays, temperatures, fc.nat(), (logits, temperature, seed) => {
        const draw = (): number[] => {
          const random = new Random(seed);
          return Array.from({ length: 20 }, () => sample(logits, { temperature, topP: 0.9 }, random));
        };
        expect(draw()).toEqual(draw());
      }),
    );
  });

  it('draws each token as often as softmax says, within 5 standard errors', () => {
    const logits = Float32Array.from([1, 0, -1, 2, 0.5]);
    for (const temperature of [0.5, 1, 2]) {
      const random = new Random(42);
      const count = 40_000;
      const seen = new Float64Array(logits.length);
      for (let i = 0; i < count; i++) seen[sample(logits, { temperature }, random)]!++;
      softmax(logits, temperature).forEach((p, id) => {
        expect(Math.abs(seen[id]! / count - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
      });
    }
  });

  it('never leaves the k most likely tokens, and reaches each of them', () => {
    fc.assert(
      fc.property(tiedLogits, fc.integer({ min: 1, max: 100 }), fc.nat(), (logits, topK, seed) => {
        const allowed = byLogit(logits).slice(0, topK);
        const random = new Random(seed);
        // At temperature 1000 all are nearly equally likely: 30 draws a token miss one with probability e⁻³⁰ each.
        const draws = Array.from({ length: 30 * allowed.length }, () =>
          sample(logits, { temperature: 1000, topK }, random),
        );
        expect(new Set(draws)).toEqual(new Set(allowed));
      }),
      { numRuns: 50 },
    );
  });

  it('never leaves the smallest set of most likely tokens that reaches top-p after top-k', () => {
    const options = fc.record({
      temperature: temperatures,
      topK: fc.integer({ min: 1, max: 100 }),
      topP: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.oneof(logitArrays, tiedLogits),
        options,
        fc.nat(),
        (logits, { temperature, topK, topP }, seed) => {
          const probabilities = softmax(logits, temperature);
          const kept = byLogit(logits).slice(0, topK);
          const total = kept.reduce((sum, id) => sum + probabilities[id]!, 0);
          const random = new Random(seed);
          for (let i = 0; i < 20; i++) {
            const id = sample(logits, { temperature, topK, topP }, random);
            const before = kept
              .slice(0, kept.indexOf(id))
              .reduce((sum, other) => sum + probabilities[other]!, 0);
            expect(kept).toContain(id);
            // Those before it do not reach top-p without it.
            expect(id === kept[0] || before / total <= topP * (1 + 1e-12)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('distribution', () => {
  it('adds up to 1 ± 1e-6 over the rows and the one for all others, and counts every token once', () => {
    fc.assert(
      fc.property(fc.oneof(logitArrays, tiedLogits), fc.integer({ min: 1, max: 250 }), (logits, topK) => {
        const { top, others } = distribution(logits, topK, null, bytesOf);
        const total = top.reduce((sum, row) => sum + row.probability, others.probability);
        expect(Math.abs(total - 1)).toBeLessThan(1e-6);
        expect(top.length + others.count).toBe(logits.length);
      }),
    );
  });

  it('shows the most likely tokens in order, with the probabilities that are sampled from and their own bytes', () => {
    fc.assert(
      fc.property(fc.oneof(logitArrays, tiedLogits), fc.integer({ min: 1, max: 250 }), (logits, topK) => {
        const probabilities = softmax(logits, 1);
        const { top } = distribution(logits, topK, null, bytesOf);
        const expected = byLogit(logits)
          .slice(0, topK)
          .map((id) => ({
            id,
            bytes: bytesOf(id),
            logit: logits[id],
            probability: probabilities[id],
          }));
        expect(top).toEqual(expected);
      }),
    );
  });

  it('ranks the token that follows where sorting the vocabulary puts it, shown or not', () => {
    fc.assert(
      fc.property(fc.oneof(logitArrays, tiedLogits), fc.nat(), (logits, pick) => {
        const id = pick % logits.length;
        const { actual } = distribution(logits, 3, id, bytesOf);
        expect(actual?.rank).toBe(byLogit(logits).indexOf(id) + 1);
        expect(actual?.probability).toBe(softmax(logits)[id]);
      }),
    );
  });

  it('gives log₂ n bits of entropy for n equal logits, 0 for a certainty, and never more than log₂ n', () => {
    fc.assert(
      fc.property(logitArrays, (logits) => {
        const n = logits.length;
        expect(
          distribution(
            logits.map(() => 7),
            1,
            null,
            bytesOf,
          ).entropy,
        ).toBeCloseTo(Math.log2(n), 10);
        expect(distribution(logits, 1, null, bytesOf).entropy).toBeLessThanOrEqual(Math.log2(n) + 1e-10);
      }),
    );
    expect(distribution(Float32Array.from([0, 1000]), 1, null, bytesOf).entropy).toBe(0);
  });
});
