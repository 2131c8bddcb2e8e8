import { readdirSync, readFileSync } from 'node:fs';
import type { Place, RefusalReason, Shaped } from '../../extension/shaping/shape.ts';

/** What is shown of a text at a place. */
export interface GoldenCase {
  readonly title: string;
  readonly place: Place;
  readonly proposed: string;
  readonly cut: boolean;
  readonly expected: Shaped | { readonly refused: RefusalReason };
}

const folder = new URL('golden/', import.meta.url);
const cursor = '‸';
/** Blanks that would not be seen, or that editors change. */
const visible: readonly (readonly [shown: string, character: string])[] = [
  ['⇥', '\t'],
  ['␠', ' '],
];

/** All files of cases by their names. @throws with the file and the case when one is not as golden/README.md says */
export function goldenFiles(): Map<string, readonly GoldenCase[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.golden'));
  return new Map(names.map((name) => [name, casesOf(name, readFileSync(new URL(name, folder), 'utf8'))]));
}

function casesOf(file: string, text: string): GoldenCase[] {
  const [head, ...cases] = text.split(/^=== /m);
  const header = /^language (\S+)\nindentation (spaces|tabs) (\d+)\n\n$/.exec(head!);
  if (header === null) throw new Error(`${file} should begin with its language and indentation.`);
  const [, languageId, kind, size] = header;
  const indentation = { insertSpaces: kind === 'spaces', tabSize: Number(size), indentSize: Number(size) };
  return cases.map((each) => caseOf(file, each, { languageId: languageId!, ...indentation }));
}

function caseOf(file: string, text: string, language: Omit<Place, 'prefix' | 'suffix'>): GoldenCase {
  const [title, ...sections] = text.replace(/\n+$/, '').split(/\n--- /);
  const fail = (what: string): never => {
    throw new Error(`${file}, ${title}: ${what}`);
  };
  if (sections.length !== 3) fail(`expected at, proposed and an outcome, got ${sections.length} sections`);
  const [at, proposed, outcome] = sections.map((section) => {
    const end = section.indexOf('\n');
    const content = end < 0 ? '' : section.slice(end + 1);
    const plain = visible.reduce((text, [shown, character]) => text.replaceAll(shown, character), content);
    return { heading: end < 0 ? section : section.slice(0, end), content: plain };
  });
  if (at!.heading !== 'at') fail(`expected at, got ${at!.heading}`);
  const sides = at!.content.split(cursor);
  if (sides.length !== 2) fail(`expected one ${cursor}, got ${sides.length - 1}`);
  if (!/^proposed( cut)?$/.test(proposed!.heading)) fail(`expected proposed, got ${proposed!.heading}`);
  return {
    title: title!,
    place: { ...language, prefix: sides[0]!, suffix: sides[1]! },
    proposed: proposed!.content,
    cut: proposed!.heading.endsWith(' cut'),
    expected: outcomeOf(outcome!) ?? fail(`expected an outcome, got ${outcome!.heading}`),
  };
}

function outcomeOf({
  heading,
  content,
}: {
  heading: string;
  content: string;
}): GoldenCase['expected'] | null {
  const refused = /^refused (\w+)$/.exec(heading);
  if (refused !== null) return { refused: refused[1] as RefusalReason };
  const shown = /^shown(?: replacing (\d+))?(?: dedenting (\d+))?$/.exec(heading);
  if (shown === null) return null;
  return { text: content, replaced: Number(shown[1] ?? 0), dedent: Number(shown[2] ?? 0) };
}
