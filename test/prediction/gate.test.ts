import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Growth, shownEnds } from '../../extension/prediction/gate.ts';

describe('the tokens that are shown', () => {
  it.each<[string, Growth, number, number]>([
    ['all while certainty hardly falls', { ends: [4, 8, 12], probabilities: [0.9, 0.85, 0.8] }, 0.5, 3],
    [
      'none behind a cliff, though it is above the threshold',
      { ends: [10, 12], probabilities: [0.9, 0.5] },
      0.5,
      1,
    ],
    ['what is behind a cliff, where it is much', { ends: [3, 30], probabilities: [0.9, 0.5] }, 0.5, 2],
    ['none below the threshold, however long', { ends: [3, 300], probabilities: [0.9, 0.49] }, 0.5, 1],
    [
      'none that would break a word',
      { ends: [4, 9, 14], probabilities: [0.9, 0.8, 0.3], withinWord: [false, true, false] },
      0.5,
      1,
    ],
    ['nothing that saves no key', { ends: [1], probabilities: [1] }, 0, 0],
    ['nothing of nothing', { ends: [], probabilities: [] }, 0, 0],
  ])('are %s', (_, growth, least, count) => {
    expect(shownEnds(growth, least)).toBe(count);
  });

  it('are no piece that is shorter than one may be, nor one that may not end so', () => {
    const growth = { ends: [3, 9], probabilities: [0.99, 0.45] };
    expect(shownEnds(growth, 0.4)).toBe(1);
    expect(shownEnds(growth, 0.4, { fewest: 4 })).toBe(2);
    expect(shownEnds(growth, 0.4, { mayEnd: (i) => i > 0 })).toBe(2);
    expect(shownEnds(growth, 0.6, { fewest: 4 })).toBe(0);
  });

  it('leave to a second piece what is less sure on the line, and nothing that is on another', () => {
    const growth = { ends: [10, 20], probabilities: [0.9, 0.7] };
    expect(shownEnds(growth, 0.5)).toBe(1);
    expect(shownEnds(growth, 0.5, { inPieces: 20 })).toBe(1);
    expect(shownEnds(growth, 0.5, { inPieces: 10 })).toBe(2);
  });

  it('are the first piece of the way that saves most keys on average of all ways to show the line in pieces', () => {
    const token = fc.record({
      length: fc.integer({ min: 1, max: 9 }),
      probability: fc.double({ min: 0.3, max: 1, noNaN: true }),
      withinWord: fc.boolean(),
    });
    const property = fc.property(
      fc.array(token, { maxLength: 9 }),
      fc.double({ min: 0, max: 0.6, noNaN: true }),
      fc.integer({ min: 1, max: 5 }),
      (tokens, least, fewest) => {
        const growth = grown(tokens);
        const ways = inPieces(tokens.length).map((cuts) => ({
          first: cuts[0] ?? 0,
          saved: savedBy(growth, cuts, least, fewest),
        }));
        const most = Math.max(...ways.map(({ saved }) => saved));
        const shown = shownEnds(growth, least, { fewest });
        const byShown = ways.filter(({ first }) => first === shown).map(({ saved }) => saved);
        expect(Math.max(...byShown)).toBeCloseTo(most, 10);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});

function grown(
  tokens: readonly { length: number; probability: number; withinWord: boolean }[],
): Required<Growth> {
  let [end, product] = [0, 1];
  const pairs = tokens.map(({ length, probability }) => [(end += length), (product *= probability)] as const);
  return {
    ends: pairs.map(([at]) => at),
    probabilities: pairs.map(([, p]) => p),
    withinWord: tokens.map(({ withinWord }) => withinWord),
  };
}

/** All lists of numbers of tokens, growing, at which pieces may end. */
function inPieces(tokens: number): number[][] {
  return Array.from({ length: 2 ** tokens }, (_, bits) =>
    Array.from({ length: tokens }, (_, i) => i + 1).filter((count) => (bits >> (count - 1)) & 1),
  );
}

/** Keys on average: each piece is accepted with one, a second one is read for another; −∞ where a piece is none that may be shown. */
function savedBy(
  { ends, probabilities, withinWord }: Required<Growth>,
  cuts: readonly number[],
  least: number,
  fewest: number,
): number {
  return cuts.reduce((sum, count, k) => {
    const [from, i] = [k === 0 ? 0 : ends[cuts[k - 1]! - 1]!, count - 1];
    const length = ends[i]! - from;
    if (length < fewest || probabilities[i]! < least || withinWord[i]) return -Infinity;
    return sum + probabilities[i]! * (length - (k === 0 ? 1 : 2));
  }, 0);
}
