import type { ByteStrings } from './byteStrings.ts';
import { Heap } from './heap.ts';
import { PairNumbers } from './pairNumbers.ts';

/** neither a position nor a pair */
const none = -1;
/** in place of a symbol: merged into the neighbour before */
const gone = 0xffff;

/**
 * Which symbols stand side by side in the training text, and how often. A symbol is a byte (0 … 255) or what a merge has made.
 * Every different pre-token lies here once, byte by byte, weighted with its count; a merge touches only the places where its pair stands,
 * so all merges together take time in proportion to the text, not to text × vocabulary.
 */
export class PairCounts {
  readonly #pairs = new PairNumbers();
  /** by pair */
  readonly #lefts: number[] = [];
  readonly #rights: number[] = [];
  readonly #counts: number[] = [];
  /** by pair: its count when it was put into #queue. Counts only fall afterwards, since a merge makes pairs of its new symbol only. */
  readonly #queuedCounts: number[] = [];
  readonly #queue: Heap;
  /** by pair: the first place where it stands */
  readonly #places: number[] = [];

  /** by position */
  readonly #symbols: Uint16Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #weights: Float64Array;
  /** the pair that begins here, and the other places where it stands */
  readonly #pairAt: Int32Array;
  readonly #nextPlace: Int32Array;
  readonly #previousPlace: Int32Array;

  /** @param counts how often each pre-token occurs */
  constructor(preTokens: ByteStrings, counts: readonly number[]) {
    this.#queue = new Heap((a, b) => this.#isBefore(a, b));
    const length = counts.reduce((sum, _, index) => sum + preTokens.bytes(index).length, 0);
    this.#symbols = new Uint16Array(length);
    this.#next = new Int32Array(length).fill(none);
    this.#previous = new Int32Array(length).fill(none);
    this.#weights = new Float64Array(length);
    this.#pairAt = new Int32Array(length).fill(none);
    this.#nextPlace = new Int32Array(length);
    this.#previousPlace = new Int32Array(length);
    let at = 0;
    for (const [index, count] of counts.entries()) {
      const bytes = preTokens.bytes(index);
      this.#symbols.set(bytes, at);
      this.#weights.fill(count, at, at + bytes.length);
      for (let i = at + 1; i < at + bytes.length; i++) {
        this.#next[i - 1] = i;
        this.#previous[i] = i - 1;
      }
      at += bytes.length;
    }
    for (let i = 0; i < length; i++) if (this.#next[i] !== none) this.#attach(i);
    this.#enqueueFrom(0);
  }

  left(pair: number): number {
    return this.#lefts[pair]!;
  }

  right(pair: number): number {
    return this.#rights[pair]!;
  }

  /**
   * The most frequent pair that was not taken before; of equally frequent ones the one whose left, then right symbol is oldest.
   * @returns null when no pair is left that stands in more than one place: merging it would teach nothing about other text
   */
  takeMostFrequent(): number | null {
    for (let pair = this.#queue.pop(); pair !== undefined; pair = this.#queue.pop()) {
      if (this.#queuedCounts[pair] === this.#counts[pair]) return pair;
      this.#enqueue(pair);
    }
    return null;
  }

  /** Puts the new symbol wherever the pair stands, from left to right where places overlap. */
  merge(pair: number, symbol: number): void {
    const places: number[] = [];
    for (let at = this.#places[pair]!; at !== none; at = this.#nextPlace[at]!) places.push(at);
    if (this.#lefts[pair] === this.#rights[pair]) places.sort((a, b) => a - b);
    const known = this.#pairs.size;
    for (const at of places) if (this.#pairAt[at] === pair) this.#mergeAt(at, symbol);
    this.#enqueueFrom(known);
  }

  /** @returns [size] how often each symbol stands in the text now */
  symbolCounts(size: number): Float64Array {
    const counts = new Float64Array(size);
    for (const [at, symbol] of this.#symbols.entries()) {
      if (symbol !== gone) counts[symbol]! += this.#weights[at]!;
    }
    return counts;
  }

  #mergeAt(at: number, symbol: number): void {
    const right = this.#next[at]!;
    const before = this.#previous[at]!;
    const after = this.#next[right]!;
    if (before !== none) this.#detach(before);
    this.#detach(at);
    if (after !== none) this.#detach(right);
    this.#symbols[at] = symbol;
    this.#symbols[right] = gone;
    this.#next[at] = after;
    if (after !== none) {
      this.#previous[after] = at;
      this.#attach(at);
    }
    if (before !== none) this.#attach(before);
  }

  /** Counts the pair that begins at `at`. */
  #attach(at: number): void {
    const left = this.#symbols[at]!;
    const right = this.#symbols[this.#next[at]!]!;
    const pair = this.#pairs.add(left, right);
    if (pair === this.#counts.length) {
      this.#lefts.push(left);
      this.#rights.push(right);
      this.#counts.push(0);
      this.#places.push(none);
    }
    this.#counts[pair]! += this.#weights[at]!;
    const first = this.#places[pair]!;
    if (first !== none) this.#previousPlace[first] = at;
    this.#nextPlace[at] = first;
    this.#previousPlace[at] = none;
    this.#places[pair] = at;
    this.#pairAt[at] = pair;
  }

  /** Takes back what `#attach` did. */
  #detach(at: number): void {
    const pair = this.#pairAt[at]!;
    const before = this.#previousPlace[at]!;
    const after = this.#nextPlace[at]!;
    if (before === none) this.#places[pair] = after;
    else this.#nextPlace[before] = after;
    if (after !== none) this.#previousPlace[after] = before;
    this.#counts[pair]! -= this.#weights[at]!;
    this.#pairAt[at] = none;
  }

  #enqueueFrom(first: number): void {
    for (let pair = first; pair < this.#counts.length; pair++) this.#enqueue(pair);
  }

  #enqueue(pair: number): void {
    this.#queuedCounts[pair] = this.#counts[pair]!;
    if (this.#counts[pair]! > 1) this.#queue.push(pair);
  }

  #isBefore(a: number, b: number): boolean {
    const byCount = this.#queuedCounts[b]! - this.#queuedCounts[a]!;
    if (byCount !== 0) return byCount < 0;
    const byLeft = this.#lefts[a]! - this.#lefts[b]!;
    return byLeft === 0 ? this.#rights[a]! < this.#rights[b]! : byLeft < 0;
  }
}
