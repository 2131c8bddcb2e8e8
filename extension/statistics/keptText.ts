import { withLineFeeds } from '../shaping/place.ts';

/** One piece of text replaced by another. Positions are UTF-16 offsets. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** Comparing takes as many steps as the product of both lengths. */
const mostCompared = 2_000;

/** An accepted text in its document, through whatever is done to it and around it. */
export class KeptText {
  readonly #uri: string;
  readonly #original: string;
  #start: number;
  /** what stands in its place now */
  #current: string;

  constructor(uri: string, start: number, text: string) {
    this.#uri = uri;
    this.#start = start;
    this.#original = text;
    this.#current = text;
  }

  /** characters, a line end as one */
  get inserted(): number {
    return withLineFeeds(this.#original).length;
  }

  change(uri: string, { offset, length, text }: TextChange): void {
    const [start, end] = [this.#start, this.#start + this.#current.length];
    if (uri !== this.#uri || offset > end) return;
    const isInsertedAt = length === 0 && offset === start;
    // What was taken back may be done again, in one piece with what stood around it.
    const isAgain = isInsertedAt && this.#current === '';
    const isCovered = this.#current !== '' && offset <= start && offset + length >= end;
    const wanted = isAgain ? this.#original : this.#current;
    const at = isAgain || isCovered ? nearest(text, wanted, start - offset) : null;
    if (at !== null) {
      this.#start = offset + at;
      this.#current = wanted;
    } else if (offset + length <= start) {
      this.#start += text.length - length;
    } else if (offset < end) {
      const [from, to] = [Math.max(0, offset - start), Math.min(end, offset + length) - start];
      this.#current = this.#current.slice(0, from) + text + this.#current.slice(to);
      this.#start = Math.min(start, offset);
    }
  }

  /** How many of its characters are still there, in their order: the longest common subsequence. */
  left(): number {
    const [original, current] = [withLineFeeds(this.#original), withLineFeeds(this.#current)];
    return commonCharacters(original.slice(0, mostCompared), current.slice(0, mostCompared));
  }
}

/** Where `part` begins in the text, nearest to a place; null: nowhere. */
function nearest(text: string, part: string, place: number): number | null {
  const before = text.lastIndexOf(part, place);
  const behind = text.indexOf(part, place);
  if (before < 0 || behind < 0) return before < 0 && behind < 0 ? null : Math.max(before, behind);
  return place - before <= behind - place ? before : behind;
}

function commonCharacters(one: string, other: string): number {
  if (one === other) return one.length;
  let row = new Uint32Array(other.length + 1);
  for (let i = 0; i < one.length; i++) {
    const next = new Uint32Array(other.length + 1);
    for (let j = 0; j < other.length; j++) {
      next[j + 1] = one[i] === other[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!);
    }
    row = next;
  }
  return row[other.length]!;
}
