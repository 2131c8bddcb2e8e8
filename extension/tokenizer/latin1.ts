import { controlBytes } from '../protocol/tokenBytes.ts';
import type { Tokenizer } from './tokenizer.ts';

/** One character a byte: a token may end inside a UTF-8 character, so its bytes are no text. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** What a token says, as it crosses a boundary: see `protocol/tokenBytes.ts`. */
export function bytesOrName(tokenizer: Tokenizer, id: number): string {
  return id < tokenizer.endOfText
    ? latin1(tokenizer.tokenBytes(id))
    : controlBytes(tokenizer.controls[id - tokenizer.endOfText]!);
}
