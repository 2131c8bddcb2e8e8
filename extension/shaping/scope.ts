import { closedName, cutFrom, openAtLines, scan, type Sign } from './lexical.ts';
import { widthOf } from './indentation.ts';
import { endsTag, isBlank, type Shaped, type Surroundings } from './place.ts';

/** The text up to the end of the scope that it is written in: what closes that, or stands further out, is not its business. */
export function endWithScope(draft: Shaped, at: Surroundings): Shaped {
  const firstEnd = draft.text.indexOf('\n');
  if (firstEnd < 0 || at.syntax.scopes === 'none') return draft;
  const byBrackets = draft.text.slice(0, endByBrackets(draft.text, firstEnd, at));
  if (at.syntax.scopes !== 'indentation') return { ...draft, text: byBrackets };
  return { ...draft, text: byBrackets.split('\n').slice(0, linesOfBlock(byBrackets, at)).join('\n') };
}

/** In code with markup in it, such as JSX: the text up to what ends a tag, or an element, and stands behind the cursor already. */
export function endWithTag(draft: Shaped, at: Surroundings): Shaped {
  const { restOfLine, syntax } = at;
  if (endsTag(restOfLine, at)) return { ...draft, text: withinTag(draft.text) };
  const name = /^[^<]*<\/([\w.:-]*)>/.exec(restOfLine)?.[1];
  if (name === undefined || syntax.tags) return draft;
  const tags = new RegExp(
    `<(/?)${name.replaceAll('.', '\\.')}(?=${name === '' ? '>' : '[\\s/>]'})[^<]*`,
    'g',
  );
  let depth = 0;
  for (const { 0: tag, 1: slash, index } of draft.text.matchAll(tags)) {
    if (slash === '' && !tag.includes('/>')) depth++;
    if (slash !== '' && --depth < 0) return { ...draft, text: draft.text.slice(0, index) };
  }
  return draft;
}

/** Up to the bracket that ends a tag, or types between brackets, and is no arrow. */
function withinTag(text: string): string {
  let depth = 0;
  for (const { 0: sign, index } of text.matchAll(/<(?=[\w>/])|(?<![-=?|])>(?!=)/g)) {
    if (sign === '<') depth++;
    else if (--depth < 0) return text.slice(0, index).replace(/\/$/, '');
  }
  return text;
}

/** A closing sign that the editor has put behind the cursor may be the text's last line, because it is replaced. */
function endByBrackets(text: string, firstEnd: number, at: Surroundings): number {
  const behind = at.closers.filter((sign) => sign.at < at.restOfLine.length && isScope(sign)).length;
  const closing = scan(text, at.syntax, at.open).signs.filter(
    (sign) => sign.closes !== null && sign.closes !== 'own' && isScope(sign),
  );
  const first = scan(text.slice(0, firstEnd), at.syntax, at.open);
  const closesBlock = closing.some((sign) => sign.at < firstEnd && /^[{<]/.test(sign.name));
  if (closesBlock && first.open.length === first.left) return firstEnd;
  const unclosed = behind === 0 ? leftOpen(at) : 0;
  for (const [index, sign] of closing.entries()) {
    if (sign.at < firstEnd || index < unclosed) continue;
    if (index >= behind) return sign.at;
    const end = text.indexOf('\n', sign.at);
    return end < 0 ? text.length : end;
  }
  return text.length;
}

/**
 * How many scopes, the innermost, nothing behind the cursor closes, because an accepted text has opened them: the next closing sign there is
 * another, or stands further out than the line that opened them.
 */
function leftOpen({ open, closers, suffix, tabSize }: Surroundings): number {
  const scopes = open.filter(isScope);
  const next = closers.find(isScope);
  if (next === undefined) return suffix.length < cutFrom ? scopes.length : 0;
  const width = widthOf(suffix.slice(suffix.lastIndexOf('\n', next.at) + 1), tabSize);
  const closed = scopes.findLastIndex(
    (opened) => closedName(opened) === next.name && widthOf(opened.indentation, tabSize) <= width,
  );
  return scopes.length - 1 - closed;
}

function isScope({ name }: Pick<Sign, 'name'>): boolean {
  return /^[([{<]/.test(name) && !name.startsWith('<!');
}

/** How many lines are not further out than the first; lines within brackets or strings are where they like. */
function linesOfBlock(text: string, { lineSoFar, open, syntax, tabSize }: Surroundings): number {
  const [first = '', ...others] = text.split('\n');
  const lines = [lineSoFar + first, ...others];
  const block = isBlank(first) ? lines.slice(1).find((line) => !isBlank(line)) : lines[0];
  if (block === undefined) return lines.length;
  const width = widthOf(block, tabSize);
  const opened = openAtLines(text, syntax, open);
  const end = lines.findIndex(
    (line, i) => i > 0 && !isBlank(line) && opened[i]!.length === 0 && widthOf(line, tabSize) < width,
  );
  return end < 0 ? lines.length : end;
}
