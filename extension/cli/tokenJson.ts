import type { ScoredToken } from '../protocol/prediction.ts';
import { controlName } from '../protocol/tokenBytes.ts';

export interface TokenJson {
  readonly id: number;
  /** what the bytes say as UTF-8, U+FFFD where they say nothing */
  readonly text: string;
  /** hexadecimal; present when `text` does not give the bytes back: a control token has a name and none */
  readonly bytes?: string;
}

export interface ScoredTokenJson extends TokenJson {
  readonly logit: number;
  readonly probability: number;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

export function scoredTokenJson({ id, bytes, logit, probability }: ScoredToken): ScoredTokenJson {
  return { ...tokenJson(id, bytes), logit, probability };
}

/** @param latin1 as `tokenBytes.ts` says: a token may end inside a UTF-8 character */
export function tokenJson(id: number, latin1: string): TokenJson {
  const name = controlName(latin1);
  if (name !== null) return { id, text: name, bytes: '' };
  const bytes = Uint8Array.from(latin1, (character) => character.charCodeAt(0));
  const text = utf8.decode(bytes);
  return isText(bytes) ? { id, text } : { id, text, bytes: hexadecimal(bytes) };
}

function isText(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
