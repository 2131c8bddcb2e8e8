import { suffixArray } from './suffixArray.ts';

/** A document's ids under a name. */
export interface IndexedDocument {
  readonly document: string;
  /** with or without the end-of-text id */
  readonly ids: Uint16Array;
}

/** Where a match ends: the text that followed it begins on this line, from 1. */
export interface Place {
  readonly document: string;
  readonly line: number;
}

/** Suffixes first … end − 1 of a segment begin with the last `length` tokens of the text that was looked for. */
export interface Interval {
  readonly length: number;
  readonly first: number;
  readonly end: number;
}

/** Before and behind each document; ids are one larger. */
const separator = 0;
const blockSize = 256;

/**
 * A suffix array of some documents written backwards, so that what stands before a cursor is looked up from the cursor on. Documents can be
 * taken out, which costs one pass over the array, but not put in.
 */
export class SuffixSegment {
  /** tokens of the documents that are still in */
  tokens: number;
  readonly #documents: readonly IndexedDocument[];
  /** position of the first token of each document, and the end: all documents forwards, with separators around each */
  readonly #starts: Int32Array;
  readonly #removed: Set<number>;
  readonly #lineFeeds: Uint8Array;
  /** lines that end before each block of positions */
  readonly #linesBefore: Int32Array;
  /** the documents backwards, the last first: the token at position p is at text.length − 1 − p, and one larger */
  readonly #text: Uint16Array;
  #suffixes: Int32Array;
  /** largest element of each block of #suffixes: the smallest position */
  #largest: Int32Array;

  /**
   * @param documents of equal matches those in earlier ones are named first
   * @param lineFeeds u8[vocabSize]: line feeds in each token
   * @param sorted `suffixes` of another segment of the same documents; written to
   */
  constructor(documents: readonly IndexedDocument[], lineFeeds: Uint8Array, sorted?: Int32Array) {
    this.#documents = documents;
    this.#lineFeeds = lineFeeds;
    this.#removed = new Set();
    this.#starts = new Int32Array(documents.length + 1).fill(1, 0, 1);
    for (const [i, { ids }] of documents.entries()) this.#starts[i + 1] = this.#starts[i]! + ids.length + 1;
    const length = this.#starts[documents.length]!;
    this.tokens = length - documents.length - 1;
    this.#text = new Uint16Array(length);
    this.#linesBefore = new Int32Array(Math.ceil(length / blockSize));
    this.#write();
    // Those that begin with a separator match nothing, and are the smallest.
    this.#suffixes = sorted ?? suffixArray(this.#text, lineFeeds.length).subarray(documents.length + 1);
    this.#largest = blockMaxima(this.#suffixes);
  }

  /** Where each suffix begins, in their order. */
  get suffixes(): Int32Array {
    return this.#suffixes;
  }

  /** Whether more has been taken out than is in. */
  get isSparse(): boolean {
    return 2 * this.tokens < this.#text.length - this.#documents.length;
  }

  /** The documents that are still in. */
  get documents(): IndexedDocument[] {
    return this.#documents.filter((_, i) => !this.#removed.has(i));
  }

  /** @returns whether it was in */
  remove(document: string): boolean {
    const index = this.#documents.findIndex(
      (other, i) => other.document === document && !this.#removed.has(i),
    );
    if (index < 0) return false;
    this.#removed.add(index);
    const begin = this.#text.length - this.#starts[index + 1]!;
    const end = this.#text.length - this.#starts[index]!;
    this.#suffixes = withoutRange(this.#suffixes, begin, end);
    this.#largest = blockMaxima(this.#suffixes);
    this.tokens -= this.#documents[index]!.ids.length;
    return true;
  }

  /** All suffixes that begin with as much of the end of `ids` as any does. */
  longest(ids: Uint16Array): Interval {
    const at = this.#firstNotBefore(ids, ids.length, false);
    const length = Math.max(this.#common(ids, at - 1, ids.length), this.#common(ids, at, ids.length));
    if (length === 0) return { length, first: 0, end: 0 };
    const first = length === ids.length ? at : this.#firstNotBefore(ids, length, false);
    return { length, first, end: this.#firstNotBefore(ids, length, true) };
  }

  /** Whether `ids` stand between such tokens; null: the document begins or ends there. */
  has(ids: Uint16Array, isBetween: (before: number | null, behind: number | null) => boolean): boolean {
    const { length, first, end } = this.longest(ids);
    if (length === 0 || length < ids.length) return false;
    const idAt = (at: number): number | null => (this.#text[at] === separator ? null : this.#text[at]! - 1);
    for (let i = first; i < end; i++) {
      const last = this.#suffixes[i]!;
      if (isBetween(idAt(last + length), idAt(last - 1))) return true;
    }
    return false;
  }

  /** At most `most` places: by document, then by line. */
  places({ first, end }: Interval, most: number): Place[] {
    const best: number[] = [];
    for (let i = first; i < end;) {
      const full = best.length === most ? best.at(-1)! : -1;
      const block = i / blockSize;
      if (Number.isInteger(block) && this.#largest[block]! <= full) {
        i += blockSize;
        continue;
      }
      const suffix = this.#suffixes[i++]!;
      if (suffix <= full) continue;
      let at = best.length;
      while (at > 0 && best[at - 1]! < suffix) at--;
      best.splice(at, 0, suffix);
      if (best.length > most) best.pop();
    }
    return best.map((suffix) => this.#place(this.#text.length - 1 - suffix));
  }

  /** Fills #text and #linesBefore. */
  #write(): void {
    const length = this.#text.length;
    let position = 0;
    let lines = 0;
    const write = (symbol: number): void => {
      if (position % blockSize === 0) this.#linesBefore[position / blockSize] = lines;
      this.#text[length - 1 - position++] = symbol;
    };
    write(separator);
    for (const { ids } of this.#documents) {
      for (const id of ids) {
        write(id + 1);
        lines += this.#lineFeeds[id]!;
      }
      write(separator);
    }
  }

  /**
   * The first suffix that is not smaller than the last `length` tokens of `ids`; `beyond` those that begin with them, if asked.
   * @source Manber & Myers 1993, §2: what both ends of the range share with the tokens is not compared again
   */
  #firstNotBefore(ids: Uint16Array, length: number, beyond: boolean): number {
    let [low, high] = [0, this.#suffixes.length];
    let [commonLow, commonHigh] = [0, 0];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const common = this.#common(ids, middle, length, Math.min(commonLow, commonHigh));
      const isBefore =
        common === length
          ? beyond
          : this.#text[this.#suffixes[middle]! + common]! < ids[ids.length - 1 - common]! + 1;
      if (isBefore) [low, commonLow] = [middle + 1, common];
      else [high, commonHigh] = [middle, common];
    }
    return low;
  }

  /** How many tokens from its end `ids` shares with a suffix; at least `known`, at most `length`. */
  #common(ids: Uint16Array, index: number, length: number, known = 0): number {
    const suffix = this.#suffixes[index];
    if (suffix === undefined) return 0;
    let common = known;
    while (common < length && this.#text[suffix + common] === ids[ids.length - 1 - common]! + 1) common++;
    return common;
  }

  /** @param position of the last token of a match */
  #place(position: number): Place {
    let [low, high] = [0, this.#documents.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= position) low = middle;
      else high = middle;
    }
    const line = 1 + this.#linesUntil(position + 1) - this.#linesUntil(this.#starts[low]!);
    return { document: this.#documents[low]!.document, line };
  }

  /** Lines that end before a position. */
  #linesUntil(position: number): number {
    const block = Math.floor(position / blockSize);
    let lines = this.#linesBefore[block]!;
    for (let p = block * blockSize; p < position; p++) {
      const symbol = this.#text[this.#text.length - 1 - p]!;
      if (symbol !== separator) lines += this.#lineFeeds[symbol - 1]!;
    }
    return lines;
  }
}

/** In place: the array is large. @returns the part of it that is in use */
function withoutRange(numbers: Int32Array, begin: number, end: number): Int32Array {
  let kept = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (number < begin || number >= end) numbers[kept++] = number;
  }
  return numbers.subarray(0, kept);
}

function blockMaxima(numbers: Int32Array): Int32Array {
  const maxima = new Int32Array(Math.ceil(numbers.length / blockSize));
  for (let i = 0; i < numbers.length; i++) {
    const block = Math.floor(i / blockSize);
    if (numbers[i]! > maxima[block]!) maxima[block] = numbers[i]!;
  }
  return maxima;
}
