import { openBefore, type Opened, scanBehind, type Sign } from './lexical.ts';
import { type Syntax, syntaxOf } from './languages.ts';

/** Where a text would be put. */
export interface Place {
  readonly languageId: string;
  /** text before the cursor; its beginning may be cut */
  readonly prefix: string;
  /** text behind the cursor; its end may be cut. Its first line is the rest of the cursor's line */
  readonly suffix: string;
  readonly insertSpaces: boolean;
  /** columns to which a tab reaches */
  readonly tabSize: number;
  /** columns of one step of indentation; a tab may be two of them */
  readonly indentSize: number;
}

/** What is shown of a text. */
export interface Shaped {
  /** inserted at the cursor */
  readonly text: string;
  /** so many characters of the rest of the line go: brackets and quotes that the editor put there and that the text has itself */
  readonly replaced: number;
  /** so many characters of the indentation before the cursor go; then there is nothing but indentation before it */
  readonly dedent: number;
}

/**
 * Why nothing of a text is shown: text stands behind the cursor, or goes on with a word; it is there already, below or above; fewer
 * characters are left than it takes to read them.
 */
export type RefusalReason = 'midLine' | 'midWord' | 'alreadyBelow' | 'repeatsAbove' | 'tooShort';

/** A place and what follows from it, for every step the same. */
export interface Surroundings extends Place {
  /** the text may end within a word */
  readonly cut: boolean;
  readonly syntax: Syntax;
  /** the cursor's line up to the cursor */
  readonly lineSoFar: string;
  /** behind the cursor, without blanks at its end */
  readonly restOfLine: string;
  /** above the cursor's line, the nearest last; the first may be cut */
  readonly linesAbove: readonly string[];
  /** below the cursor's line */
  readonly linesBelow: readonly string[];
  /** what is open at the cursor, the innermost last */
  readonly open: readonly Opened[];
  /** what the text behind the cursor opens and closes */
  readonly behind: readonly Sign[];
  /** of them, what closes something that was open at the cursor, or nothing */
  readonly closers: readonly Sign[];
}

/** The cursor's line up to the cursor, when the text has come. */
export function headOf({ dedent }: Shaped, { lineSoFar }: Surroundings): string {
  return lineSoFar.slice(0, lineSoFar.length - dedent);
}

/** @param text that comes there */
export function surroundingsOf(place: Place, cut: boolean, text: string): Surroundings {
  const [prefix, suffix] = [withLineFeeds(place.prefix), withLineFeeds(place.suffix)];
  const syntax = syntaxOf(place.languageId);
  const open = openBefore(prefix + restOfTagName(prefix, text, syntax), syntax);
  const { signs } = scanBehind(suffix, syntax, open);
  const above = prefix.split('\n');
  const below = suffix.split('\n');
  return {
    ...place,
    cut,
    prefix,
    suffix,
    syntax,
    lineSoFar: above.at(-1)!,
    restOfLine: below[0]!.trimEnd(),
    linesAbove: above.slice(0, -1),
    linesBelow: below.slice(1),
    open,
    behind: signs,
    closers: signs.filter(({ closes }) => closes !== null && closes !== 'own'),
  };
}

/** What of a text goes on with the name of a tag: the whole name tells which end tag is its own. */
function restOfTagName(prefix: string, text: string, { tags }: Syntax): string {
  return tags && /<(?:[A-Za-z!][\w:.-]*)?$/.test(lastLine(prefix)) ? /^[\w:.-]*/.exec(text)![0] : '';
}

/** What editors put behind the cursor by themselves, and what may well stay behind an insertion. */
const onlyClosing = /^(?:[\s)\]}>'"`;,:]|<\/[\w:.-]*>|\*\/|-->)*$/;

/** Whether text may be put between the cursor and the rest of its line without breaking what is there. */
export function mayInsertAt({ suffix }: Pick<Place, 'prefix' | 'suffix'>): boolean {
  return onlyClosing.test(/^[^\r\n]*/.exec(suffix)![0]);
}

export function beginsWithinWord(text: string): boolean {
  return /^[\p{L}\p{N}\p{M}_]/u.test(text);
}

/** Whether text ends a tag, or types between brackets, where that is no sign of the syntax. */
export function endsTag(text: string, { syntax }: Pick<Surroundings, 'syntax'>): boolean {
  return !syntax.tags && /^\s*\/?>/.test(text);
}

/** Behind its last line end. By hand: a pattern would look at a long line once for each of its characters. */
export function lastLine(text: string): string {
  return text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}
