import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlace, textAtCursor } from '../../extension/cli/place.ts';

const code = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return { code: (error as { code: string }).code, message: (error as Error).message };
  }
};

describe('FILE:LINE:COLUMN', () => {
  it('is read from the right, so a path may hold colons, spaces and numbers', () => {
    const file = fc.string({ minLength: 1 });
    const number = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(file, number, number, (name, line, column) => {
        expect(parsePlace(`${name}:${line}:${column}`)).toEqual({ file: name, line, column });
      }),
    );
    expect(parsePlace('C:\\code\\a.ts:3:14')).toEqual({ file: 'C:\\code\\a.ts', line: 3, column: 14 });
    expect(parsePlace('a:1:2:3:4')).toEqual({ file: 'a:1:2', line: 3, column: 4 });
  });

  it.each(['', 'a.ts', 'a.ts:1', 'a.ts:1:', 'a.ts:-1:2', 'a.ts:1:2.5', ':1:2', 'a.ts:1:2 ', 'a.ts:one:2'])(
    "'%s' is refused with an example of what is expected",
    (text) => {
      expect(code(() => parsePlace(text))).toEqual({
        code: 'positionInvalid',
        message: expect.stringMatching(/should be FILE:LINE:COLUMN, such as .+:12:5, and is '/),
      });
    },
  );
});

/** Pieces that make lines, line breaks of every kind, and characters of one and two UTF-16 code units. */
const text = fc
  .array(fc.constantFrom('a', 'bc ', '\t', 'é', '漢', '🙂', '\r\n', '\n', '\r'), { maxLength: 40 })
  .map((pieces) => pieces.join(''));

describe('the text at a cursor', () => {
  it('is divided where a count of lines and columns over the prefix leads back to the same place', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (whole, lineSeed, columnSeed) => {
        const lines = whole.split(/\r\n|\r|\n/);
        const line = (lineSeed % lines.length) + 1;
        const content = lines[line - 1]!;
        // Ends of whole characters only, counted in UTF-16 code units.
        const ends = [...content].reduce((at, character) => [...at, at.at(-1)! + character.length], [1]);
        const column = ends[columnSeed % ends.length]!;
        const { prefix, suffix } = textAtCursor(whole, { file: 'f', line, column });
        expect(prefix + suffix).toBe(whole);
        const before = prefix.split(/\r\n|\r|\n/);
        expect([before.length, before.at(-1)!.length + 1]).toEqual([line, column]);
      }),
    );
  });

  it.each([
    [0, 1, 'The line should be from 1 to 3 in f and is 0.'],
    [4, 1, 'The line should be from 1 to 3 in f and is 4.'],
    [1, 0, 'The column should be from 1 to 3 in line 1 of f and is 0.'],
    [1, 4, 'The column should be from 1 to 3 in line 1 of f and is 4.'],
    [3, 2, 'The column should be from 1 to 1 in line 3 of f and is 2.'],
    [2, 3, 'The column should not be inside a character; choose 2 or 4 in line 2 of f instead of 3.'],
  ])('refuses %i:%i with the range that is valid', (line, column, message) => {
    expect(code(() => textAtCursor('ab\r\nc🙂\n', { file: 'f', line, column }))).toEqual({
      code: 'positionInvalid',
      message,
    });
  });

  it('allows the end of every line, also of an empty file', () => {
    expect(textAtCursor('ab\r\ncd', { file: 'f', line: 1, column: 3 })).toEqual({
      prefix: 'ab',
      suffix: '\r\ncd',
    });
    expect(textAtCursor('', { file: 'f', line: 1, column: 1 })).toEqual({ prefix: '', suffix: '' });
  });
});
