import { syntaxOf } from './languages.ts';
import { closedName, cutFrom, kindOf, type Opened, scan, type Scanned, type Sign } from './lexical.ts';
import { endsTag, isBlank, type Shaped, type Surroundings } from './place.ts';

/**
 * The text without closing signs that nothing opens or that stand behind the cursor already. Where it closes what the editor closed and
 * goes on, it replaces the editor's sign.
 */
export function balance(draft: Shaped, at: Surroundings): Shaped {
  let { text } = draft;
  for (;;) {
    const scanned = scan(text, at.syntax, at.open);
    if (kindOf(at.open) !== 'code' && scanned.left === at.open.length && !text.includes('\n')) {
      const words = amongWords(at);
      return { ...draft, ...closeOnce(text, scan(text, words.syntax, words.open), words) };
    }
    const end = at.syntax.scopes === 'none' ? -1 : firstStray(scanned, at);
    if (end >= 0) {
      text = text.slice(0, end);
      continue;
    }
    const closed = closeOnce(text, scanned, at);
    const shorter = worseUntil(scanned, closed.replaced, at) ?? swallowsFrom(text, scanned, closed, at);
    if (shorter === null) return { ...draft, ...closed };
    text = text.slice(0, shorter);
  }
}

/** In a string or a comment brackets are no syntax, but editors close them there, too. */
function amongWords(at: Surroundings): Surroundings {
  const syntax = syntaxOf('plaintext');
  const { open } = scan(at.lineSoFar, syntax);
  const behind = scan(at.restOfLine, syntax, open).signs;
  return { ...at, syntax, open, behind, closers: behind.filter(({ closes }) => closes === 'outer') };
}

type Closed = Pick<Shaped, 'text' | 'replaced'>;

/** Where the first sign stands that closes nothing; −1: nowhere. */
function firstStray({ signs }: Scanned, { prefix }: Surroundings): number {
  const mayBeCut = prefix.length >= cutFrom;
  const stray = signs.find(({ closes, crosses }) => crosses || (closes === 'nothing' && !mayBeCut));
  return stray?.at ?? -1;
}

/** What the text closes of what the editor closed is written once: it stays behind the text, or goes. */
function closeOnce(text: string, { signs, open, left }: Scanned, at: Surroundings): Closed {
  const outer = signs.filter(({ closes }) => closes === 'outer');
  const opened = open.slice(left);
  const [few, many] = signsToGo(outer.length, opened, at).map((most) => matchRest(text, outer, most, at));
  const straysBehind = (match: RestMatch | null): number => strays(open, signsFrom(match?.end ?? 0, at));
  const match = straysBehind(many!) < straysBehind(few!) ? many! : few!;
  if (match === null) return { text, replaced: 0 };
  const head = text.slice(0, match.from);
  const rest = at.restOfLine.slice(0, match.end);
  const endsWithRest = opened.length === 0 && text.slice(match.from).trim() === rest.trim();
  // In a line of its own a closing sign is kept, because the line break before it is.
  const ownLine = head.includes('\n') && isBlank(head.slice(head.lastIndexOf('\n')));
  // Blanks at a text's end are not shown, so what they stand before has to come with them.
  const isSpaced = /[ \t]$/.test(head) && !/^\s/.test(at.restOfLine);
  if (endsWithRest && !ownLine && !isSpaced) return { text: head, replaced: 0 };
  // The editor shows a replacement only where all of what goes comes again.
  return isWithin(rest, text) ? { text, replaced: match.end } : { text: head, replaced: 0 };
}

/**
 * How many signs behind the cursor may have to go: those that lose what they close to the text, without or with the ones that can close what
 * the text leaves open instead, as the bracket behind `} else {` can. Which it is, the lines below tell.
 * @param closed how many the text closes of those that were open
 * @param opened what the text leaves open
 */
function signsToGo(
  closed: number,
  opened: readonly Opened[],
  { closers, restOfLine }: Surroundings,
): readonly [few: number, many: number] {
  const losing = closers.filter(({ at }) => at < restOfLine.length).slice(0, closed);
  const names = opened.map(closedName).reverse();
  const few = losing.findIndex((_, first) => losing.slice(first).every(({ name }, i) => name === names[i]));
  return [few < 0 ? losing.length : few, losing.length];
}

interface RestMatch {
  /** where in the text the first sign is that stands behind the cursor, too */
  readonly from: number;
  /** how much of the rest of the line the text has itself */
  readonly end: number;
}

/** @param most closing signs */
function matchRest(
  text: string,
  outer: readonly Sign[],
  most: number,
  { restOfLine, closers }: Surroundings,
): RestMatch | null {
  let count = 0;
  let end = 0;
  let textEnd = 0;
  for (let position = 0; position < restOfLine.length; position++) {
    if (isBlank(restOfLine[position]!)) continue;
    const closer = closers.find(({ at }) => at === position);
    const sign = outer[count];
    if (closer !== undefined && sign?.name === closer.name && count < most) {
      count++;
      textEnd = sign.at + sign.length;
      position += Math.max(1, closer.length) - 1;
    } else {
      const follows = /^[ \t]*([;,:])/.exec(text.slice(textEnd));
      if (count === 0 || follows?.[1] !== restOfLine[position]) break;
      textEnd += follows![0].length;
    }
    end = position + 1;
  }
  return count === 0 ? null : { from: outer[0]!.at, end };
}

/** Where the text must end so that no closing sign behind it loses its opening one; null: it may stay as it is. */
function worseUntil({ signs, open, left }: Scanned, replaced: number, at: Surroundings): number | null {
  if (at.syntax.scopes === 'none') return null;
  // Until a comment or string of several lines is closed, all that stands behind it is in it.
  if (at.open.slice(left).some((opened) => spansLines(opened) && !isClosedHere(opened, at))) return null;
  const isWorse = strays(open, signsFrom(replaced, at)) > strays(at.open, at.behind);
  // The end of a tag would come a second time.
  const doubles = replaced > 0 && endsTag(at.restOfLine.slice(replaced), at);
  if (!isWorse && !doubles) return null;
  return signs.findLast(({ closes }) => closes === 'outer')?.at ?? null;
}

function spansLines(opened: Opened): boolean {
  const { kind, name, close, quotes } = opened;
  // Code within a string stands in one of several lines.
  if (kind === 'code') return closedName(opened) !== name;
  return kind === 'comment' ? close !== '\n' : quotes?.multiline === true;
}

/** The editor has closed it on the cursor's line. */
function isClosedHere(opened: Opened, { closers, restOfLine }: Surroundings): boolean {
  return closers.some(({ at, name }) => at < restOfLine.length && name === closedName(opened));
}

/** Whether what a text leaves open is what closing signs behind it have lost. @param replaced so much of the rest of the line goes */
export function opensWhatIsClosed(open: readonly Opened[], replaced: number, at: Surroundings): boolean {
  return strays(open, signsFrom(replaced, at)) < strays(at.open, signsFrom(replaced, at));
}

/** The element that a tag's end opens has no length, and goes with it. */
function signsFrom(start: number, { behind }: Surroundings): readonly Sign[] {
  return behind.filter(({ at, length }) => at >= start && at + length > start);
}

/** How many closing signs close nothing. */
function strays(open: readonly Opened[], behind: readonly Sign[]): number {
  const left = open.map(closedName);
  let count = 0;
  for (const { name, closes } of behind) {
    const index = left.lastIndexOf(name);
    if (closes === null) left.push(name.replace(/^\$/, ''));
    else if (index < 0) count++;
    else left.length = index;
  }
  return count;
}

/**
 * Where the text must end so that what stays behind it is neither in a string or comment that the text leaves open, nor a block's end
 * on the line of its last statement; null: it may stay as it is.
 */
function swallowsFrom(
  text: string,
  { signs, open, left }: Scanned,
  { text: kept, replaced }: Closed,
  { restOfLine }: Surroundings,
): number | null {
  const rest = restOfLine.slice(replaced).trim();
  if (rest === '' || kept.length < text.length) return null;
  const top = open.at(-1);
  if (open.length > left && (top?.kind === 'string' || top?.kind === 'comment')) {
    const { at } = signs.findLast(({ name, closes }) => name === top.name && closes === null)!;
    // What a string is, stands before its quote, as in r"…".
    return text.slice(0, at).replace(/[\p{L}\p{N}_]+$/u, '').length;
  }
  const lineEnd = text.indexOf('\n');
  return lineEnd >= 0 && /^(?:\}|<\/)/.test(rest) && open.length === left ? lineEnd : null;
}

/** Whether the characters of `part` all come in `text`, in their order. */
function isWithin(part: string, text: string): boolean {
  let from = 0;
  for (const character of part) {
    from = text.indexOf(character, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
