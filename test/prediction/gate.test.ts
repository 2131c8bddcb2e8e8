import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Growth, shownTokens } from '../../extension/prediction/gate.ts';

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
    expect(shownTokens(growth, least)).toBe(count);
  });

  it('are the beginning that saves most keys on average of those that are sure enough, the shortest of equals', () => {
    const token = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0.01, max: 1, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tokens, least) => {
          let [end, product] = [0, 1];
          const grown = tokens.map(([length, p]) => [(end += length), (product *= p)] as const);
          const saved = [0, ...grown.map(([at, p]) => (p >= least ? p * (at - 1) : -1))];
          const shown = shownTokens(
            { ends: grown.map(([at]) => at), probabilities: grown.map(([, p]) => p) },
            least,
          );
          expect(shown).toBe(saved.indexOf(Math.max(...saved)));
        },
      ),
    );
  });
});
