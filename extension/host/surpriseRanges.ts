import type { Surprise } from '../protocol/inspecting.ts';
import { controlName } from '../protocol/tokenBytes.ts';

/** Bits from which on each band begins: what is less surprising is not marked. */
export const bandsFromBits = [1, 4, 8] as const;

/** A part of a text in UTF-16 code units, and how surprising it is. */
export interface SurpriseRange extends Pick<Surprise, 'bits' | 'rank' | 'others'> {
  readonly start: number;
  readonly end: number;
  /** index into bandsFromBits; −1: not surprising */
  readonly band: number;
}

/**
 * Where the tokens of a text are in its document: a token that ends inside a character counts to its end.
 * @param text as it was sent, with line feeds
 * @param lineEndUnits code units of a line's end in the document
 */
export function surpriseRanges(
  text: string,
  surprises: readonly Surprise[],
  lineEndUnits: 1 | 2,
): SurpriseRange[] {
  const offsets = unitsByByte(text, lineEndUnits);
  return surprises.map(({ start, length, bits, rank, others }) => ({
    start: offsets[start]!,
    end: offsets[start + length]!,
    bits,
    rank,
    others,
    band: bandsFromBits.filter((least) => bits >= least).length - 1,
  }));
}

/**
 * For each byte of the text's UTF-8 form, and for its end: the first code unit of the document's character; inside of a character: the unit
 * behind it.
 */
function unitsByByte(text: string, lineEndUnits: number): Uint32Array {
  const bytes = new TextEncoder().encode(text).length;
  const offsets = new Uint32Array(bytes + 1);
  let [byte, unit] = [0, 0];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    offsets[byte] = unit;
    unit += character === '\n' ? lineEndUnits : character.length;
    offsets.fill(unit, byte + 1, byte + width);
    byte += width;
  }
  offsets[byte] = unit;
  return offsets;
}

/** A token as it is quoted: what of a character is cut, and what can't be seen, by a mark or its name. */
export function quotedToken(bytes: string): string {
  const name = controlName(bytes);
  if (name !== null) return name;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)),
  );
  return quotedText(text);
}

/** Text of a file in one line, in which blanks are seen and nothing changes the order of what stands beside it. */
export function quotedText(text: string): string {
  return text
    .replace(/\r\n|\r|\n/g, '⏎')
    .replaceAll('\t', '→')
    .replaceAll(' ', '·')
    .replace(/[\p{C}\p{Z}]/gu, (character) => {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      return `⟨U+${code}⟩`;
    });
}
