import type { Call } from '../protocol/calling.ts';

/** Where a name begins, or has begun. */
export interface CallPlace {
  readonly call: Call;
  /** where the name's first token begins: UTF-16 code units of the text before the cursor */
  readonly start: number;
  /** what belongs to that token before the name */
  readonly lead: '' | ' ';
  /** what is typed of the name */
  readonly word: string;
}

/** The words of a text. */
export const words = /[\p{L}_][\p{L}\p{M}\p{N}_]*/gu;
/** Shorter names are told by the text, or by chance. */
export const shortestName = 3;

/** What a name consists of; what begins with a sign is cut into tokens in another way and is none here. */
const wordAtEnd = /[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*$/u;
const wordBefore = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*$/u;
const reach = 256;

/** A comment or an odd quotation mark before it, on its line: what is named in prose, nobody can tell. */
const prose = /^[ \t]*(?:\*|#(?!\[)|--)|\/\/|\/\*/;

function isCode(line: string): boolean {
  if (prose.test(line)) return false;
  return [`"`, `'`, '`'].every((mark) => line.split(mark).length % 2 === 1);
}

/** Whether a name goes on with what is typed of it. */
export function goesOnWith(name: string, word: string): boolean {
  return name.startsWith(word) && name !== word;
}

/** The place of the name that is typed at the end of a text, or that could be; null where none can be. */
export function callPlace(prefix: string): CallPlace | null {
  const from = Math.max(0, prefix.length - reach);
  const end = prefix.slice(from);
  const word = wordAtEnd.exec(end)?.[0] ?? '';
  const before = end.slice(0, end.length - word.length);
  if (!isCode(before.slice(before.lastIndexOf('\n') + 1))) return null;
  // Behind a digit or a sign that names have, a word goes on.
  if (/[\p{N}$#@]$/u.test(before) || (word === '' && /[\p{L}\p{M})\]}"'`]$/u.test(before))) return null;
  const lead = isLead(before) ? ' ' : '';
  const start = from + before.length - lead.length;
  return { call: callFor(before, word), start, lead, word };
}

/** A single space between two tokens belongs to the second; indentation and wider gaps are tokens of their own. */
function isLead(before: string): boolean {
  return before.endsWith(' ') && !/[ \t\r\n] $/.test(before);
}

function callFor(before: string, word: string): Call {
  const code = before.trimEnd();
  const access = /(?:\?\.|\.|->|::)$/.exec(code);
  if (access === null || code.endsWith('..')) return { tool: 'names', argument: word };
  const receiver = wordBefore.exec(code.slice(0, access.index))?.[0] ?? '';
  return { tool: 'members', argument: receiver };
}
