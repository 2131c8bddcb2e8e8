import type { HeldOutText } from './heldOutText.ts';

/** What a token is a part of: nothing that has a name, an identifier that the text has not used yet, or one that it repeats. */
export const tokenKinds = ['other', 'first', 'repeat'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Words that languages reserve: no identifiers, although some language would allow some of them. */
const keywords = new Set(
  `abstract and any as assert async await auto bool boolean break byte case catch chan char class const continue crate debugger
  def default defer del delete do double dyn elif else end enum except export extends extern fallthrough false False final finally
  float fn for from func function global go goto if impl implements import in instanceof int interface is lambda let long loop map
  match mod module move mut namespace native new nil None nonlocal not null number of operator or package pass private protected
  pub public raise range readonly ref return select self Self short signed sizeof static string struct super switch template this
  throw throws trait true True try type typedef typeof undefined union unknown unsafe unsigned use using var virtual void volatile
  where while with yield`.split(/\s+/),
);

export function isKeyword(word: string): boolean {
  return keywords.has(word);
}

const isWordByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 || /\w/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;

/**
 * For each token of a text the kind of what it lies in. An identifier is a run of letters, digits, `_` and bytes beyond ASCII that
 * neither begins with a digit nor is a keyword; words of comments are identifiers, too.
 */
export function identifierTokens({ bytes, ids, starts }: HeldOutText): TokenKind[] {
  const kinds = Array.from(ids, (): TokenKind => 'other');
  const used = new Set<string>();
  let token = 0;
  for (let at = 0; at < bytes.length;) {
    if (isWordByte[bytes[at]!] === 0) {
      at++;
      continue;
    }
    const start = at;
    while (at < bytes.length && isWordByte[bytes[at]!] === 1) at++;
    const word = String.fromCharCode(...bytes.subarray(start, at));
    if (isDigit(bytes[start]!) || keywords.has(word)) continue;
    const kind = used.has(word) ? 'repeat' : 'first';
    used.add(word);
    while (starts[token + 1]! <= start) token++;
    for (let i = token; i < ids.length && starts[i]! < at; i++) kinds[i] = kind;
  }
  return kinds;
}
