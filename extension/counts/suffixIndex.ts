import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type IndexedDocument, type Place, SuffixSegment } from './suffixSegment.ts';

export interface Match {
  /** tokens */
  readonly length: number;
  /** how many places there are */
  readonly count: number;
  /** the first of them: the document that was set last comes first, and in a document the first line */
  readonly places: readonly Place[];
}

/**
 * Where in the workspace the text before the cursor has been seen before. Documents that change are sorted anew on their own; segments
 * are joined when they are of about one size, so that there are at most about log₂(tokens) of them and a token is sorted again as often.
 */
export class SuffixIndex {
  readonly #lineFeeds: Uint8Array;
  /** the one that was made last first, each more than twice as large as the one before it */
  #segments: SuffixSegment[] = [];

  /**
   * @param documents each under another name; of equal matches, those in earlier ones are named first
   * @param lineFeeds u8[vocabSize]: line feeds in each token
   * @param sorted `suffixes` of another index of the same documents; written to
   */
  constructor(documents: readonly IndexedDocument[], lineFeeds: Uint8Array, sorted?: Int32Array) {
    this.#lineFeeds = lineFeeds;
    this.#segments = [new SuffixSegment(documents, lineFeeds, sorted)];
  }

  /** What takes time to make of documents, while none has changed: i32[tokens]. */
  get suffixes(): Int32Array {
    return this.#segments[0]!.suffixes;
  }

  /** A document is there or has changed. @param ids kept, not copied */
  set(document: string, ids: Uint16Array): void {
    this.delete(document);
    this.#segments.unshift(new SuffixSegment([{ document, ids }], this.#lineFeeds));
    this.#join();
  }

  /** A document is gone, or is being edited and should not be found in itself. */
  delete(document: string): void {
    const at = this.#segments.findIndex((segment) => segment.remove(document));
    if (at < 0 || !this.#segments[at]!.isSparse) return;
    const { documents } = this.#segments[at]!;
    const rest = documents.length > 0 ? [new SuffixSegment(documents, this.#lineFeeds)] : [];
    this.#segments.splice(at, 1, ...rest);
    this.#join();
  }

  /**
   * The longest end of `ids` that a document has; it never goes over the end of a document.
   * @param ids the text before the cursor, of any length
   * @param mostPlaces how many places are named
   */
  longestMatch(ids: Uint16Array, mostPlaces = 5): Match {
    const found = this.#segments.map((segment) => ({ segment, interval: segment.longest(ids) }));
    const length = Math.max(0, ...found.map(({ interval }) => interval.length));
    const places: Place[] = [];
    let count = 0;
    for (const { segment, interval } of found) {
      if (interval.length < length) continue;
      count += interval.end - interval.first;
      if (places.length < mostPlaces) places.push(...segment.places(interval, mostPlaces - places.length));
    }
    return { length, count, places };
  }

  /** Whether a document has these tokens between such others; null: it begins or ends there. */
  has(ids: Uint16Array, isBetween: (before: number | null, behind: number | null) => boolean): boolean {
    return this.#segments.some((segment) => segment.has(ids, isBetween));
  }

  #join(): void {
    for (let at = 0; at + 1 < this.#segments.length;) {
      const [newer, older] = [this.#segments[at]!, this.#segments[at + 1]!];
      if (older.tokens > 2 * newer.tokens) {
        at++;
        continue;
      }
      const documents = [...newer.documents, ...older.documents];
      this.#segments.splice(at, 2, new SuffixSegment(documents, this.#lineFeeds));
    }
  }
}

/** u8[vocabSize]: line feeds in each token. */
export function lineFeedsOf(tokenizer: Tokenizer): Uint8Array {
  return Uint8Array.from({ length: tokenizer.vocabSize }, (_, id) =>
    tokenizer.tokenBytes(id).reduce((count, byte) => count + Number(byte === lineFeed), 0),
  );
}

const lineFeed = 0x0a;
