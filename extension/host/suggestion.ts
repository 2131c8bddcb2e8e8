/** Shorter texts are typed faster than read. */
const fewestCharacters = 4;
/** What editors put behind the cursor by themselves, and what may well stay behind an insertion. */
const onlyClosing = /^[\s)\]}>'"`;,:]*$/;
const openings = '([{';
const closings = ')]}';
const quotes = ['"', "'", '`'];

/** Whether text may be put between the cursor and the rest of its line without breaking what is there. */
export function mayInsertBefore(restOfLine: string): boolean {
  return onlyClosing.test(restOfLine);
}

/**
 * What of a completion is shown in front of the rest of the line: without what stands there already.
 * @returns null when too little is left
 */
export function shownText(completion: string, restOfLine: string): string | null {
  const text = withoutRest(completion, restOfLine.trimEnd());
  return text.trim().length < fewestCharacters ? null : text;
}

/** Drops the longest end of `text` that `rest` begins with, unless it closes what `text` itself opens. */
function withoutRest(text: string, rest: string): string {
  for (let length = Math.min(text.length, rest.length); length > 0; length--) {
    const kept = text.slice(0, -length);
    if (text.endsWith(rest.slice(0, length)) && !leavesOpen(kept)) return kept;
  }
  return text;
}

function leavesOpen(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (openings.includes(character)) depth++;
    else if (closings.includes(character)) depth = Math.max(0, depth - 1);
  }
  return depth > 0 || quotes.some((quote) => text.split(quote).length % 2 === 0);
}
