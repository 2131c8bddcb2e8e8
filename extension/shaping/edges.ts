import { kindOf, openAtLines } from './lexical.ts';
import { isBlank, type RefusalReason, type Shaped, type Surroundings, wouldJoin } from './place.ts';

/** Shorter texts are typed faster than read. */
const fewestCharacters = 4;

/** No blanks at the ends of lines, no blank lines at the end; what stands in a string is nobody's business. */
export function withoutTrailingBlanks(draft: Shaped, { syntax, open }: Surroundings): Shaped {
  const text = draft.text.trimEnd();
  const opened = openAtLines(text, syntax, open);
  const lines = text.split('\n').map((line, i) => {
    const next = opened[i + 1];
    return next !== undefined && kindOf(next) === 'string' ? line : line.trimEnd();
  });
  return { ...draft, text: lines.join('\n') };
}

/** A word that was cut is not shown, and neither is a text that would make one word with what follows. */
export function inWholeWords(draft: Shaped, { cut, restOfLine }: Surroundings): Shaped | RefusalReason {
  const text = cut ? draft.text.replace(/[\p{L}\p{N}\p{M}_]+$/u, '') : draft.text;
  return wouldJoin(text, restOfLine.slice(draft.replaced)) ? 'midWord' : { ...draft, text };
}

export function longEnough(draft: Shaped): Shaped | RefusalReason {
  return [...draft.text.trim()].length < fewestCharacters || isBlank(draft.text) ? 'tooShort' : draft;
}
