/** What pre-tokenization tells characters apart by; one bit each, so that a set of kinds is a sum. */
export const letter = 1;
export const mark = 2;
export const number = 4;
export const blank = 8;
export const lineBreak = 16;
/** everything else: punctuation, operators, emoji, format and control characters, bytes that are not UTF-8 */
export const symbol = 32;

const widthShift = 8;
const invalid = symbol | (1 << widthShift);

/** kind by ASCII byte */
export const asciiKinds = Uint8Array.from({ length: 0x80 }, (_, byte) => kindOf(byte));

/** Kind by code point, 0 = not asked for yet. Untouched pages of it cost no memory. */
const kinds = new Uint8Array(0x110000);

function kindOf(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (/[\r\n]/u.test(character)) return lineBreak;
  if (/[ \t]/u.test(character)) return blank;
  if (/[\p{L}_]/u.test(character)) return letter;
  if (/\p{M}/u.test(character)) return mark;
  return /\p{N}/u.test(character) ? number : symbol;
}

/** Kind of a character and its length in bytes, in one number. */
export function kindIn(character: number): number {
  return character & ((1 << widthShift) - 1);
}

export function widthIn(character: number): number {
  return character >> widthShift;
}

/**
 * The character that begins at byte `at`; a byte that begins no well-formed UTF-8 sequence counts as a symbol of its own.
 * A decoder that puts U+FFFD in such places (itself a symbol) comes to the same kinds in the same order.
 * @source Unicode 16.0, table 3-7: well-formed UTF-8 byte sequences
 */
export function characterAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return asciiKinds[first]! | (1 << widthShift);
  if (first < 0xc2 || first > 0xf4) return invalid;
  const second = continuation(bytes, at + 1);
  if (second < 0) return invalid;
  if (first < 0xe0) return nonAscii(((first & 0x1f) << 6) | second, 2);
  const third = continuation(bytes, at + 2);
  if (third < 0) return invalid;
  if (first < 0xf0) {
    const codePoint = ((first & 0x0f) << 12) | (second << 6) | third;
    // Surrogates are no characters either; their kind is that of a symbol, in one piece or in three.
    return codePoint < 0x800 ? invalid : nonAscii(codePoint, 3);
  }
  const fourth = continuation(bytes, at + 3);
  const codePoint = ((first & 0x07) << 18) | (second << 12) | (third << 6) | fourth;
  return fourth < 0 || codePoint < 0x10000 || codePoint > 0x10ffff ? invalid : nonAscii(codePoint, 4);
}

/** The six bits of a continuation byte, -1 where there is none. */
function continuation(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  return byte !== undefined && (byte & 0xc0) === 0x80 ? byte & 0x3f : -1;
}

function nonAscii(codePoint: number, width: number): number {
  let kind = kinds[codePoint]!;
  if (kind === 0) {
    kind = kindOf(codePoint);
    kinds[codePoint] = kind;
  }
  return kind | (width << widthShift);
}
