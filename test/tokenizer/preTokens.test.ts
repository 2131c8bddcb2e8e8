import fc from 'fast-check';
import { expect, test } from 'vitest';
import { preTokenEnd, preTokenPattern } from '../../extension/tokenizer/preTokens.ts';
import { awkwardLines, bytes, decodeUtf8, encodeUtf8, invalidUtf8, realFiles, text } from './samples.ts';

function byPattern(text: string): string[] {
  return text.match(new RegExp(preTokenPattern, 'gu')) ?? [];
}

/** Byte offsets. */
function endsByPattern(text: string): number[] {
  let end = 0;
  return byPattern(text).map((part) => (end += Buffer.byteLength(part)));
}

function byScanner(bytes: Uint8Array): string[] {
  const ends = endsByScanner(bytes);
  return ends.map((end, i) => decodeUtf8(bytes.subarray(ends[i - 1] ?? 0, end)));
}

function endsByScanner(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = preTokenEnd(bytes, start);
    if (end <= start) throw new Error(`no progress at byte ${start}`);
    ends.push(end);
    start = end;
  }
  return ends;
}

function expectSame(bytes: Uint8Array): void {
  expect(byScanner(bytes)).toEqual(byPattern(decodeUtf8(bytes)));
}

test('the scanner cuts any text where the pattern does', () => {
  fc.assert(
    fc.property(text, (text) => expectSame(encodeUtf8(text))),
    { numRuns: 2_000 },
  );
});

test('the scanner cuts any bytes where the pattern cuts the text that a decoder makes of them', () => {
  fc.assert(fc.property(bytes, expectSame), { numRuns: 2_000 });
  for (const bytes of invalidUtf8) expectSame(bytes);
});

test('scanner and pattern agree on real files and awkward lines', () => {
  for (const bytes of [...realFiles, ...awkwardLines.map(encodeUtf8)]) expectSame(bytes);
});

test('scanner and pattern agree on every code point between a letter, a digit, a sign and a space', () => {
  const disagreeing: string[] = [];
  // Planes 0 to 3 and 14: the others have no characters.
  for (const plane of [0, 1, 2, 3, 14]) {
    for (let i = 0; i < 0x10000; i += 0x400) {
      const first = plane * 0x10000 + i;
      const isSurrogate = first >= 0xd800 && first < 0xe000;
      if (isSurrogate) continue;
      const characters = Array.from({ length: 0x400 }, (_, i) => String.fromCodePoint(first + i));
      const text = characters
        .map((character) => `a${character}1${character}+${character} ${character}\n`)
        .join('');
      const ends = endsByPattern(text);
      if (endsByScanner(encodeUtf8(text)).some((end, i) => end !== ends[i]))
        disagreeing.push(first.toString(16));
    }
  }
  expect(disagreeing).toEqual([]);
});

test('the pattern leaves nothing between two matches', () => {
  fc.assert(
    fc.property(text, (text) => {
      expect(byPattern(text).join('')).toBe(text);
    }),
  );
});

test.each([
  [
    'if (a_b) {\r\n\t\treturn x;\n\n}',
    ['if', ' (', 'a_b', ')', ' {', '\r\n\t\t', 'return', ' x', ';', '\n', '\n', '}'],
  ],
  ['x = 12345;', ['x', ' =', ' 12', '34', '5', ';']],
  ['a  =\tb ', ['a', '  ', '=', '\t', 'b', ' ']],
  ['❤\ufe0f ok', ['❤\ufe0f', ' ok']],
  ['\ufeffimport\u00a0x', ['\ufeff', 'import', '\u00a0', 'x']],
])('%j is cut into %j', (text, parts) => {
  expect(byScanner(encodeUtf8(text))).toEqual(parts);
});
