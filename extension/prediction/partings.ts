import type { ScoredToken } from '../protocol/prediction.ts';

/** A token that was chosen, its probability being its share of what may come at its place. */
export interface ChosenToken extends ScoredToken {
  /** the likeliest of what may come there, itself among them; absent: nobody has looked at another */
  readonly among?: readonly Pick<ScoredToken, 'bytes' | 'probability'>[];
}

/** So many are looked at: what begins as one of them and is not among them comes seldom. */
export const mostAmong = 12;

/** Where a text may end within a token, or with it: up to there others at its place begin as it does. */
export interface Parting {
  /** bytes of the token */
  readonly length: number;
  /** how much of what may come at its place begins with them */
  readonly share: number;
  /** and how much of that goes on with the same part of a word */
  readonly onward: number;
}

/**
 * A text that ends where others go another way is right as often as any of them comes: `(` with each token that begins with it. The last is
 * the token's end.
 * @param typed so many of its bytes are there already
 */
export function partings(token: ChosenToken, typed: number): readonly Parting[] {
  const { bytes, probability, among = [] } = token;
  // An indentation is no part of another that is deeper.
  const others = /^[\r\n]/.test(bytes) ? [] : among.filter((other) => other.bytes !== bytes);
  const found: Parting[] = [];
  let alike = [{ bytes, probability }, ...others];
  for (let length = 1; length <= bytes.length; length++) {
    alike = alike.filter((other) => other.bytes.startsWith(bytes.slice(0, length)));
    const next = bytes[length];
    const goOn = alike.filter((other) => other.bytes.length > length);
    const isParting =
      next === undefined || goOn.length < alike.length || goOn.some((other) => other.bytes[length] !== next);
    if (length <= typed || !isParting || !mayEnd(bytes, length)) continue;
    const within = goOn.filter((other) => isPartOfWord(bytes.slice(0, length), other.bytes.slice(length)));
    found.push({ length, share: sumOf(alike), onward: sumOf(within) });
  }
  return found;
}

/** Behind a whole character, and no blank: at its end a text has none. A token's end may be anywhere. */
function mayEnd(bytes: string, length: number): boolean {
  return (
    length === bytes.length || (!/[ \t]/.test(bytes[length - 1]!) && !/[\x80-\xbf]/.test(bytes[length]!))
  );
}

function sumOf(tokens: readonly { readonly probability: number }[]): number {
  return tokens.reduce((sum, { probability }) => sum + probability, 0);
}

/** Whether a word goes on from one text to the other, and there not with the next of its parts, of which part_of_word and partOfWord have three. */
export function isPartOfWord(text: string, next: string): boolean {
  const around = text.slice(-1) + next.slice(0, 1);
  return /^[\w\x80-\xff]{2}$/.test(around) && !/^(?:_[^_]|[a-z\d][A-Z])$/.test(around);
}
