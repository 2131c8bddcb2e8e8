import type { Precedent } from '../protocol/precedent.ts';
import { isWordByte, lineEnd } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { EarlierText } from './earlierText.ts';

/** Text that is compared: more of it stands elsewhere only where files are copies. */
const mostBytes = 1_000;

/** Where words are looked for. */
export interface Precedents {
  readonly tokenizer: Tokenizer;
  /** all documents but the one that is written */
  readonly others: Pick<EarlierText, 'longestMatch' | 'has'>;
}

/**
 * What there is elsewhere of a text that may come behind the place.
 * @param before the document up to the place @param behind what follows in it @param coming not empty
 */
export function precedentOf(
  precedents: Precedents,
  before: Uint8Array,
  behind: Uint8Array,
  coming: Uint8Array,
): Precedent {
  const { tokenizer, others } = precedents;
  const written = before.subarray(-mostBytes);
  const { start, end } = firstWord(written, coming);
  const text = new Uint8Array(written.length + end);
  text.set(written);
  text.set(coming.subarray(0, end), written.length);
  const { length: tokens } = others.longestMatch(tokenizer.encode(text), 1);
  const bytes = text.subarray(written.length + start);
  if (bytes.length === 0 || !isWordByte(bytes[0]!) || isDigit(bytes[0]!))
    return { word: null, isKnown: true, tokens };
  // What stands behind the place on its line may be what is predicted.
  const further = behind.subarray(lineEnd(behind));
  const isKnown = hasWord(before, bytes) || hasWord(further, bytes) || standsIn(precedents, bytes);
  return { word: new TextDecoder().decode(bytes), isKnown, tokens };
}

/** The first word of `coming`, or the one that is gone on with: where it begins, below 0 in what is written, and ends; all of it where there is none. */
function firstWord(
  written: Uint8Array,
  coming: Uint8Array,
): { readonly start: number; readonly end: number } {
  const first = coming.findIndex(isWordByte);
  if (first < 0) return { start: coming.length, end: coming.length };
  const after = coming.subarray(first).findIndex((byte) => !isWordByte(byte));
  const end = after < 0 ? coming.length : first + after;
  if (first > 0) return { start: first, end };
  let start = 0;
  while (written.length + start > 0 && isWordByte(written[written.length + start - 1]!)) start--;
  return { start, end };
}

/** Whether the word stands in a text as a whole. */
function hasWord(text: Uint8Array, word: Uint8Array): boolean {
  for (let at = text.indexOf(word[0]!); at >= 0; at = text.indexOf(word[0]!, at + 1)) {
    const end = at + word.length;
    const isWhole = !isWordAt(text, at - 1) && !isWordAt(text, end);
    if (isWhole && end <= text.length && word.every((byte, i) => text[at + i] === byte)) return true;
  }
  return false;
}

/** A word's tokens are the same wherever it stands, but for the space before it; no token begins or ends within it unless it is a part of another one. */
function standsIn({ tokenizer, others }: Precedents, word: Uint8Array): boolean {
  const alone = tokenizer.encode(word);
  const spaced = tokenizer.encode(Uint8Array.of(space, ...word));
  const byteOf = (id: number | null, at: number): number | undefined =>
    id === null || id >= tokenizer.endOfText ? undefined : tokenizer.tokenBytes(id).at(at);
  const isWord = (byte: number | undefined): boolean => byte !== undefined && isWordByte(byte);
  return (
    others.has(alone, (before, behind) => !isWord(byteOf(before, -1)) && !isWord(byteOf(behind, 0))) ||
    others.has(spaced, (_, behind) => !isWord(byteOf(behind, 0)))
  );
}

const space = 0x20;

function isWordAt(text: Uint8Array, at: number): boolean {
  return at >= 0 && at < text.length && isWordByte(text[at]!);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
