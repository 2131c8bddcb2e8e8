/** The bytes that are written as the Latin-1 character of the same number. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
}

/** One visible character for each byte: printable ones stand for themselves, the others are U+0100, U+0101, … @source GPT-2, `bytes_to_unicode` */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
})();

const bytesByCharacter = new Map(byteCharacters.map((character, byte) => [character, byte]));

export function toByteAlphabet(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byteCharacters[byte]!).join('');
}

/** @returns null, when a character is not in the alphabet */
export function fromByteAlphabet(text: string): Uint8Array | null {
  const bytes = Array.from(text, (character) => bytesByCharacter.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : null;
}
