import { opensWhatIsClosed } from './brackets.ts';
import { widthOf } from './indentation.ts';
import { scan } from './lexical.ts';
import { endsTag, headOf, isBlank, type RefusalReason, type Shaped, type Surroundings } from './place.ts';

/** Drops the end of the text that the rest of the line has already. */
export function withoutRest(draft: Shaped, at: Surroundings): Shaped {
  const { text } = draft;
  const rest = at.restOfLine.slice(draft.replaced);
  // The text ends before that already, and what it closes it has opened.
  if (endsTag(rest, at)) return draft;
  for (let length = Math.min(text.length, rest.length); length > 0; length--) {
    const kept = text.slice(0, -length);
    if (
      text.endsWith(rest.slice(0, length)) &&
      !isBlank(rest.slice(0, length)) &&
      !leavesMoreOpen(kept, text, at)
    ) {
      return { ...draft, text: kept };
    }
  }
  return draft;
}

/** Where the block that the text's first line opens stands below already, as its line is written anew, the text is that line. */
export function withoutBlockBelow(draft: Shaped, at: Surroundings): Shaped {
  const { linesBelow, open, syntax, tabSize } = at;
  const [first = '', ...others] = draft.text.split('\n');
  const head = headOf(draft, at) + first;
  const isFurtherIn = (line: string | undefined): boolean =>
    line !== undefined && widthOf(line, tabSize) > widthOf(head, tabSize);
  const isWritten = (line: string): boolean => !isBlank(line);
  if (isBlank(head) || !isFurtherIn(others.find(isWritten)) || !isFurtherIn(linesBelow.find(isWritten)))
    return draft;
  const behind = scan(first, syntax, open).open;
  const isOpened =
    opensWhatIsClosed(behind, draft.replaced, at) || (behind.length === 0 && syntax.scopes === 'indentation');
  return isOpened ? { ...draft, text: first } : draft;
}

/** Drops the lines at the text's end that are the next lines already; a line that is the next one as a whole is not written again. */
export function withoutLinesBelow(draft: Shaped, at: Surroundings): Shaped | RefusalReason {
  const below = at.linesBelow.filter((line) => !isBlank(line));
  const lines = draft.text.split('\n');
  const head = headOf(draft, at);
  const whole = lines.map((line, i) => {
    const before = i === 0 ? head + line : line;
    return i === lines.length - 1 ? before + at.restOfLine.slice(draft.replaced) : before;
  });
  // Where it stands tells one `end` from the next. The first line somebody else has indented.
  const isSame = (i: number, other = ''): boolean => {
    const rest = restOf(other.trim(), whole[i]!.trim());
    const isThere = rest === '' || (i === lines.length - 1 && rest !== null && onlyEnds.test(rest));
    return isThere && (i === 0 || widthOf(whole[i]!, at.tabSize) === widthOf(other, at.tabSize));
  };
  if (isBehind(lines, at.restOfLine.slice(draft.replaced), below)) return 'alreadyBelow';
  for (let from = 0; from < lines.length; from++) {
    const tail = [...lines.keys()].filter((i) => i >= from && !isBlank(whole[i]!));
    if (tail.length === 0 || !tail.every((i, n) => isSame(i, below[n]))) continue;
    if (from === 0) {
      if (tail.some((i) => /[\p{L}\p{N}]/u.test(whole[i]!))) return 'alreadyBelow';
      continue;
    }
    const kept = lines.slice(0, from).join('\n');
    const isClosedBelow = (): boolean =>
      opensWhatIsClosed(scan(kept, at.syntax, at.open).open, draft.replaced, at);
    if (!leavesMoreOpen(kept, draft.text, at) || isClosedBelow()) return { ...draft, text: kept };
  }
  return draft;
}

/** Signs that are less sure than what they end. */
const onlyEnds = /^[)\]}"'`;,]+$/;

/** What a line has beyond a text that it begins with; null: it does not. Of signs alone nothing is missing. */
function restOf(line: string, text: string): string | null {
  if (line === text) return '';
  return line.startsWith(text) && /[\p{L}\p{N}]/u.test(text) ? line.slice(text.length) : null;
}

/** Whether a text of several lines is what stands behind the cursor, the rest of the line included. */
function isBehind([first, ...others]: readonly string[], rest: string, below: readonly string[]): boolean {
  const written = others.filter((line) => !isBlank(line)).map((line) => line.trim());
  return (
    !isBlank(rest) &&
    first!.trim() === rest.trim() &&
    written.length > 0 &&
    written.every((line, i) => line === below[i]?.trim())
  );
}

/** Whether the end that `kept` lacks of `text` closes something that `kept` opens. */
function leavesMoreOpen(kept: string, text: string, { syntax, open }: Surroundings): boolean {
  const [short, long] = [scan(kept, syntax, open), scan(text, syntax, open)];
  return short.open.length - short.left > long.open.length - long.left;
}
