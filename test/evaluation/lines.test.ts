import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldOutText } from '../../extension/evaluation/heldOutText.ts';
import { chooseLines, type CursorKind } from '../../extension/evaluation/lines.ts';
import { editSimilarity, LineTally } from '../../extension/evaluation/lineTally.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';

const tokenizer = trainTokenizer(
  [new TextEncoder().encode('const value = other.value(1);\n'.repeat(3))],
  280,
);
const decoder = new TextDecoder();

const piece = fc.constantFrom(
  'const',
  ' ',
  'value',
  '.',
  '(',
  ')',
  '=',
  '漢',
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\n    ',
);
const text = fc
  .array(piece, { maxLength: 60 })
  .map((pieces) => heldOutText(tokenizer, 'a', new TextEncoder().encode(`value${pieces.join('')}`), null));
const texts = fc.array(text, { maxLength: 4 });

const expectedPlace: Readonly<Record<CursorKind, RegExp>> = {
  lineStart: /^$/,
  afterDot: /\.$/,
  afterParenthesis: /\($/,
  afterEquals: /=$/,
  insideWord: /[A-Za-z0-9_]$/,
};

describe('the lines that are tried out', () => {
  it('begin at a token, are trimmed, are cut at places of their kind, and are the same for the same seed', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (some, seed) => {
        const choice = { typedLines: 3, cursorsPerKind: 4 };
        const chosen = chooseLines(some, choice, seed);
        expect(chooseLines(some, choice, seed)).toEqual(chosen);
        expect(chosen.length).toBe(some.length);
        expect(chosen.flat().filter(({ typed }) => typed).length).toBeLessThanOrEqual(3);
        chosen.forEach((lines, document) => {
          const { bytes, starts } = some[document]!;
          for (const { token, content, cursors } of lines) {
            const before = decoder.decode(bytes.subarray(0, starts[token]));
            const line = decoder.decode(content);
            expect(before).toMatch(/(^|\n)[ \t]*$/);
            expect(line).toMatch(/^\S(.*\S)?$/);
            expect(decoder.decode(bytes.subarray(starts[token]))).toMatch(
              new RegExp(`^${line.replaceAll(/[().]/g, String.raw`\$&`)}[ \\t]*(\\r?\\n|$)`),
            );
            for (const { kind, at } of cursors) {
              expect(decoder.decode(content.subarray(0, at))).toMatch(expectedPlace[kind]);
              expect(at).toBeLessThan(content.length);
            }
          }
        });
      }),
    );
  });

  it('are all lines with something in them when there is room for all', () => {
    fc.assert(
      fc.property(texts, (some) => {
        const chosen = chooseLines(some, { typedLines: 1_000, cursorsPerKind: 0 }, 1);
        const lines = some.map(
          ({ bytes }) =>
            decoder
              .decode(bytes)
              .split('\n')
              .filter((line) => line.trim() !== '').length,
        );
        expect(chosen.map((of) => of.length)).toEqual(lines);
      }),
    );
  });
});

describe('edit similarity', () => {
  it.each([
    ['', '', 1],
    ['abc', 'abc', 1],
    ['kitten', 'sitting', 1 - 3 / 7],
    ['abc', '', 0],
    ['漢字', '漢', 1 / 2],
  ])('of %j and %j is %d', (one, other, expected) => {
    expect(editSimilarity(one, other)).toBeCloseTo(expected, 12);
  });

  it('is symmetric, at most 1, and 1 for equal texts alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(editSimilarity(one, other)).toBe(editSimilarity(other, one));
        expect(editSimilarity(one, other) === 1).toBe(one === other);
        expect(editSimilarity(one, other)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a completed line', () => {
  const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

  it('is exact when it is the line and ends there; all kinds together are the mean over cursors', () => {
    const tally = new LineTally();
    const generated = (content: string, complete: boolean) => ({
      bytes: bytes(content),
      ends: [],
      probabilities: [],
      complete,
    });
    tally.add('afterDot', generated('value;', true), bytes('value;'));
    tally.add('afterDot', generated('value;', false), bytes('value;'));
    tally.add('lineStart', generated('value', true), bytes('value;'));
    expect(tally.scores.afterDot).toEqual({ cursors: 2, exact: 0.5, similarity: 1 });
    expect(tally.scores.lineStart.similarity).toBeCloseTo(5 / 6, 12);
    expect(tally.scores.all).toMatchObject({ cursors: 3, exact: 1 / 3 });
    expect(tally.scores.insideWord).toEqual({ cursors: 0, exact: 0, similarity: 0 });
  });
});
