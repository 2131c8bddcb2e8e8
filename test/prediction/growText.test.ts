import { beforeAll, describe, expect, it } from 'vitest';
import { growText, type TokenSource } from '../../extension/prediction/growText.ts';
import type { ScoredToken } from '../../extension/protocol/prediction.ts';
import type { Tokenizer } from '../../extension/tokenizer/bytePairTokenizer.ts';
import { trainTokenizer } from '../../extension/tokenizer/trainTokenizer.ts';

const encoder = new TextEncoder();
const nothing = new Uint8Array();
let tokenizer: Tokenizer;

beforeAll(() => {
  tokenizer = trainTokenizer([encoder.encode('south cliff\n  south(cliff);\n'.repeat(20))], 300);
});

/** Says single bytes, which every vocabulary has: [text, probability of each of its bytes]. */
function saying(...parts: readonly (readonly [string, number])[]): TokenSource {
  const tokens: ScoredToken[] = parts.flatMap(([text, probability]) =>
    [...text].map((bytes) => ({
      id: tokenizer.encode(encoder.encode(bytes))[0]!,
      bytes,
      logit: 0,
      probability,
    })),
  );
  let next = 0;
  return { full: false, choose: () => tokens[next] ?? null, follow: () => void next++ };
}

const limits = { leastProbability: 0.5, maxTokens: 40, maxLines: 1, cancelled: () => false };
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a text that grows', () => {
  it('ends before it would be less likely than asked for, and says how likely it would be and where that breaks a word', () => {
    const source = saying(['so', 1], ['u', 0.6], ['t', 0.6]);
    const { bytes, ends, probabilities, withinWord, unlikely, stop } = growText(
      source,
      tokenizer,
      nothing,
      limits,
    );
    expect([textOf(bytes), stop, ends]).toEqual(['sou', 'unlikely', [1, 2, 3]]);
    expect([probabilities.at(-1), unlikely]).toEqual([0.6, 0.36]);
    // Every byte goes on with the word more likely than not, also the one that was not likely enough.
    expect(withinWord).toEqual([true, true, true]);
  });

  it.each([
    [
      'a sign follows',
      [
        ['so', 1],
        ['(', 0.4],
      ],
      [true, false],
    ],
    ['nobody knows what follows', [['so', 1]], [true, false]],
    [
      'the word hardly goes on',
      [
        ['so', 1],
        ['u', 0.3],
      ],
      [true, false],
    ],
  ] as const)('breaks no word where %s', (_, parts, expected) => {
    expect(growText(saying(...parts), tokenizer, nothing, limits).withinWord).toEqual(expected);
  });

  it.each([
    ['southCliff', 'south'],
    ['south_cliff', 'south_'],
    ['south__cliff', 'south__'],
    ['south1Cliff', 'south1'],
    ['SOUTH', ''],
    ['South', ''],
  ])('of %s breaks no part of a word behind %j', (word, part) => {
    const { withinWord } = growText(saying([word, 0.99]), tokenizer, nothing, limits);
    const ends = withinWord.flatMap((within, i) => (within ? [] : [word.slice(0, i + 1)]));
    expect(ends).toEqual(part === '' ? [word] : [part, word]);
  });

  it('ends with what others have in common with a token that is not likely enough', () => {
    const among = ['(', '((', '()'].map((bytes, i) => ({ bytes, probability: [0.4, 0.3, 0.2][i]! }));
    const tokens = [
      { id: tokenizer.encode(encoder.encode('a'))[0]!, logit: 0, bytes: 'a', probability: 0.9 },
    ];
    const source: TokenSource = {
      full: false,
      choose: () => tokens.shift() ?? { id: 1, logit: 0, ...among[1]!, among },
      follow: () => {},
    };
    const { bytes, ends, probabilities, made, unlikely } = growText(source, tokenizer, nothing, limits);
    expect([textOf(bytes), ends, made]).toEqual(['a(', [1, 2], [1, 2]]);
    expect([probabilities[1], unlikely].map((one) => one!.toFixed(9))).toEqual([
      '0.810000000',
      '0.270000000',
    ]);
  });

  it('goes on over as many lines as there may be, and ends without the end of the last', () => {
    const all = [['a\n b\nc\n', 0.99]] as const;
    const at = (maxLines: number): string =>
      textOf(growText(saying(...all), tokenizer, nothing, { ...limits, maxLines }).bytes);
    expect([1, 2, 3].map(at)).toEqual(['a', 'a\n b', 'a\n b\nc']);
  });

  it('has behind a typed beginning what is left of the tokens', () => {
    const { bytes, ends } = growText(saying(['south', 1]), tokenizer, encoder.encode('sou'), limits);
    expect([textOf(bytes), ends]).toEqual(['th', [0, 0, 0, 1, 2]]);
  });
});
