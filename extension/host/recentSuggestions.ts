import type { Suggestion } from '../completion/suggester.ts';
import type { SuggestedHere, SuggestedTokens } from '../protocol/suggested.ts';

/** Suggestions that can be asked about; characters before the cursor that a place is known by. */
const [mostKept, tailCharacters] = [20, 256];

interface Kept {
  /** of the document */
  readonly name: string;
  /** the text before the cursor where it was shown, its end */
  readonly tail: string;
  readonly text: string;
  readonly made: SuggestedTokens;
  /** SHA-256 of the tokenizer whose tokens they are */
  readonly tokenizer: string;
}

/** The last suggestions of this window with what they were made of, so that why one came can still be asked when it has been taken. */
export class RecentSuggestions {
  #kept: readonly Kept[] = [];

  /**
   * @param prefix ends where they are shown
   * @param suggestions the one that is shown first comes first
   * @param tokenizer SHA-256 of the one that their tokens are of
   */
  add(name: string, prefix: string, suggestions: readonly Suggestion[], tokenizer: string): void {
    const tail = tailOf(prefix);
    const added = suggestions.flatMap(({ text, made, dedent }) =>
      // Whose line moves to the left does not stand behind what was there.
      made === null || dedent > 0 ? [] : [{ name, tail, text, made, tokenizer }],
    );
    this.#kept = [...added, ...this.#kept].slice(0, mostKept);
  }

  /**
   * The last one that is shown at the end of `prefix`, or was taken there, all of it or its beginning.
   * @param tokenizer of who is asked why
   * @returns null also where its tokens would be others to that
   */
  at(name: string, prefix: string, tokenizer: string): SuggestedHere | null {
    for (const { name: other, tail, text, made, tokenizer: cutBy } of this.#kept) {
      if (other !== name) continue;
      for (let taken = text.length; taken >= 0; taken--) {
        const begun = text.slice(0, taken);
        if (!prefix.endsWith(begun) || tailOf(prefix.slice(0, prefix.length - taken)) !== tail) continue;
        if (cutBy !== tokenizer) return null;
        const { length } = new TextEncoder().encode(begun);
        return { tokens: made.tokens, tokenizer, back: made.typed + length, typed: made.typed };
      }
    }
    return null;
  }
}

function tailOf(prefix: string): string {
  return prefix.slice(-tailCharacters);
}
