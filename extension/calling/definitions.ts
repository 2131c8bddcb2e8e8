/** Something that a text gives a name to, so that other texts can use it. */
export interface Definition {
  readonly name: string;
  /** of a class, an interface or a structure: it is used behind a dot */
  readonly isMember: boolean;
}

const name = '([\\p{L}_$][\\p{L}\\p{N}_$]*)';
const modifiers =
  '(?:(?:public|private|protected|internal|static|readonly|async|get|set|abstract|override|final|virtual|export|pub(?:\\([a-z]+\\))?)[ \\t]+)*';
const types =
  'class|interface|enum|struct|trait|type|union|protocol|object|module|mod|namespace|def|func|function|fn';
const values = 'const|let|var|val|static';

/** What definitions look like in the languages that people write: no parser, because there would have to be one of each. */
const patterns: readonly { readonly pattern: RegExp; readonly isMember: (indented: boolean) => boolean }[] = [
  // func (receiver *Type) Name(
  { pattern: new RegExp(`^func[ \\t]+\\([^)\\n]*\\)[ \\t]+${name}`, 'gmu'), isMember: () => true },
  {
    pattern: new RegExp(`^([ \\t]*)${modifiers}(?:default[ \\t]+)?(?:${types})[ \\t*]+${name}`, 'gmu'),
    isMember: (indented) => indented,
  },
  // An indented value is of a function, which nobody else can use.
  {
    pattern: new RegExp(`^${modifiers}(?:${values})[ \\t]+(?:mut[ \\t]+)?${name}`, 'gmu'),
    isMember: () => false,
  },
  // Python's and Ruby's, and what shells write: NAME = …
  { pattern: new RegExp(`^${name}[ \\t]*(?::[^=\\n]*)?=[^=]`, 'gmu'), isMember: () => false },
  // A method: name(…) … {
  {
    pattern: new RegExp(
      `^[ \\t]+${modifiers}${name}[ \\t]*(?:<[^>\\n]*>)?\\([^;\\n]*\\)[^;={}\\n]*\\{[ \\t]*$`,
      'gmu',
    ),
    isMember: () => true,
  },
  // A property: name: Type
  { pattern: new RegExp(`^[ \\t]+${modifiers}${name}[?!]?:[ \\t]`, 'gmu'), isMember: () => true },
  { pattern: new RegExp(`\\b(?:self|this)\\.${name}[ \\t]*(?::[^=\\n]*)?=[^=]`, 'gu'), isMember: () => true },
];

/** What stands where a name would, in statements that look like a method. */
const statements = new Set(
  'if for while switch catch with return else do try default case match elif except function'.split(' '),
);

/** For a pattern `^` is behind these, too, but only a line feed ends what is in brackets. */
const otherLineEnd = /\r\n?|[\u2028\u2029]/g;
/** What is longer is no definition that somebody wrote, and a pattern could try very long at it. */
const longLine = /^.{400,}$/gmu;

/** @returns each name once, in the order of the patterns; a name that is both is no member */
export function definitions(text: string): Definition[] {
  const found = new Map<string, boolean>();
  const lines = text.replaceAll(otherLineEnd, '\n').replaceAll(longLine, '');
  for (const { pattern, isMember } of patterns) {
    for (const match of lines.matchAll(pattern)) {
      const defined = match.at(-1)!;
      if (statements.has(defined)) continue;
      const member = isMember(match.length > 2 && match[1] !== '');
      found.set(defined, (found.get(defined) ?? true) && member);
    }
  }
  return Array.from(found, ([word, isMember]) => ({ name: word, isMember }));
}
