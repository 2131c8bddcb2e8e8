import { Heap } from './heap.ts';
import { PairNumbers } from './pairNumbers.ts';

/** Two tokens that become one; all three are ids. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

const positions = 2 ** 32;
/** no neighbour on this side */
const none = -1;
/** in place of an id: merged into the neighbour before */
const gone = -1;

/** Byte-pair encoding of one pre-token: of the pairs that stand side by side the first to have been learnt is merged, leftmost first. */
export class BytePairMerger {
  readonly #byteIds: Uint16Array;
  /** pair → rank: the place of its merge in the order of learning */
  readonly #ranks = new PairNumbers();
  /** id by rank */
  readonly #merged: Uint16Array;
  /** rank × 2³² + position, so that the lowest rank comes first, and of it the leftmost */
  readonly #pending = new Heap((a, b) => a < b);
  /** by position: the token that begins there, and the positions of its neighbours */
  #ids = new Int32Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);

  /** @param byteIds [256] id by byte */
  constructor(byteIds: Uint16Array, merges: readonly Merge[]) {
    this.#byteIds = byteIds;
    this.#merged = Uint16Array.from(merges, ({ merged }) => merged);
    for (const { left, right } of merges) this.#ranks.add(left, right);
  }

  /**
   * Ids of `bytes[start, end)`.
   * @param out written from `at`
   * @returns where `out` ends
   */
  encode(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    this.#place(bytes, start, end);
    for (let entry = this.#pending.pop(); entry !== undefined; entry = this.#pending.pop()) {
      const rank = Math.floor(entry / positions);
      this.#merge(entry - rank * positions, rank);
    }
    let to = at;
    for (let position = 0; position !== none; position = this.#next[position]!)
      out[to++] = this.#ids[position]!;
    return to;
  }

  #place(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#ids.length) {
      this.#ids = new Int32Array(2 * length);
      this.#next = new Int32Array(2 * length);
      this.#previous = new Int32Array(2 * length);
    }
    for (let i = 0; i < length; i++) {
      this.#ids[i] = this.#byteIds[bytes[start + i]!]!;
      this.#next[i] = i + 1 < length ? i + 1 : none;
      this.#previous[i] = i - 1;
    }
    for (let i = 0; i + 1 < length; i++) this.#propose(i);
  }

  /** Merges the pair at `position`, unless it is not the pair of that rank any more. */
  #merge(position: number, rank: number): void {
    const ids = this.#ids;
    const next = this.#next;
    const right = next[position]!;
    if (ids[position] === gone || right === none) return;
    if (this.#ranks.get(ids[position]!, ids[right]!) !== rank) return;
    const after = next[right]!;
    ids[position] = this.#merged[rank]!;
    ids[right] = gone;
    next[position] = after;
    if (after !== none) {
      this.#previous[after] = position;
      this.#propose(position);
    }
    const before = this.#previous[position]!;
    if (before !== none) this.#propose(before);
  }

  #propose(position: number): void {
    const rank = this.#ranks.get(this.#ids[position]!, this.#ids[this.#next[position]!]!);
    if (rank >= 0) this.#pending.push(rank * positions + position);
  }
}
