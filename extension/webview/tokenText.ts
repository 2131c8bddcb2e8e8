import { controlName } from '../protocol/tokenBytes.ts';
import { phrases } from './phrases/phrases.ts';

/** A piece of a token as it is shown: plain text, a visible mark for something invisible, or bytes that are no character. */
export interface TokenPiece {
  readonly kind: 'text' | 'mark' | 'bytes';
  readonly shown: string;
  /** for a screen reader; marks are named, so that a space is heard */
  readonly spoken: string;
}

/** Only characters that every font has: others are named between brackets. */
const marks = new Map<string, readonly [shown: string, name: keyof typeof phrases.characters]>([
  [' ', ['·', 'space']],
  ['\t', ['→', 'tab']],
  ['\n', ['⏎', 'lineBreak']],
  ['\r', ['⟨CR⟩', 'carriageReturn']],
  ['\u007f', ['⟨DEL⟩', 'delete']],
  ['\u00a0', ['⟨NBSP⟩', 'noBreakSpace']],
]);

/** Everything that has no shape of its own or that changes the order of its neighbours. */
const invisible = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
const combining = /\p{M}/u;

/**
 * The pieces of a token, in order.
 * @param bytes as `tokenBytes.ts` says: a token may begin or end inside a UTF-8 character
 */
export function tokenPieces(bytes: string): TokenPiece[] {
  const control = controlName(bytes);
  if (control !== null) return [{ kind: 'mark', shown: control, spoken: control.replaceAll(/[<|>]/g, '') }];
  const pieces: TokenPiece[] = [];
  let text = '';
  let loose: string[] = [];
  const flushText = (): void => {
    if (text !== '') pieces.push({ kind: 'text', shown: text, spoken: text });
    text = '';
  };
  const flushLoose = (): void => {
    if (loose.length > 0) {
      const bytes = loose.join(' ');
      const spoken = loose.length === 1 ? phrases.looseByte(bytes) : phrases.looseBytes(bytes);
      pieces.push({ kind: 'bytes', shown: `⟨${bytes}⟩`, spoken });
    }
    loose = [];
  };
  for (let at = 0; at < bytes.length;) {
    const character = characterAt(bytes, at);
    if (character === null) {
      flushText();
      loose.push(bytes.charCodeAt(at).toString(16).toUpperCase().padStart(2, '0'));
      at += 1;
      continue;
    }
    flushLoose();
    const mark = markOf(character, text === '');
    if (mark === null) text += character;
    else {
      flushText();
      pieces.push(mark);
    }
    at += utf8Length(bytes.charCodeAt(at));
  }
  flushText();
  flushLoose();
  return pieces;
}

/** The token in words: runs of one mark are counted, so that an indentation is heard as "8 spaces". */
export function spokenToken(pieces: readonly TokenPiece[]): string {
  const words: string[] = [];
  for (let start = 0; start < pieces.length;) {
    const piece = pieces[start]!;
    let end = start + 1;
    if (piece.kind === 'mark') while (pieces[end]?.spoken === piece.spoken) end += 1;
    words.push(end - start > 1 ? phrases.repeated(end - start, piece.spoken) : piece.spoken);
    start = end;
  }
  return words.join(' ');
}

export function tokenInWords(bytes: string): string {
  return spokenToken(tokenPieces(bytes));
}

/** A character whose bytes are in several tokens. */
export interface CutCharacter {
  readonly bytes: string;
  /** what of it is in each of the tokens */
  readonly parts: readonly { readonly position: number; readonly bytes: string }[];
}

/** The characters of a text that are cut across its tokens. @param tokens as `tokenBytes.ts` says */
export function cutCharacters(tokens: readonly string[]): CutCharacter[] {
  const positions: number[] = [];
  const text = tokens
    .map((bytes, position) => {
      // Nothing goes on behind a control token.
      const ofText = controlName(bytes) === null ? bytes : '\0';
      for (let i = 0; i < ofText.length; i++) positions.push(position);
      return ofText;
    })
    .join('');
  const cut: CutCharacter[] = [];
  for (let at = 0; at < text.length;) {
    const length = characterAt(text, at) === null ? 1 : utf8Length(text.charCodeAt(at));
    const [first, last] = [positions[at]!, positions[at + length - 1]!];
    if (first !== last) {
      const parts = Array.from({ length: last - first + 1 }, (_, i) => ({
        position: first + i,
        bytes: text.slice(
          Math.max(at, positions.indexOf(first + i)),
          Math.min(at + length, positions.lastIndexOf(first + i) + 1),
        ),
      }));
      cut.push({ bytes: text.slice(at, at + length), parts: parts.filter(({ bytes }) => bytes !== '') });
    }
    at += length;
  }
  return cut;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The character whose UTF-8 form begins at `at`, or null where there is none. */
function characterAt(bytes: string, at: number): string | null {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return bytes[at]!;
  const length = utf8Length(lead);
  if (length === 0 || at + length > bytes.length) return null;
  const encoded = Uint8Array.from({ length }, (_, i) => bytes.charCodeAt(at + i));
  // A lead byte alone does not tell an overlong form or a surrogate; the platform's decoder does.
  try {
    return decoder.decode(encoded);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Bytes of the UTF-8 form that begins with `lead`; 0 when none does. */
function utf8Length(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

function markOf(character: string, isFirst: boolean): TokenPiece | null {
  const known = marks.get(character);
  if (known !== undefined) return { kind: 'mark', shown: known[0], spoken: phrases.characters[known[1]] };
  const code = character.codePointAt(0)!;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (invisible.test(character)) return { kind: 'mark', shown: `⟨${name}⟩`, spoken: name };
  // A combining mark would join whatever is drawn before the token.
  if (isFirst && combining.test(character)) {
    return { kind: 'mark', shown: `◌${character}`, spoken: phrases.combining(name) };
  }
  return null;
}
