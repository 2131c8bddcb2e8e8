import {
  asciiKinds,
  blank,
  characterAt,
  kindIn,
  letter,
  lineBreak,
  mark,
  number,
  symbol,
  widthIn,
} from './characters.ts';

/**
 * Cuts text into pre-tokens, which no token crosses: the one definition; `preTokenEnd` is the same by hand.
 *
 * 1. a line break with the indentation behind it, so that "one level deeper" is one token;
 * 2. a word: letters, combining marks and `_`, with the space before it;
 * 3. one or two digits, with the space before them, so that numbers need no tokens of their own;
 * 4. a run of everything else (punctuation, operators, emoji with their variation selectors), with the space before it;
 * 5. spaces and tabs that are left.
 *
 * Every character is in exactly one alternative, so nothing is ever left between two matches. Only constructs that JavaScript (`u`),
 * Oniguruma and Rust's regex read alike: no `\s` (they differ in U+FEFF and U+0085), no `.`, no lookaround, no possessive quantifiers.
 */
export const preTokenPattern = [
  '(?:\\r\\n?|\\n)[ \\t]*',
  ' ?[\\p{L}\\p{M}_]+',
  ' ?\\p{N}{1,2}',
  ' ?[^\\p{L}\\p{M}\\p{N}_ \\t\\r\\n][^\\p{L}\\p{N}_ \\t\\r\\n]*',
  '[ \\t]+',
].join('|');

const space = 0x20;
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Where the pre-token that begins at byte `start` ends.
 * @param start less than `bytes.length`, and the end of another pre-token or 0
 */
export function preTokenEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start]!;
  let at = start;
  if (first === carriageReturn || first === newline) {
    const isPair = first === carriageReturn && bytes[start + 1] === newline;
    return runEnd(bytes, start + (isPair ? 2 : 1), blank);
  }
  if (first === space) at++;
  if (at === bytes.length) return at;
  const character = characterAt(bytes, at);
  const kind = kindIn(character);
  if ((kind & (blank | lineBreak)) !== 0) return runEnd(bytes, at, blank);
  at += widthIn(character);
  if ((kind & (letter | mark)) !== 0) return runEnd(bytes, at, letter | mark);
  if (kind === symbol) return runEnd(bytes, at, symbol | mark);
  if (at === bytes.length) return at;
  const second = characterAt(bytes, at);
  return kindIn(second) === number ? at + widthIn(second) : at;
}

/** Where the characters of these kinds end. */
function runEnd(bytes: Uint8Array, start: number, kinds: number): number {
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      if ((asciiKinds[byte]! & kinds) === 0) return at;
      at++;
    } else {
      const character = characterAt(bytes, at);
      if ((character & kinds) === 0) return at;
      at += widthIn(character);
    }
  }
  return at;
}
