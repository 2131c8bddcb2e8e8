/** What a training step reads from. */
export interface TokenSource {
  /** of one pass over the text */
  readonly tokens: number;
  /**
   * @param ids i32[sequences, length] written
   * @param targets i32[sequences, length] written: the token after each of `ids`
   * @param firstSequence number of sequences read before
   */
  read(ids: Int32Array, targets: Int32Array, firstSequence: number, sequences: number, length: number): void;
}

/**
 * The corpus as one input sequence of token IDs, and which parts of it a step reads.
 * Starts follow the golden ratio's additive recurrence (frac(offset + i·φ)): any run of them covers the corpus evenly whatever the
 * length of a sequence is, no two epochs cut it at the same places, and the whole order follows from the seed and the number of
 * sequences read, so a resumed training needs to remember nothing else.
 * A text that comes in several versions is read in turns: each sequence is of the next one.
 */
export class Batches implements TokenSource {
  readonly #streams: readonly Uint16Array[];
  readonly #offset: number;

  constructor(streams: Uint16Array | readonly Uint16Array[], seed: number) {
    this.#streams = streams instanceof Uint16Array ? [streams] : streams;
    this.#offset = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0) / 2 ** 32;
  }

  get tokens(): number {
    return Math.round(totalLength(this.#streams) / this.#streams.length);
  }

  read(ids: Int32Array, targets: Int32Array, firstSequence: number, sequences: number, length: number): void {
    for (let sequence = 0; sequence < sequences; sequence++) {
      const share = (this.#offset + (firstSequence + sequence) * goldenShare) % 1;
      const stream = this.#streams[(firstSequence + sequence) % this.#streams.length]!;
      const start = Math.floor(share * (stream.length - length));
      const row = sequence * length;
      for (let i = 0; i < length; i++) {
        ids[row + i] = stream[start + i]!;
        targets[row + i] = stream[start + i + 1]!;
      }
    }
  }
}

function totalLength(streams: readonly Uint16Array[]): number {
  return streams.reduce((sum, { length }) => sum + length, 0);
}

const goldenShare = (Math.sqrt(5) - 1) / 2;

/** Documents one after the other, each behind the end-of-text token that also ends the last one. */
export function joinDocuments(documents: readonly Uint16Array[], endOfText: number): Uint16Array {
  const total = documents.reduce((sum, ids) => sum + ids.length + 1, 1);
  const stream = new Uint16Array(total);
  let at = 0;
  for (const ids of documents) {
    stream[at++] = endOfText;
    stream.set(ids, at);
    at += ids.length;
  }
  stream[at] = endOfText;
  return stream;
}
