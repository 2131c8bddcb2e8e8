/**
 * A token's bytes as they cross a boundary: Latin-1, one character a byte. A control token has none: its name stands there, behind a
 * character that is no byte.
 */
const controlMark = '\u2400';

export function controlBytes(name: string): string {
  return `${controlMark}${name}`;
}

/** The name of a control token; null for every other one. */
export function controlName(bytes: string): string | null {
  return bytes.startsWith(controlMark) ? bytes.slice(controlMark.length) : null;
}

/** Bytes of the text that the token stands for. */
export function byteCount(bytes: string): number {
  return controlName(bytes) === null ? bytes.length : 0;
}

/** A token by what it says. */
export interface NamedToken {
  readonly id: number;
  /** Latin-1 or a name, as above: a token may end inside a UTF-8 character */
  readonly bytes: string;
}
