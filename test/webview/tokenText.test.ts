import fc from 'fast-check';
import { expect, test } from 'vitest';
import { controlNames } from '../../extension/tokenizer/tokenizer.ts';
import { byteCount, controlBytes } from '../../extension/protocol/tokenBytes.ts';
import { cutCharacters, spokenToken, tokenPieces } from '../../extension/webview/tokenText.ts';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const tokenOf = (text: string): string => latin1(Buffer.from(text, 'utf8'));
const shown = (bytes: string): string =>
  tokenPieces(bytes)
    .map((piece) => piece.shown)
    .join('');

test.each([
  [' return', '·return'],
  ['\t\tx', '→→x'],
  ['}\r\n', '}⟨CR⟩⏎'],
  ['\u0000', '⟨U+0000⟩'],
  ['a\u007f', 'a⟨DEL⟩'],
  ['a\u00a0b', 'a⟨NBSP⟩b'],
  ['中文', '中文'],
  ['x\u202ey', 'x⟨U+202E⟩y'],
  ['\ufeffx', '⟨U+FEFF⟩x'],
  ['a\u200bb', 'a⟨U+200B⟩b'],
  ['\u0301a', '◌\u0301a'],
  ['e\u0301', 'e\u0301'],
  ['<img src=x onerror=alert(1)>', '<img·src=x·onerror=alert(1)>'],
])('%j is shown as %j', (text, expected) => {
  expect(shown(tokenOf(text))).toBe(expected);
});

test.each([
  ['\xe4\xb8', '⟨E4 B8⟩'],
  ['\xad', '⟨AD⟩'],
  [' \xe4\xb8', '·⟨E4 B8⟩'],
  ['\xad\n', '⟨AD⟩⏎'],
  ['\xc0\x80', '⟨C0 80⟩'],
  ['\xed\xa0\x80', '⟨ED A0 80⟩'],
  ['\xf4\x90\x80\x80', '⟨F4 90 80 80⟩'],
  ['\xff', '⟨FF⟩'],
])('bytes that are no character are shown as bytes: %j as %j', (bytes, expected) => {
  expect(shown(bytes)).toBe(expected);
});

test.each(controlNames)(
  'the control token %s is shown by its own name, as a mark, and has no bytes',
  (name) => {
    const bytes = controlBytes(name);
    expect(tokenPieces(bytes)).toEqual([
      { kind: 'mark', shown: name, spoken: name.slice('<|'.length, -'|>'.length) },
    ]);
    expect(byteCount(bytes)).toBe(0);
    // The same characters in a text are a text.
    expect(tokenPieces(tokenOf(name))).toEqual([{ kind: 'text', shown: name, spoken: name }]);
  },
);

test('a token is shown as bytes exactly where the platform decoder finds no character', () => {
  const pieceOf = fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    // Half characters beside whole ones, as byte pairs cut them.
    fc.string({ unit: 'binary', maxLength: 4 }).map((text) => new Uint8Array(Buffer.from(text, 'utf8'))),
  );
  fc.assert(
    fc.property(fc.array(pieceOf, { maxLength: 6 }), (parts) => {
      const bytes = Buffer.concat(parts);
      fc.pre(!bytes.includes('\ufffd', 0, 'utf8'));
      const whole = bytes.toString('utf8').replaceAll('\ufffd', '');
      const looseBytes = tokenPieces(latin1(bytes))
        .filter((piece) => piece.kind === 'bytes')
        .flatMap((piece) => piece.shown.slice(1, -1).split(' '));
      expect(looseBytes.length).toBe(bytes.length - Buffer.byteLength(whole, 'utf8'));
    }),
    { numRuns: 2000 },
  );
});

test('nothing invisible, no control and no character that reorders its neighbours is ever shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      const pieces = tokenPieces(tokenOf(text));
      fc.pre(text !== '');
      for (const piece of pieces) {
        expect(piece.shown).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}]+$/u);
        expect(piece.shown).not.toMatch(/[\s\u00a0]/u);
      }
      const plain = pieces.filter((piece) => piece.kind === 'text').map((piece) => piece.shown);
      for (const piece of plain) expect(text).toContain(piece);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['        return', '8 spaces return'],
  [' a', 'space a'],
  ['\n', 'line break'],
  ['\xe4\xb8', 'bytes E4 B8'],
  ['\xad', 'byte AD'],
])('%j is heard as %j', (bytes, expected) => {
  expect(spokenToken(tokenPieces(bytes))).toBe(expected);
});

test('a character is cut where its bytes are in several tokens, and nowhere else', () => {
  const cutOf = (tokens: readonly string[]): readonly (readonly [string, readonly number[]])[] =>
    cutCharacters(tokens).map(({ bytes, parts }) => [bytes, parts.map(({ position }) => position)]);
  expect(cutOf(['a', '\xe5\x92', '\x8c b', tokenOf('求')])).toEqual([['\xe5\x92\x8c', [1, 2]]]);
  expect(cutOf(['x\xf0', '\x9f', '\x8e', '\x89y'])).toEqual([['\xf0\x9f\x8e\x89', [0, 1, 2, 3]]]);
  // No character goes on behind the end of a text, and bytes that are none are not cut.
  expect(cutOf(['\xe5\x92', controlBytes(controlNames[0]), '\x8c'])).toEqual([]);
  expect(cutOf(['\xff', '\xfe', '\xe5', 'a'])).toEqual([]);
});

test('the parts of a cut character are its bytes, wherever a text is cut', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(200)), (text, cuts) => {
      const bytes = tokenOf(text);
      const at = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
        (a, b) => a - b,
      );
      const tokens = at.slice(1).map((end, i) => bytes.slice(at[i], end));
      const within = new Set<number>();
      let start = 0;
      for (const character of text) {
        const end = start + tokenOf(character).length;
        if (at.some((cut) => cut > start && cut < end)) within.add(start);
        start = end;
      }
      const found = cutCharacters(tokens);
      expect(found).toHaveLength(within.size);
      for (const { bytes: whole, parts } of found) {
        expect(parts.map((part) => part.bytes).join('')).toBe(whole);
        parts.forEach((part) => expect(tokens[part.position]).toContain(part.bytes));
      }
    }),
  );
});
