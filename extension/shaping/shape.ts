import { balance } from './brackets.ts';
import { inWholeWords, isTooShort, longEnough, withoutBegunLines, withoutTrailingBlanks } from './edges.ts';
import { dedentClosing, indentAsDocument, indentWithinBlock } from './indentation.ts';
import { withoutBlockBelow, withoutLinesBelow, withoutRest } from './overlap.ts';
import {
  beginsWithinWord,
  mayInsertAt,
  type Place,
  type RefusalReason,
  type Shaped,
  type Surroundings,
  surroundingsOf,
  withLineFeeds,
} from './place.ts';
import { withoutRepetition } from './repetition.ts';
import { endWithScope, endWithTag } from './scope.ts';

export type { Place, RefusalReason, Shaped } from './place.ts';
export { mayInsertAt } from './place.ts';

type Step = (draft: Shaped, at: Surroundings) => Shaped | RefusalReason;

/** In this order: each is given what the one before it has left. */
const steps: readonly Step[] = [
  inWholeWords,
  endWithScope,
  endWithTag,
  indentAsDocument,
  dedentClosing,
  indentWithinBlock,
  balance,
  withoutBlockBelow,
  withoutRest,
  withoutLinesBelow,
  withoutRepetition,
  withoutBegunLines,
  withoutTrailingBlanks,
  longEnough,
];

/** One step may leave something for another before it; texts of code are settled after two rounds. */
const mostRounds = 16;

/**
 * What is shown of a text that the engine proposes, or why nothing is.
 * @param raw one line or several, to be inserted at the cursor
 * @param cut the text was ended by a limit, perhaps within a word
 * @param isBetween whoever proposed it knows that text follows on the line that is no mere closing
 */
export function shape(
  raw: string,
  place: Place,
  { cut = false, isBetween = false }: { readonly cut?: boolean; readonly isBetween?: boolean } = {},
): Shaped | { readonly refused: RefusalReason } {
  if (!isBetween && !mayInsertAt(place)) {
    return { refused: beginsWithinWord(place.suffix) ? 'midWord' : 'midLine' };
  }
  // Most proposals are this; the place need not be looked at.
  if (isTooShort(raw)) return { refused: 'tooShort' };
  let text = withLineFeeds(raw);
  let at = surroundingsOf(place, cut, text);
  for (let round = 1; ; round++) {
    let draft: Shaped = { text, replaced: 0, dedent: 0 };
    for (const step of steps) {
      const next = step(draft, at);
      if (typeof next === 'string') return { refused: next };
      draft = next;
    }
    if (draft.text === text || round === mostRounds) return draft;
    ({ text } = draft);
    at = { ...at, cut: false };
  }
}
