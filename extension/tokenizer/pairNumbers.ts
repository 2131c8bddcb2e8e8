const firstSlots = 1024;
/** The pair (65535, 65535), which no tokenizer has: its largest id is 65534. */
const free = -1;

/** Pairs of token ids → numbers from 0. A hash table with open addressing; nothing is ever removed. */
export class PairNumbers {
  /** number of pairs */
  size = 0;
  /** left << 16 | right; a power of two of them, at most half in use */
  #keys = new Int32Array(firstSlots).fill(free);
  #values = new Int32Array(firstSlots);

  /** The pair's number, -1 when it has none. */
  get(left: number, right: number): number {
    const key = (left << 16) | right;
    const slot = this.#slotOf(key);
    return this.#keys[slot] === key ? this.#values[slot]! : -1;
  }

  /** @returns the pair's number: its own when it had one, else `size` as it was before */
  add(left: number, right: number): number {
    const key = (left << 16) | right;
    const slot = this.#slotOf(key);
    if (this.#keys[slot] === key) return this.#values[slot]!;
    const number = this.size++;
    this.#keys[slot] = key;
    this.#values[slot] = number;
    if (2 * this.size > this.#keys.length) this.#grow();
    return number;
  }

  /** Where the key is, or the free slot where it belongs. */
  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    const product = Math.imul(key, 0x9e3779b1);
    let slot = (product ^ (product >>> 15)) & mask;
    while (this.#keys[slot] !== key && this.#keys[slot] !== free) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Int32Array(2 * keys.length).fill(free);
    this.#values = new Int32Array(2 * keys.length);
    for (const [i, key] of keys.entries()) {
      if (key === free) continue;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#values[slot] = values[i]!;
    }
  }
}
