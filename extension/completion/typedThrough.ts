import { withLineFeeds } from '../shaping/place.ts';
import type { Question, Suggestion } from './suggester.ts';

interface Shown {
  readonly question: Question;
  readonly suggestions: readonly Suggestion[];
}

/**
 * What is left of suggestions when some of their text has been typed since, so that nobody has to be asked.
 * @returns nothing when the text around the cursor is another, or when all of them are typed
 */
export function typedThrough({ question, suggestions }: Shown, now: Question): Suggestion[] {
  const [before, after] = [question.place, now.place];
  if (question.name !== now.name || before.languageId !== after.languageId) return [];
  if (!after.prefix.startsWith(before.prefix) || after.suffix !== before.suffix) return [];
  const typed = withLineFeeds(after.prefix.slice(before.prefix.length));
  return suggestions.flatMap((suggestion) => {
    const { text, dedent } = suggestion;
    const goesOn = text.startsWith(typed) && text.length > typed.length;
    // Whose line moves to the left is another line by the first key.
    return goesOn && (dedent === 0 || typed === '')
      ? [{ ...suggestion, text: text.slice(typed.length) }]
      : [];
  });
}
