import { kindOf, openAtLines } from './lexical.ts';
import type { RefusalReason, Shaped, Surroundings } from './place.ts';

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

/** A word that was cut is not shown. */
export function inWholeWords(draft: Shaped, { cut }: Surroundings): Shaped {
  return cut ? { ...draft, text: draft.text.replace(/[\p{L}\p{N}\p{M}_]+$/u, '') } : draft;
}

export function longEnough(draft: Shaped): Shaped | RefusalReason {
  return isTooShort(draft.text) ? 'tooShort' : draft;
}

/** Blanks are not counted; no step adds anything else. */
export function isTooShort(text: string): boolean {
  return [...text.replaceAll(/\s/g, '')].length < fewestCharacters;
}
