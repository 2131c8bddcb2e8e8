import type { ScoredToken } from '../protocol/prediction.ts';
import type { SuggestedTokens } from '../protocol/suggested.ts';
import { latin1 } from '../tokenizer/latin1.ts';

/**
 * What a text was made of. Its first tokens begin with what stood before the cursor and was chosen again, its last one may go on behind it:
 * where the line ends, or where others at its place go another way.
 * @param text as the engine gave it
 * @returns null where they don't make it
 */
export function suggestedTokens(
  prefix: string,
  text: string,
  tokens: readonly ScoredToken[],
): SuggestedTokens | null {
  const before = bytesOf(prefix.slice(-mostTyped));
  const made = tokens.map(({ bytes }) => bytes).join('');
  const wanted = bytesOf(text);
  const begun: number[] = [];
  for (let typed = made.indexOf(wanted); typed >= 0; typed = made.indexOf(wanted, typed + 1)) {
    if (!before.endsWith(made.slice(0, typed))) continue;
    const behind = made.slice(typed + wanted.length);
    if (/^(?:[\r\n]|$)/.test(behind)) return { tokens, typed };
    if (behind.length < tokens.at(-1)!.bytes.length) begun.push(typed);
  }
  return begun.length === 0 ? null : { tokens, typed: begun.at(-1)! };
}

/** Characters before the cursor: more than a word has that is being typed. */
const mostTyped = 256;

/** UTF-8, one character a byte. */
function bytesOf(text: string): string {
  return latin1(new TextEncoder().encode(text));
}
