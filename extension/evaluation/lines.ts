import { Random } from '../engine/random.ts';
import type { HeldOutText } from './heldOutText.ts';

export const cursorKinds = [
  'lineStart',
  'afterDot',
  'afterParenthesis',
  'afterEquals',
  'insideWord',
] as const;
export type CursorKind = (typeof cursorKinds)[number];

export interface Cursor {
  readonly kind: CursorKind;
  /** bytes of the line's content before it */
  readonly at: number;
}

/** A line of held-out text on which completions are tried. */
export interface ProbedLine {
  /** index of the token that it begins with, behind its indentation */
  readonly token: number;
  /** without indentation, blanks at its end and line end */
  readonly content: Uint8Array;
  /** places where the rest of the line is asked for */
  readonly cursors: readonly Cursor[];
  /** whether it is typed key by key, too */
  readonly typed: boolean;
}

export interface LineChoice {
  /** lines that are typed key by key */
  readonly typedLines: number;
  readonly cursorsPerKind: number;
}

export const usualChoice: LineChoice = { typedLines: 240, cursorsPerKind: 60 };

/** Longer ones are data, and cost most of the time. */
const longestLine = 200;

/** The lines of each text, in order; chosen by the seed among all that count as a whole, so that every predictor gets the same. */
export function chooseLines(texts: readonly HeldOutText[], choice: LineChoice, seed: number): ProbedLine[][] {
  const random = new Random(seed);
  const lines = texts.flatMap((text, document) => linesOf(text).map((line) => ({ ...line, document })));
  const typed = new Set(draw(random, lines, choice.typedLines));
  const cursors = new Map<(typeof lines)[number], Cursor[]>();
  for (const kind of cursorKinds) {
    const places = lines.flatMap((line) => placesIn(line.content, kind).map((at) => ({ line, at })));
    for (const { line, at } of draw(random, places, choice.cursorsPerKind)) {
      cursors.set(line, [...(cursors.get(line) ?? []), { kind, at }]);
    }
  }
  const chosen = texts.map((): ProbedLine[] => []);
  for (const line of lines) {
    const probed = { token: line.token, content: line.content, cursors: cursors.get(line) ?? [] };
    if (typed.has(line) || probed.cursors.length > 0) {
      chosen[line.document]!.push({ ...probed, typed: typed.has(line) });
    }
  }
  return chosen;
}

type Line = Pick<ProbedLine, 'token' | 'content'>;

/** The lines with something in them that begin where a token does, and count from there to their end. */
function linesOf({ bytes, starts, counts }: HeldOutText): Line[] {
  const lines: Line[] = [];
  let token = 0;
  for (let start = 0; start < bytes.length;) {
    const next = bytes.indexOf(lineFeed, start);
    const end = next < 0 ? bytes.length : next;
    const content = trimmed(bytes, start, end);
    start = end + 1;
    const from = content.byteOffset - bytes.byteOffset;
    while (starts[token]! < from) token++;
    if (content.length === 0 || content.length > longestLine || starts[token] !== from) continue;
    if (counts[token] === 1) lines.push({ token, content });
  }
  return lines;
}

function trimmed(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let [from, to] = [start, end];
  while (from < to && isBlank(bytes[from]!)) from++;
  while (to > from && isBlank(bytes[to - 1]!)) to--;
  return bytes.subarray(from, to);
}

const signs: Readonly<Record<Exclude<CursorKind, 'lineStart' | 'insideWord'>, number>> = {
  afterDot: 0x2e,
  afterParenthesis: 0x28,
  afterEquals: 0x3d,
};

/** Places of a kind in a line's content that leave something to complete. */
function placesIn(content: Uint8Array, kind: CursorKind): number[] {
  if (kind === 'lineStart') return [0];
  const places: number[] = [];
  for (let at = 1; at < content.length; at++) {
    const [before, after] = [content[at - 1]!, content[at]!];
    if (kind === 'insideWord' ? isLetter(before) && isLetter(after) : before === signs[kind]) places.push(at);
  }
  return places;
}

function draw<Item>(random: Random, items: readonly Item[], count: number): Item[] {
  return Array.from(random.permutation(items.length).subarray(0, count), (index) => items[index]!);
}

const lineFeed = 0x0a;

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

/** ASCII only: a cursor is never inside a character then. */
function isLetter(byte: number): boolean {
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f;
}
