import type { Tokenizer } from './bytePairTokenizer.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;

/** A text whose last tokens are to be chosen again. */
export interface Healed {
  /** what is left of the ids */
  readonly ids: number[];
  /** bytes of the text behind them: what the tokens that are chosen must agree with first */
  readonly typed: Uint8Array;
}

/**
 * Takes back the tokens of the last word or run of signs, because a text is rarely cut at the cursor where the tokenizer would cut it;
 * a line's indentation stays.
 * @param ids of the text's end
 * @param kept so many of them stay in any case
 */
export function heal(tokenizer: Tokenizer, ids: readonly number[], bytes: Uint8Array, kept: number): Healed {
  const run = lastRun(bytes);
  const left = [...ids];
  let back = 0;
  while (back < run && left.length > kept) back += tokenizer.tokenBytes(left.pop()!).length;
  return { ids: left, typed: bytes.subarray(bytes.length - back) };
}

/** Whether one of the token's bytes and what is typed begins with the other. */
export function agrees(tokenizer: Tokenizer, id: number, typed: Uint8Array): boolean {
  if (id >= tokenizer.endOfText) return false;
  const bytes = tokenizer.tokenBytes(id);
  const shared = Math.min(bytes.length, typed.length);
  for (let i = 0; i < shared; i++) if (bytes[i] !== typed[i]) return false;
  return true;
}

/** Index of the first byte of a line end; the text's length when there is none. */
export function lineEnd(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte) => byte === newline || byte === carriageReturn);
  return end < 0 ? bytes.length : end;
}

/** Where no spaces stand between words, so many characters are about one; all of a sentence would be chosen again, token by token. */
const mostWide = 3;

/** Length of the run of word bytes, or of signs, or of spaces within a line, at the end of the text. */
function lastRun(bytes: Uint8Array): number {
  const last = bytes.at(-1);
  if (last === undefined) return 0;
  const kind = kindOf(last);
  let length = 1;
  let wide = 0;
  while (wide < mostWide && length < bytes.length && kindOf(bytes[bytes.length - 1 - length]!) === kind) {
    length++;
    if (beginsWide(bytes[bytes.length - length]!)) wide++;
  }
  const before = bytes[bytes.length - 1 - length];
  if (kind === 'space' && (before === undefined || before === newline || before === carriageReturn)) return 0;
  return kind === 'newline' ? 0 : length;
}

/** A character from U+3000 on: Chinese, Japanese, Korean and their punctuation. */
function beginsWide(byte: number): boolean {
  return byte >= 0xe3;
}

/** Letters, digits and `_` of ASCII, and every byte of any other character. */
export function isWordByte(byte: number): boolean {
  return kindOf(byte) === 'word';
}

type Kind = 'word' | 'sign' | 'space' | 'newline';

function kindOf(byte: number): Kind {
  if (byte === newline || byte === carriageReturn) return 'newline';
  if (byte === space || byte === tab) return 'space';
  const letter = byte | 0x20;
  const word =
    (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte >= 0x80;
  return word ? 'word' : 'sign';
}
