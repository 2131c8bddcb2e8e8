/** One character a byte: a token may end inside a UTF-8 character, so its bytes are no text. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
