import type { Corpus } from '../corpus/corpus.ts';
import { lineInFile } from '../corpus/lines.ts';
import { Random } from '../engine/random.ts';

type Document = Corpus['documents'][number];

/** A line of held-out text, cut where the model is to go on. */
export interface CutLine {
  readonly name: string;
  /** of the file, from 1 */
  readonly line: number;
  /** everything before the cut */
  readonly prefix: string;
  /** the line up to the cut, without its indentation */
  readonly typed: string;
  /** the line from the cut on */
  readonly rest: string;
}

/** Fewer characters leave too little to cut. */
const shortestLine = 20;

/** How `chooseLines` chooses, for people. */
export const choiceRule = `lines drawn by the seed, one a file as far as there are files, of at least ${shortestLine} characters, cut at the first end of a word after a third`;

/**
 * Lines drawn by the seed, so that none is picked for how well it turns out. No document gives another before each has given one.
 * @returns `count` lines, or all there are
 */
export function chooseLines(documents: readonly Document[], count: number, seed: number): CutLine[] {
  const random = new Random(seed);
  const order = Array.from(random.permutation(documents.length), (index) => documents[index]!);
  const queue: { document: Document; lines: Line[] | null }[] = order.map((document) => ({
    document,
    lines: null,
  }));
  const chosen: CutLine[] = [];
  while (chosen.length < count && queue.length > 0) {
    const { document, lines } = queue.shift()!;
    const left = lines ?? longLines(textOf(document));
    if (left.length === 0) continue;
    const [line] = left.splice(random.below(left.length), 1);
    chosen.push(cut(document, line!));
    queue.push({ document, lines: left });
  }
  return chosen;
}

interface Line {
  /** from 0 */
  readonly index: number;
  readonly start: number;
  readonly content: string;
}

function textOf({ bytes }: Document): string {
  return new TextDecoder().decode(bytes);
}

function longLines(text: string): Line[] {
  return linesOf(text).filter(({ content }) => content.trim().length >= shortestLine);
}

function linesOf(text: string): Line[] {
  return Array.from(text.matchAll(/[^\r\n]*(\r\n|\r|\n|$)/g), (found, index) => ({
    index,
    start: found.index,
    content: found[0].trimEnd(),
  }));
}

function cut(document: Document, { index, start, content }: Line): CutLine {
  const indentation = content.length - content.trimStart().length;
  const third = indentation + Math.ceil((content.length - indentation) / 3);
  const atThird = insideCharacter(content, third) ? third + 1 : third;
  const wordEnd = content.slice(third - 1).search(/(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])/u) + third - 1;
  const at = wordEnd >= atThird && wordEnd < content.length ? wordEnd : atThird;
  return {
    name: document.path,
    line: lineInFile(document, index),
    prefix: textOf(document).slice(0, start + at),
    typed: content.slice(indentation, at),
    rest: content.slice(at),
  };
}

function insideCharacter(text: string, at: number): boolean {
  return text.codePointAt(at - 1)! > 0xffff;
}
