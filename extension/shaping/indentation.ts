import { kindOf, openAtLines, scan } from './lexical.ts';
import type { Syntax } from './languages.ts';
import { isBlank, lastLine, type Place, type Shaped, type Surroundings, surroundingsOf } from './place.ts';

/** Columns of a line's indentation. */
export function widthOf(line: string, tabSize: number): number {
  let width = 0;
  for (const character of line) {
    if (character === '\t') width += tabSize - (width % tabSize);
    else if (character === ' ') width++;
    else break;
  }
  return width;
}

/** Indents the text's lines as the document does: with tabs or spaces, in steps of its own. */
export function indentAsDocument(draft: Shaped, at: Surroundings): Shaped {
  const { lineSoFar, open, syntax, tabSize } = at;
  if (syntax.tabsDiffer === true) return draft;
  const [first = '', ...others] = draft.text.split('\n');
  const opened = openAtLines(draft.text, syntax, open);
  const scale = scaleOf([lineSoFar + first, ...others], at);
  const shown = others.map((line, i) => {
    if (isBlank(line) || kindOf(opened[i + 1]!) === 'string') return line;
    return indentation(scale(widthOf(line, tabSize)), at) + line.trimStart();
  });
  return { ...draft, text: [firstLine(first, at), ...shown].join('\n') };
}

/** A line that has not begun yet may be indented further. */
function firstLine(first: string, at: Surroundings): string {
  const { lineSoFar, tabSize } = at;
  const leading = /^[ \t]*/.exec(first)![0];
  if (leading === '' || !isBlank(lineSoFar) || isBlank(first)) return first;
  const whole = indentation(widthOf(lineSoFar + leading, tabSize), at);
  return whole.startsWith(lineSoFar) ? whole.slice(lineSoFar.length) + first.trimStart() : first;
}

/** The cursor's line decides between tabs and spaces where it has some, else the editor's options do; a comment's ` *` has none. */
function indentation(width: number, { lineSoFar, insertSpaces, tabSize }: Surroundings): string {
  const leading = /^(?:\t|  )/.exec(lineSoFar);
  const spaces = leading === null ? insertSpaces : leading[0] !== '\t';
  return spaces ? ' '.repeat(width) : '\t'.repeat(Math.floor(width / tabSize)) + ' '.repeat(width % tabSize);
}

/** So many lines above show which steps a document takes. */
const linesLookedAt = 200;

const opensAnything = /[{([:>]\s*$/;
/** In brackets many indent twice as far, and behind the sign of a conditional expression by what it is wide. */
const opensBlock = /^(?!\s*[?:]\s).*[{:>]\s*$/;
/** Behind a colon words go on. */
const opensElement = /[{>]\s*$/;

/** A text that is indented in steps which the document never takes comes from a file with other steps: its own become the document's. */
function scaleOf(
  lines: readonly string[],
  { linesAbove, syntax, tabSize, indentSize }: Surroundings,
): (width: number) => number {
  const same = (width: number): number => width;
  if (syntax.scopes === 'none') return same;
  const steps = new Set(stepsOf(lines, tabSize, syntax.tags ? opensElement : opensBlock));
  const [step] = steps;
  if (step === undefined || steps.size > 1 || step === indentSize) return same;
  const base = widthOf(lines[0]!, tabSize);
  const further = lines.filter((line) => !isBlank(line)).map((line) => widthOf(line, tabSize) - base);
  if (further.some((columns) => columns < 0 || columns % step !== 0)) return same;
  const above = stepsOf(linesAbove.slice(-linesLookedAt), tabSize, opensAnything);
  if (above.some((other) => other !== indentSize)) return same;
  return (width) => base + ((width - base) / step) * indentSize;
}

/** By how many columns lines are further in than lines before them that open something. */
function stepsOf(lines: readonly string[], tabSize: number, opens: RegExp): number[] {
  const written = lines.filter((line) => !isBlank(line));
  return written.flatMap((line, i) => {
    const before = written[i - 1];
    if (before === undefined || !opens.test(before)) return [];
    const step = widthOf(line, tabSize) - widthOf(before, tabSize);
    return step > 0 ? [step] : [];
  });
}

/**
 * A line that begins with what closes a scope stands as far out as the line that opened it. Where the editor has indented the cursor's line
 * further and nothing else is in it, that indentation goes; in a line that has begun nothing before the cursor can change.
 */
export function dedentClosing(draft: Shaped, at: Surroundings): Shaped {
  const { lineSoFar, tabSize } = at;
  const [first = '', ...others] = draft.text.split('\n');
  if (lineSoFar === '' || !isBlank(lineSoFar) || isBlank(first)) return draft;
  const target = indentationOfOpening(first.trimStart(), at);
  if (target === null || target.length >= lineSoFar.length || !lineSoFar.startsWith(target)) return draft;
  const width = widthOf(lineSoFar, tabSize);
  const outwards = width - widthOf(target, tabSize);
  const next = others.find((line) => !isBlank(line));
  // Lines that follow the cursor's wrong indentation are as wrong.
  const follows = next !== undefined && widthOf(next, tabSize) > width;
  const moved = others.map((line) => {
    if (!follows || isBlank(line)) return line;
    return indentation(Math.max(0, widthOf(line, tabSize) - outwards), at) + line.trimStart();
  });
  return {
    ...draft,
    text: [first.trimStart(), ...moved].join('\n'),
    dedent: lineSoFar.length - target.length,
  };
}

/** @returns null where the line begins with nothing that closes */
function indentationOfOpening(line: string, at: Surroundings): string | null {
  const { syntax, open, lineSoFar, linesAbove, tabSize } = at;
  if (kindOf(open) !== 'code') return null;
  const [sign] = scan(line, syntax, open).signs;
  if (sign !== undefined && sign.at === 0 && sign.closes === 'outer') {
    return open.findLast(({ name }) => name === sign.name)?.indentation ?? null;
  }
  const word = /^\w+\b/.exec(line)?.[0];
  if (word === undefined || !syntax.dedents.includes(word)) return null;
  const width = widthOf(lineSoFar, tabSize);
  const written = linesAbove.filter((above) => !isBlank(above) && !isComment(above, syntax));
  const last = written.at(-1);
  // Further out than the line above, somebody has dedented it already.
  if (last === undefined || width < widthOf(last, tabSize)) return null;
  const isBeside = width === widthOf(last, tabSize) && !wholeInLine.test(last);
  if (isBeside && goesOnFrom[word]?.test(last.trimStart()) === true) return null;
  const isAfterCase = isBeside && casesBefore[word]?.test(last.trimStart()) === true;
  const opens = (above: string): boolean => {
    const columns = widthOf(above, tabSize);
    return columns < width || (isAfterCase && columns === width && /^\s*case\b/.test(above));
  };
  const opening = written.findLast(opens);
  if (opening === undefined) return null;
  const within = open.at(-1);
  const leaves = within !== undefined && widthOf(opening, tabSize) <= widthOf(within.indentation, tabSize);
  // In brackets it is part of an expression; what `end` ends may begin on the bracket's line.
  return leaves && word !== 'end' ? null : /^[ \t]*/.exec(opening)![0];
}

/** Lines whose statement is not ended by a word behind their body: by the word that may go on with it as far out. */
const goesOnFrom: Readonly<Record<string, RegExp>> = {
  else: /^(?:if|elif|elsif|elseif|unless|when|except|rescue)\b/,
  elif: /^(?:if|elif)\b/,
  elsif: /^(?:if|elsif|unless)\b/,
  elseif: /^(?:if|elseif)\b/,
  except: /^(?:try|except)\b/,
  finally: /^(?:try|except|else)\b/,
  when: /^(?:case|when)\b/,
};
/** Cases with what they do beside them, which may stand as far out as `case` itself, by the word that ends all of it. */
const casesBefore: Readonly<Record<string, RegExp>> = {
  end: /^(?:when|in|else)\b/,
  esac: /^[^()]*\).*;;\s*$/,
};
const wholeInLine = /\b(?:end|fi)\b|,\s*do:/;

/** All of the line. */
function isComment(line: string, { lineComments }: Syntax): boolean {
  return lineComments.some((sign) => line.trimStart().startsWith(sign));
}

/** What of a line is code, where it begins as code. */
function withoutComment(line: string, syntax: Syntax): string {
  const { signs, open } = scan(line, syntax);
  return kindOf(open) === 'comment' ? line.slice(0, signs.at(-1)!.at) : line;
}

/** Stands as far out as what opens the block around it, or further, in some way of writing. */
const outside = /^(?:(?:case|default|public|private|protected|signals|slots)\b|#|[\w.]+:(?!:))/;

/**
 * A text in an empty line that would stand as far out as what opens the block around it is moved to where the block's lines stand. The editor
 * leaves Tab to who indents as long as ghost text begins with indentation.
 */
export function indentWithinBlock(draft: Shaped, at: Surroundings): Shaped {
  const { lineSoFar, open, syntax, tabSize } = at;
  const [first = '', ...others] = draft.text.split('\n');
  if (!isBlank(lineSoFar) || isBlank(first) || kindOf(open) !== 'code') return draft;
  if (draft.dedent > 0 || outside.test(first.trimStart())) return draft;
  const [sign] = scan(first.trimStart(), syntax, open).signs;
  if (sign !== undefined && sign.at === 0 && sign.closes === 'outer') return draft;
  const width = widthOf(lineSoFar + first, tabSize);
  const inwards = (widthOfBlock(at, width) ?? width) - width;
  if (inwards <= 0) return draft;
  const whole = indentation(width + inwards, at);
  if (!whole.startsWith(lineSoFar)) return draft;
  const opened = openAtLines(draft.text, syntax, open);
  const moved = others.map((line, i) => {
    if (isBlank(line) || kindOf(opened[i + 1]!) === 'string') return line;
    return indentation(widthOf(line, tabSize) + inwards, at) + line.trimStart();
  });
  return { ...draft, text: [whole.slice(lineSoFar.length) + first.trimStart(), ...moved].join('\n') };
}

/** What an empty line lacks of the indentation of its block; empty also where that can't be told. */
export function missingIndentation(place: Place): string {
  if (!isBlank(lastLine(place.prefix))) return '';
  const at = surroundingsOf(place, false, '');
  const { lineSoFar, open, tabSize } = at;
  const width = widthOf(lineSoFar, tabSize);
  const block = kindOf(open) === 'code' ? widthOfBlock(at, width) : null;
  if (block === null || block <= width) return '';
  const whole = indentation(block, at);
  return whole.startsWith(lineSoFar) ? whole.slice(lineSoFar.length) : '';
}

/** Where the lines of the block stand, if a line of this width would not be one of them; null where that can't be told. */
function widthOfBlock(at: Surroundings, width: number): number | null {
  const { open, syntax, linesAbove, linesBelow, restOfLine, tabSize } = at;
  if (restOfLine !== '' || syntax.prose || syntax.tags) return null;
  const written = linesAbove.filter((line) => !isBlank(line));
  const within = open.at(-1);
  if (within === undefined) {
    const code = written.filter((line) => !isComment(line, syntax));
    const opens = syntax.scopes === 'indentation' && /:\s*$/.test(withoutComment(code.at(-1) ?? '', syntax));
    const outer = opens ? widthOfStatement(code, at) : -1;
    return width <= outer ? outer + tabSize : null;
  }
  const edge = widthOf(within.indentation, tabSize);
  if (width > edge) return null;
  const isOutside = (line: string): boolean => widthOf(line, tabSize) <= edge;
  const opens = (line: string): boolean => scan(line, syntax).open.some(({ name }) => name === within.name);
  const first = written.findLastIndex(isOutside) + 1;
  const opening = written.findLastIndex(
    (line) =>
      isOutside(line) && (opens(line) || !(isComment(line, syntax) || outside.test(line.trimStart()))),
  );
  // Where another line stands as far out as the one that opens the block, so may this one.
  if (opening < 0 || !opens(written[opening]!)) return null;
  const outer = widthOfStatement(written.slice(0, opening + 1), at);
  if (width > outer) return null;
  const siblings = written.slice(first).map((line) => widthOf(line, tabSize));
  if (siblings.length > 0) return Math.min(...siblings);
  const below = linesBelow.find((line) => !isBlank(line));
  const isFlat = below !== undefined && widthOf(below, tabSize) <= outer && !/^\s*[)\]}]/.test(below);
  return isFlat || !/[{([]\s*$/.test(written.at(-1)!) ? null : outer + tabSize;
}

/** What is further in behind a line that ends otherwise goes on with it. */
const ended = /(?:[;{}([:>,]|\*\/)\s*$|^\s*(?:#|$)/;

/** Where the statement begins that the last line goes on with: in brackets that it closes, or without an end of the line before it. */
function widthOfStatement(lines: readonly string[], { syntax, tabSize }: Surroundings): number {
  let depth = 0;
  const first = lines.findLastIndex((line, i) => {
    const { signs, open } = scan(line, syntax);
    const closing = signs.filter(({ name, closes }) => closes === 'nothing' && name !== '{');
    depth += closing.length - open.filter(({ name }) => name === '(' || name === '[').length;
    const before = withoutComment(lines[i - 1] ?? '', syntax);
    const goesOn = widthOf(before, tabSize) < widthOf(line, tabSize) && !ended.test(before);
    return depth < 0 || (depth === 0 && !goesOn);
  });
  return widthOf(lines[first] ?? lines.at(-1)!, tabSize);
}
