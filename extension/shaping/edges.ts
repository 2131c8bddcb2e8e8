import { kindOf, openAtLines } from './lexical.ts';
import { isBlank, type RefusalReason, type Shaped, type Surroundings } from './place.ts';

/** Shorter texts are typed faster than read. */
export const fewestCharacters = 4;

/**
 * Several lines do not end with one that opens a comment or a string, in which all that stands behind it would be, nor with a comment's blank
 * line.
 */
export function withoutBegunLines(draft: Shaped, { syntax, open }: Surroundings): Shaped {
  const lines = draft.text.split('\n');
  const opened = openAtLines(`${draft.text}\n`, syntax, open);
  const isBegun = (i: number): boolean => {
    const [before, after] = [opened[i]!, opened[i + 1]!];
    const line = lines[i]!.trim();
    if (['string', 'comment'].includes(kindOf(after)) && !before.includes(after.at(-1)!)) return true;
    if (kindOf(before) === 'comment') return line === '*';
    const isSign = (sign: string): boolean => [sign, `${sign}/`, `${sign}!`].includes(line);
    return kindOf(before) === 'code' && syntax.lineComments.some(isSign);
  };
  let count = lines.length;
  while (count > 1 && (isBlank(lines[count - 1]!) || isBegun(count - 1))) count--;
  return { ...draft, text: lines.slice(0, count).join('\n') };
}

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
