import { hashText } from './hash.ts';
import { lineCount, type RemovedLines } from './lines.ts';
import { findNearDuplicates } from './similarity.ts';

/** A text of the workspace. */
export interface Document {
  /** relative to the workspace, with forward slashes, below the folder's name where there are several */
  readonly path: string;
  /** below its own folder, whichever others are open beside it; absent: its path */
  readonly place?: string;
  /** UTF-8, without the licence at its head, with a placeholder for each secret */
  readonly bytes: Uint8Array;
  /** how many there were; absent: none */
  readonly secrets?: number;
  /** the licence's lines; absent: there was none */
  readonly removed?: RemovedLines;
  /** lines of the text before this part of it */
  readonly linesBefore: number;
  /** kept from training, to judge by */
  readonly heldOut: boolean;
}

export type Text = Omit<Document, 'linesBefore' | 'heldOut'>;

export interface Split {
  readonly documents: Document[];
  readonly nearDuplicates: Text[];
}

const heldOutShare = 0.1;

/**
 * Holds out a tenth of the files, by a seeded hash of their place alone: a file stays on its side when others, and folders, come and go,
 * unless there are so few that no hash is low enough; then that with the lowest is held out. Of the held-out files, those that nearly repeat
 * a training file are dropped, because they would measure memory; unless most of the workspace repeats itself.
 * With two files or more at least one is on each side; of a single one, its last tenth is held out.
 */
export function splitHeldOut(texts: readonly Text[], seed: number): Split {
  const ranked = texts
    .map((text) => ({ text, hash: rank(text.place ?? text.path, seed) }))
    .sort((a, b) => a.hash - b.hash || (a.text.path < b.text.path ? -1 : 1));
  if (ranked.length < 2) return { documents: texts.flatMap(cutTail), nearDuplicates: [] };
  const share = ranked.filter(({ text }) => isHeldOut(text, seed)).length;
  const count = Math.min(Math.max(share, 1), ranked.length - 1);
  const heldOut = ranked.slice(0, count).map(({ text }) => text);
  const training = ranked.slice(count).map(({ text }) => text);
  return dropNearDuplicates(heldOut, training);
}

/** Whether a file that comes to a workspace of many belongs to the held-out ones. */
export function isHeldOut({ place, path }: Pick<Document, 'place' | 'path'>, seed: number): boolean {
  return rank(place ?? path, seed) < heldOutShare * 2 ** 32;
}

function rank(place: string, seed: number): number {
  return hashText(`${seed}/${place}`);
}

function dropNearDuplicates(heldOut: readonly Text[], training: readonly Text[]): Split {
  const similar = repeated(heldOut, training);
  if (similar.size < heldOut.length) {
    return split(
      heldOut.filter((text) => !similar.has(text)),
      training,
      [...similar],
    );
  }
  // There must be something to judge by: one of the held-out files stays, and what it repeats goes.
  const kept = heldOut.slice(0, 1);
  const repeatsKept = repeated(training, kept);
  const others = training.filter((text) => !repeatsKept.has(text));
  if (2 * totalBytes(others) >= totalBytes(training)) {
    return split(kept, others, [...heldOut.slice(1), ...repeatsKept]);
  }
  // Where most of a workspace repeats itself, what will be written in it is a repetition too: fair to judge by.
  return split(heldOut, training, []);
}

function totalBytes(texts: readonly Text[]): number {
  return texts.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function repeated(texts: readonly Text[], others: readonly Text[]): Set<Text> {
  const near = findNearDuplicates(
    texts.map(({ bytes }) => bytes),
    others.map(({ bytes }) => bytes),
  );
  return new Set(texts.filter((_, i) => near[i]));
}

function split(heldOut: readonly Text[], training: readonly Text[], nearDuplicates: Text[]): Split {
  const documents = [
    ...heldOut.map((text) => ({ ...text, linesBefore: 0, heldOut: true })),
    ...training.map((text) => ({ ...text, linesBefore: 0, heldOut: false })),
  ];
  return { documents, nearDuplicates };
}

/** A text as two documents: up to the end of the line in which its last tenth begins, and the rest; one, when it has one line. */
function cutTail(text: Text): Document[] {
  const { bytes } = text;
  const tail = Math.floor(bytes.length * (1 - heldOutShare));
  const next = bytes.indexOf(lineFeed, tail) + 1;
  const cut = next > 0 && next < bytes.length ? next : bytes.lastIndexOf(lineFeed, bytes.length - 2) + 1;
  const head = { ...text, bytes: bytes.subarray(0, cut), linesBefore: 0, heldOut: false };
  if (cut === 0) return [{ ...text, linesBefore: 0, heldOut: false }];
  return [head, { ...text, bytes: bytes.subarray(cut), linesBefore: lineCount(head.bytes), heldOut: true }];
}

const lineFeed = 10;

/**
 * Items of texts, such as their tokens, by whether a training has seen them or held them out for itself: of a single text, which was cut, the
 * items of its two parts.
 * @param items one of each text
 */
export function sidesOf<Item>(
  texts: readonly Text[],
  items: readonly Item[],
  heldOutPaths: readonly string[],
  itemOf: (part: Uint8Array) => Item,
): { readonly seen: Item[]; readonly unseen: Item[] } {
  if (texts.length === 1) {
    const parts = cutTail(texts[0]!);
    const on = (side: boolean): Item[] =>
      parts.filter(({ heldOut }) => heldOut === side).map(({ bytes }) => itemOf(bytes));
    return { seen: on(false), unseen: on(true) };
  }
  const heldOut = new Set(heldOutPaths);
  const on = (side: boolean): Item[] => items.filter((_, i) => heldOut.has(texts[i]!.path) === side);
  return { seen: on(false), unseen: on(true) };
}

/** The documents' bytes; a text that was cut into its beginning and a held-out tail is whole again. */
export function wholeTexts(documents: readonly Document[]): Uint8Array[] {
  const texts: Uint8Array[] = [];
  for (const [i, { bytes, linesBefore, path }] of documents.entries()) {
    const head = texts.at(-1);
    if (head === undefined || linesBefore === 0 || documents[i - 1]!.path !== path) texts.push(bytes);
    else texts[texts.length - 1] = joined(head, bytes);
  }
  return texts;
}

/** One text behind the other. */
export function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const text = new Uint8Array(head.length + tail.length);
  text.set(head);
  text.set(tail, head.length);
  return text;
}
