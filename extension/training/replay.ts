import type { TokenSource } from './batches.ts';

/**
 * New text mixed with old: of any run of sequences the same share is new, and each text goes on where it was left, so that the order
 * follows from the number of sequences read, as it does without a mixture.
 */
export class ReplayBatches implements TokenSource {
  readonly #fresh: TokenSource;
  readonly #old: TokenSource;
  readonly #freshShare: number;

  /** @param freshShare of the sequences, 0 … 1 */
  constructor(fresh: TokenSource, old: TokenSource, freshShare: number) {
    this.#fresh = fresh;
    this.#old = old;
    this.#freshShare = freshShare;
  }

  /** until the new text has been read once */
  get tokens(): number {
    return this.#fresh.tokens / this.#freshShare;
  }

  read(ids: Int32Array, targets: Int32Array, firstSequence: number, sequences: number, length: number): void {
    for (let sequence = 0; sequence < sequences; sequence++) {
      const before = firstSequence + sequence;
      const freshBefore = Math.floor(before * this.#freshShare);
      const isFresh = Math.floor((before + 1) * this.#freshShare) > freshBefore;
      const [source, at] = isFresh ? [this.#fresh, freshBefore] : [this.#old, before - freshBefore];
      const [from, to] = [sequence * length, (sequence + 1) * length];
      source.read(ids.subarray(from, to), targets.subarray(from, to), at, 1, length);
    }
  }
}

/** A text that is too short for a sequence, as often as it takes; longer ones stay. @param stream not empty */
export function longEnough(stream: Uint16Array, length: number): Uint16Array {
  if (stream.length > length) return stream;
  return Uint16Array.from({ length: length + 1 }, (_, i) => stream[i % stream.length]!);
}
