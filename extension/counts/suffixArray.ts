type Symbols = Uint16Array | Int32Array;

const free = -1;

/**
 * The beginnings of all suffixes of `text` in the suffixes' order, in linear time: suffixes that are smaller than their right neighbour
 * whose left neighbour is not (LMS) are sorted first, by names of their substrings and recursion; the others follow by induction.
 * @param text symbols from 0 to `largest`; a suffix that is the beginning of another is the smaller
 * @returns i32[text.length]
 * @source Nong, Zhang, Chan 2009, "Linear suffix array construction by almost pure induced-sorting" (SA-IS); without a sentinel, as in
 *   the AtCoder Library
 */
export function suffixArray(text: Symbols, largest: number): Int32Array {
  if (text.length < 2) return new Int32Array(text.length);
  const sorter = new InducedSorter(text, largest);
  const lms = sorter.lmsPositions();
  sorter.induce(lms);
  if (lms.length === 0) return sorter.suffixes;
  const names = nameSubstrings(text, lms, sorter.suffixes);
  const order = suffixArray(names.text, names.largest);
  sorter.induce(order.map((rank) => lms[rank]!));
  return sorter.suffixes;
}

class InducedSorter {
  readonly suffixes: Int32Array;
  readonly #text: Symbols;
  /** 1: smaller than the next suffix (S), 0: larger (L), as the last one is */
  readonly #smaller: Uint8Array;
  /** where the suffixes with a symbol begin, first the L ones, then the S ones */
  readonly #firstL: Int32Array;
  readonly #firstS: Int32Array;

  constructor(text: Symbols, largest: number) {
    const length = text.length;
    this.suffixes = new Int32Array(length);
    this.#text = text;
    this.#smaller = new Uint8Array(length);
    this.#firstL = new Int32Array(largest + 2);
    this.#firstS = new Int32Array(largest + 2);
    for (let at = length - 2; at >= 0; at--) {
      const [here, next] = [text[at]!, text[at + 1]!];
      this.#smaller[at] = here === next ? this.#smaller[at + 1]! : Number(here < next);
    }
    for (let at = 0; at < length; at++) {
      if (this.#smaller[at] === 1) this.#firstL[text[at]! + 1]!++;
      else this.#firstS[text[at]!]!++;
    }
    for (let symbol = 0; symbol <= largest; symbol++) {
      this.#firstS[symbol]! += this.#firstL[symbol]!;
      this.#firstL[symbol + 1]! += this.#firstS[symbol]!;
    }
  }

  lmsPositions(): Int32Array {
    const positions: Int32Array = new Int32Array(this.#text.length >> 1);
    let count = 0;
    for (let at = 1; at < this.#text.length; at++) {
      if (this.#smaller[at - 1] === 0 && this.#smaller[at] === 1) positions[count++] = at;
    }
    return positions.subarray(0, count);
  }

  /** Sorts all suffixes from the LMS ones: exactly when those are in their order, else by LMS substrings. */
  induce(lms: Int32Array): void {
    const { suffixes } = this;
    const text = this.#text;
    const smaller = this.#smaller;
    suffixes.fill(free);
    const nextS = this.#firstS.slice();
    for (const position of lms) suffixes[nextS[text[position]!]!++] = position;
    const nextL = this.#firstL.slice();
    const last = text.length - 1;
    suffixes[nextL[text[last]!]!++] = last;
    for (let i = 0; i <= last; i++) {
      const before = suffixes[i]! - 1;
      if (before >= 0 && smaller[before] === 0) suffixes[nextL[text[before]!]!++] = before;
    }
    const endS = this.#firstL.slice();
    for (let i = last; i >= 0; i--) {
      const before = suffixes[i]! - 1;
      if (before >= 0 && smaller[before] === 1) suffixes[--endS[text[before]! + 1]!] = before;
    }
  }
}

/** LMS substrings, in the order of the text, as numbers that compare as they do. @param suffixes sorted by LMS substrings */
function nameSubstrings(
  text: Symbols,
  lms: Int32Array,
  suffixes: Int32Array,
): { text: Int32Array; largest: number } {
  const indices = new Int32Array(text.length).fill(free);
  for (const [index, position] of lms.entries()) indices[position] = index;
  const names = new Int32Array(lms.length);
  let largest = -1;
  let previous = free;
  for (const position of suffixes) {
    const index = indices[position]!;
    if (index === free) continue;
    if (previous === free || !equalSubstrings(text, lms, previous, index)) largest++;
    names[index] = largest;
    previous = index;
  }
  return { text: names, largest };
}

/** Substrings go from one LMS position to the next, both included; the last one, to the end, equals no other. */
function equalSubstrings(text: Symbols, lms: Int32Array, a: number, b: number): boolean {
  if (a + 1 === lms.length || b + 1 === lms.length) return false;
  const length = lms[a + 1]! - lms[a]!;
  if (lms[b + 1]! - lms[b]! !== length) return false;
  for (let i = 0; i <= length; i++) if (text[lms[a]! + i] !== text[lms[b]! + i]) return false;
  return true;
}
