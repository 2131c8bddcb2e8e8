const mostLineCharacters = 200;

/** What stands for copyright lines in a licence's text. */
export const placeholder = 'Copyright (c) <year> <copyright holder>';

/** Marks of comments and lists. */
const leading = /^[\s/*#;%|>+.\-"'=!_~]+|^<!--\s*|^\[?\d+[.)]\s/;

const begins =
  /^((some |many )?(portions|parts|sections)( of \S+( \S+)?)?,? (are )?)?(copyright\b|©|\(c\)\s)/i;
/** What no sentence of a licence has, wherever in a line it stands. */
const within = /\bcopyright,? (©|\(c\)),? ?\d{4}/i;
/** Sentences of licences, some of which begin with the word. */
const sentence =
  /^copyrights? ?(holders?|owners?|notices?|licen[cs]e|law|laws|interest|statements?|protection|and|in|on|of|to|is|are|or|as|for|infringement|treaty|information|file|registration|status|disclaimer|dates?|lines?|years?)\b|^copyrights?\W*$/i;
const blank =
  /[[{<](yyyy|year|years|name|fullname|copyright|date)|<\w*(year|name|owner)|\byyyy\b|\$\{?year|YEAR/i;

/** A line's copyright notice, as it is but for comment marks; null: it is none. */
export function copyrightOf(line: string): string | null {
  let text = line.trim();
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(leading, '');
  }
  text = text
    .replace(/\s*(\*\/|-->|\*+|\|)$/, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/(\*\*|__)$/, '')
    .trim();
  if (blank.test(text) || /^this licen[cs]e is copyright/i.test(text)) return null;
  if (within.test(text)) return shortened(text);
  if (!begins.test(text) || sentence.test(text)) return null;
  // A notice names a year or somebody; a sentence goes on in small letters.
  const rest = text.replace(begins, '').replace(/^[\s:,(©)c]*/i, '');
  const asked = /copyright|©/i.test(text) ? /\d{4}|^(by |the )?\p{Lu}/u : /^\d{4}/;
  if (!asked.test(rest)) return null;
  return shortened(text);
}

export function shortened(text: string): string {
  const characters = [...text];
  return characters.length > mostLineCharacters
    ? `${characters.slice(0, mostLineCharacters - 1).join('')}…`
    : text;
}

/** The notices of a text in their order, and the text with one placeholder for each run of them. */
export function withoutCopyright(text: string): { readonly notices: string[]; readonly rest: string } {
  const notices: string[] = [];
  const rest: string[] = [];
  for (const line of text.split('\n')) {
    const notice = copyrightOf(line);
    if (notice === null) {
      const follows = rest.at(-1) === placeholder && /^\s*all rights reserved\.?$/i.test(line);
      if (!follows) rest.push(line);
      continue;
    }
    notices.push(notice);
    if (rest.at(-1) !== placeholder) rest.push(placeholder);
  }
  return {
    notices,
    rest: rest
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim(),
  };
}

/** Of Debian's machine-readable copyright files: the notices of all but what Debian has added, and the licences' texts. */
export function readDebianCopyright(text: string): { readonly notices: string[]; readonly texts: string[] } {
  if (!/^Format(-Specification)?:/m.test(text.slice(0, 2_000))) {
    // Of older files what tells of the packaging comes last.
    const { notices, rest } = withoutCopyright(text.split(/^.*debian packaging.*$/im)[0]!);
    return { notices, texts: [rest] };
  }
  const paragraphs = text.split(/\n{2,}/).map(fieldsOf);
  const notices = paragraphs
    .filter(({ Files: files }) => files !== undefined && !/^debian\/\S*$/.test(files.trim()))
    .flatMap(({ Copyright: copyright }) => holdersOf(copyright ?? ''))
    .map((line) => shortened(copyrightOf(line) ?? `Copyright ${line}`));
  const texts = paragraphs
    .map(({ License: licence }) => licence)
    .filter((licence): licence is string => licence?.includes('\n') === true)
    .map((licence) => licence.split('\n').slice(1))
    .map((lines) => lines.map((line) => (/^\s*\.$/.test(line) ? '' : line.replace(/^ /, ''))).join('\n'));
  return { notices, texts: texts.map((licence) => withoutCopyright(licence).rest) };
}

const goesOn = /^(and|any|of|or|the|through|to|under|with)\b/;
const isOpen = /( and| of| to|,|\()$/;
const nobody = /^\.?$|^(none|nobody|no-info|public[- ]domain|unknown|n\/a|see )/i;

/** One a line, unless a line goes on with the one before it. */
function holdersOf(field: string): string[] {
  const holders: string[] = [];
  for (const line of field.split('\n').map((text) => text.trim().replaceAll(/\s+/g, ' '))) {
    const before = holders.at(-1);
    if (before !== undefined && line !== '' && (goesOn.test(line) || isOpen.test(before)))
      holders[holders.length - 1] = `${before} ${line}`;
    else holders.push(line);
  }
  return holders.filter((holder) => !nobody.test(holder));
}

function fieldsOf(paragraph: string): Partial<Record<string, string>> {
  const fields: Partial<Record<string, string>> = {};
  let current = '';
  for (const line of paragraph.split('\n')) {
    const field = /^([\w-]+):\s*(.*)$/.exec(line);
    if (field !== null) {
      current = field[1]!;
      fields[current] = field[2]!;
    } else if (current !== '') fields[current] += `\n${line}`;
  }
  return fields;
}
