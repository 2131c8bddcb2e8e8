import { type Quotes, type Syntax, syntaxOf } from './languages.ts';

/** `markup`: around the code of a template */
export type TextKind = 'code' | 'string' | 'comment' | 'markup';

/** A bracket, quote, comment or tag that is open. */
export interface Opened {
  /** the sign, or a tag's name */
  readonly name: string;
  /** what is within it */
  readonly kind: TextKind;
  /** how it ends; null: by the sign that pairs with it in code */
  readonly close: string | null;
  readonly quotes: Quotes | null;
  /** of markup that is between its angle brackets */
  readonly tag: string | null;
  /** of the line that it stands on */
  readonly indentation: string;
}

/** What a closing sign closes: something of the same text, something from before it, or nothing. */
export type Pairing = 'own' | 'outer' | 'nothing';

/** A sign of code that opens or closes. */
export interface Sign {
  readonly at: number;
  readonly length: number;
  /** of a closing sign the name of what it closes */
  readonly name: string;
  /** null: it opens */
  readonly closes: Pairing | null;
  /** what it closes stands around something that is still open */
  readonly crosses: boolean;
}

export interface Scanned {
  readonly signs: readonly Sign[];
  /** what is open behind the text, the innermost last */
  readonly open: readonly Opened[];
  /** how many of those that were open before still are */
  readonly left: number;
}

const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
/** HTML elements that have no end tag. */
const voids = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|!.*)$/i;

/** What a text opens and closes. @param from what is open before it */
export function scan(text: string, syntax: Syntax, from: readonly Opened[] = []): Scanned {
  return new Scanner(text, syntax, from).run();
}

/** What a place is in: the text before it decides, whose beginning may be cut. */
export function placeKind(prefix: string, languageId: string): TextKind {
  return kindOf(openBefore(prefix, syntaxOf(languageId)));
}

/** Whether words stand there for people. */
export function isProse(prefix: string, languageId: string): boolean {
  const kind = placeKind(prefix, languageId);
  return kind === 'comment' || (kind === 'string' && syntaxOf(languageId).stringsAreData !== true);
}

export function kindOf(open: readonly Opened[]): TextKind {
  return open.at(-1)?.kind ?? 'code';
}

/** Whoever asks cuts no shorter text before a place: that is there from its beginning. */
export const cutFrom = 32_768;
const endsLikeCode = /[;{}()[\],:=]\s*$/;

/** A beginning that a text may have, and what comes of it. */
interface Reading {
  readonly open: readonly Opened[];
  /** lines that look like code and are code, less those that are not */
  readonly codeLines: number;
}

/** The whole lines of the text that was looked at last: who types on, asks for the same ones again. */
let known: { readonly lines: string; readonly syntax: Syntax; readonly readings: readonly Reading[] } | null =
  null;

/**
 * What is open behind a text. Where its beginning may be cut, it may begin within a comment or a string of several lines: of all beginnings
 * the one after which most lines that look like code are code.
 */
export function openBefore(prefix: string, syntax: Syntax): readonly Opened[] {
  const isCut = prefix.length >= cutFrom;
  const whole = isCut ? prefix.slice(prefix.indexOf('\n') + 1) : prefix;
  const end = whole.lastIndexOf('\n') + 1;
  const lines = whole.slice(0, end);
  const begun = isCut ? beginnings(syntax) : [beginning(syntax)];
  const goesOn =
    known?.syntax === syntax && known.readings.length === begun.length && lines.startsWith(known.lines);
  const from = goesOn ? known! : { lines: '', readings: begun.map((open) => ({ open, codeLines: 0 })) };
  const added = lines.slice(from.lines.length);
  known = { lines, syntax, readings: from.readings.map((reading) => readOn(reading, added, syntax)) };
  const best = known.readings.reduce((most, next) => (next.codeLines > most.codeLines ? next : most));
  return scan(whole.slice(end), syntax, best.open).open;
}

/** Of a text that is there from its beginning. */
function beginning({ outside }: Syntax): readonly Opened[] {
  return outside === undefined ? [] : [markup(...outside)];
}

function beginnings(syntax: Syntax): (readonly Opened[])[] {
  if (syntax.tags) return [[]];
  const several = syntax.quotes.filter(({ multiline }) => multiline === true);
  return [
    [],
    ...several.map((quotes) => [openedBy(quotes)]),
    ...syntax.blockComments.map(([open, close]) => [comment(open, close)]),
    ...(syntax.outside === undefined ? [] : [beginning(syntax)]),
  ];
}

/** Line by line, so that it is the same wherever it was begun. */
function readOn({ open, codeLines }: Reading, lines: string, syntax: Syntax): Reading {
  let reading = { open, codeLines };
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf('\n', at) + 1;
    const { open: behind, codeLines: more } = new Scanner(
      lines.slice(at, end),
      syntax,
      reading.open,
    ).countingLines();
    reading = { open: behind, codeLines: reading.codeLines + more };
    at = end;
  }
  return reading;
}

let lastScan: {
  readonly text: string;
  readonly syntax: Syntax;
  readonly from: readonly Opened[];
  readonly scanned: Scanned;
} | null = null;

/** As `scan`; a text that hardly changes while somebody types in front of it is looked at once. */
export function scanBehind(text: string, syntax: Syntax, from: readonly Opened[]): Scanned {
  const isKnown = lastScan?.syntax === syntax && lastScan.text === text && areSame(lastScan.from, from);
  lastScan = isKnown ? lastScan! : { text, syntax, from, scanned: scan(text, syntax, from) };
  return lastScan.scanned;
}

function areSame(one: readonly Opened[], other: readonly Opened[]): boolean {
  const fields = ['name', 'kind', 'close', 'quotes', 'tag', 'indentation'] as const;
  return (
    one.length === other.length &&
    one.every((each, i) => fields.every((field) => each[field] === other[i]![field]))
  );
}

/** What is open where each line of a text begins. */
export function openAtLines(text: string, syntax: Syntax, from: readonly Opened[]): (readonly Opened[])[] {
  let open = from;
  return text.split('\n').map((line) => {
    const before = open;
    open = scan(`${line}\n`, syntax, open).open;
    return before;
  });
}

/** What a closing sign calls it. */
export function closedName(opened: Opened): string {
  return isSubstitution(opened) ? opened.name.slice(1) : opened.name;
}

/** Code within a string. */
function isSubstitution({ name }: Opened): boolean {
  return name === '${' || name === '$(';
}

function openedBy(quotes: Quotes, indentation = ''): Opened {
  return { name: quotes.open, kind: 'string', close: quotes.close, quotes, tag: null, indentation };
}

function comment(open: string, close: string, indentation = ''): Opened {
  return { name: open, kind: 'comment', close, quotes: null, tag: null, indentation };
}

function markup(open: string, close: string): Opened {
  return { ...comment(open, close), kind: 'markup' };
}

function bracket(name: string, indentation: string, tag: string | null = null): Opened {
  return { name, kind: 'code', close: null, quotes: null, tag, indentation };
}

class Scanner {
  readonly #text: string;
  readonly #syntax: Syntax;
  readonly #open: Opened[];
  readonly #signs: Sign[] = [];
  readonly #code: RegExp;
  #at = 0;
  #left: number;
  /** of the line that was indented last, and where it ends */
  #lineIndentation = '';
  #lineEnd = -1;

  constructor(text: string, syntax: Syntax, from: readonly Opened[]) {
    this.#text = text;
    this.#syntax = syntax;
    this.#open = [...from];
    this.#left = from.length;
    this.#code = codeExpression(syntax);
  }

  run(): Scanned {
    while (this.#at < this.#text.length) this.#step();
    return { signs: this.#signs, open: this.#open, left: this.#left };
  }

  /** How many lines that look like code are code, less those that are not. */
  countingLines(): { readonly open: readonly Opened[]; readonly codeLines: number } {
    let codeLines = 0;
    let start = 0;
    let end = this.#endOfLine(start);
    while (this.#at < this.#text.length) {
      const isCode = kindOf(this.#open) === 'code';
      this.#step();
      for (; end < this.#at; start = end + 1, end = this.#endOfLine(start)) {
        if (endsLikeCode.test(this.#text.slice(start, end))) codeLines += isCode ? 1 : -1;
      }
    }
    return { open: this.#open, codeLines };
  }

  #step(): void {
    const top = this.#open.at(-1);
    if (top === undefined || top.close === null) this.#inCode();
    else this.#within(top, top.close);
  }

  /** In a string or a comment, up to its end, or to what interrupts it. */
  #within({ quotes, name }: Opened, close: string): void {
    const stops = [escaped(close)];
    if (quotes !== null && quotes.multiline !== true) stops.push('\\n');
    if (quotes?.code !== undefined) stops.push(escaped(quotes.code));
    if (quotes !== null && quotes.raw !== true) stops.unshift('\\\\[^]');
    const pattern = new RegExp(stops.join('|'), 'g');
    pattern.lastIndex = this.#at;
    for (let found = pattern.exec(this.#text); found !== null; found = pattern.exec(this.#text)) {
      const [sign] = found;
      if (sign.startsWith('\\')) continue;
      this.#at = found.index;
      if (sign === quotes?.code) this.#push(bracket(sign, this.#indentation()), sign);
      else if (sign === '\n') this.#drop(sign);
      else this.#pop(sign, name);
      return;
    }
    this.#at = this.#text.length;
  }

  #inCode(): void {
    this.#code.lastIndex = this.#at;
    const found = this.#code.exec(this.#text);
    if (found === null) {
      this.#at = this.#text.length;
      return;
    }
    this.#at = found.index;
    this.#meet(found[0], found.groups ?? {});
  }

  #meet(sign: string, groups: Readonly<Record<string, string | undefined>>): void {
    const { lineComments, blockComments, outside, quotes } = this.#syntax;
    if (groups['literal'] !== undefined) {
      this.#at += sign.length;
    } else if (groups['tag'] !== undefined) {
      this.#push(bracket('<', this.#indentation(), groups['tag']), sign);
    } else if (groups['ended'] !== undefined) {
      this.#pop(sign, `<${groups['ended']}`);
    } else if (sign === '>' || sign === '/>') {
      this.#endTag(sign);
    } else if (groups['quote'] !== undefined) {
      const opened = quotes.find(({ open }) => open === sign)!;
      // Quotes of text in markup are characters like any other.
      if (this.#syntax.tags && this.#inTag === null) this.#at += sign.length;
      else this.#push(openedBy(opened, this.#indentation()), sign);
    } else if (groups['block'] !== undefined) {
      const [open, close] = blockComments.find(([open]) => open === sign)!;
      this.#push(comment(open, close, this.#indentation()), sign);
    } else if (groups['outside'] !== undefined) {
      this.#push(markup(...outside!), sign);
    } else if (lineComments.includes(sign)) {
      this.#push(comment(sign, '\n'), sign);
    } else if (pairs[sign] === undefined) {
      this.#push(bracket(sign, this.#indentation()), sign);
    } else {
      this.#pop(sign, pairs[sign]);
    }
  }

  #endTag(sign: string): void {
    const tag = this.#inTag;
    if (tag === null) {
      this.#at += sign.length;
      return;
    }
    const { indentation } = this.#open.at(-1)!;
    this.#pop(sign, '<');
    if (sign === '/>' || voids.test(tag)) return;
    this.#open.push(bracket(`<${tag}`, indentation));
    this.#signs.push({ at: this.#at, length: 0, name: `<${tag}`, closes: null, crosses: false });
  }

  get #inTag(): string | null {
    return this.#open.at(-1)?.tag ?? null;
  }

  #push(opened: Opened, sign: string): void {
    this.#open.push(opened);
    this.#signs.push({ at: this.#at, length: sign.length, name: opened.name, closes: null, crosses: false });
    this.#at += sign.length;
  }

  /** Ends with the line, without a sign. */
  #drop(sign: string): void {
    this.#open.pop();
    this.#left = Math.min(this.#left, this.#open.length);
    this.#at += sign.length;
  }

  /** Closes the innermost that is called `name`, and what is open within it. */
  #pop(sign: string, name: string): void {
    if (sign === '\n') return this.#drop(sign);
    const index = this.#open.findLastIndex((opened) => closedName(opened) === name);
    // A bracket in the code within a string does not close what stands around the string.
    const wall = this.#open.findLastIndex(isSubstitution);
    let closes: Pairing = 'nothing';
    let crosses = false;
    if (index >= 0 && index >= wall) {
      // Elements without their end tags are common.
      crosses = index < this.#open.length - 1 && !name.startsWith('<');
      closes = index < this.#left ? 'outer' : 'own';
      this.#open.length = index;
      this.#left = Math.min(this.#left, index);
    }
    this.#signs.push({ at: this.#at, length: sign.length, name, closes, crosses });
    this.#at += sign.length;
  }

  /** Of the line here. Each line is looked at once: a long one may open thousands. */
  #indentation(): string {
    while (this.#lineEnd < this.#at) {
      const start = this.#lineEnd + 1;
      this.#lineEnd = this.#endOfLine(start);
      this.#lineIndentation = /^[ \t]*/.exec(this.#text.slice(start, this.#lineEnd))![0];
    }
    return this.#lineIndentation;
  }

  #endOfLine(start: number): number {
    const end = this.#text.indexOf('\n', start);
    return end < 0 ? this.#text.length : end;
  }
}

const expressions = new WeakMap<Syntax, RegExp>();

/** What interrupts code, as alternatives of one expression. */
function codeExpression(syntax: Syntax): RegExp {
  let expression = expressions.get(syntax);
  if (expression === undefined) {
    expression = new RegExp(codePattern(syntax), 'gm');
    expressions.set(syntax, expression);
  }
  return expression;
}

function codePattern({
  lineComments,
  blockComments,
  outside,
  quotes,
  literals,
  prose,
  tags,
}: Syntax): string {
  const before = prose ? '(?<![\\w])' : '';
  const spaced = prose ? '(?<=^|[\\s;])' : '';
  const any = (signs: readonly string[]): string => signs.map(escaped).join('|');
  const parts: string[] = [];
  if (literals !== null) parts.push(`(?<literal>${literals})`);
  if (blockComments.length > 0) parts.push(`(?<block>${any(blockComments.map(([open]) => open))})`);
  if (outside !== undefined) parts.push(`(?<outside>${escaped(outside[0])})`);
  if (lineComments.length > 0) parts.push(`${spaced}(?:${any(lineComments)})`);
  if (tags) parts.push('</(?<ended>[A-Za-z][\\w:.-]*)\\s*>', '<(?<tag>[A-Za-z!][\\w:.-]*)', '/?>');
  if (quotes.length > 0) parts.push(`${before}(?<quote>${any(quotes.map(({ open }) => open))})`);
  parts.push('[()[\\]{}]');
  return parts.join('|');
}

function escaped(sign: string): string {
  return sign.replaceAll(/[$()*+.?[\\\]^{|}/-]/g, '\\$&');
}
