const firstSlots = 1024;

/** Different byte strings, numbered 0, 1, 2, … in the order in which they came. A hash table with open addressing. */
export class ByteStrings {
  #size = 0;
  /** 1 + index of a string, 0 = free; a power of two of them, at most half in use */
  #slots = new Int32Array(firstSlots);
  #hashes = new Int32Array(firstSlots / 2);
  /** [size + 1] where each string begins in #bytes, and where the next one will */
  #starts = new Int32Array(firstSlots / 2 + 1);
  #bytes = new Uint8Array(firstSlots * 4);

  /** number of strings */
  get size(): number {
    return this.#size;
  }

  /** @returns the number of the string `source[start, end)`: its own when it was there already, else `size` as it was before */
  add(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, source, start, end)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#size + 1;
    this.#append(hash, source, start, end);
    return this.#size - 1;
  }

  /** A view, valid until the next `add` or `clear`. */
  bytes(index: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[index], this.#starts[index + 1]);
  }

  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
  }

  #equals(index: number, source: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[index]!;
    if (this.#starts[index + 1]! - from !== end - start) return false;
    for (let i = start; i < end; i++) if (this.#bytes[from + i - start] !== source[i]) return false;
    return true;
  }

  #append(hash: number, source: Uint8Array, start: number, end: number): void {
    const from = this.#starts[this.#size]!;
    const to = from + end - start;
    if (to > this.#bytes.length) {
      const larger = new Uint8Array(2 * to);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    for (let i = start; i < end; i++) this.#bytes[from + i - start] = source[i]!;
    this.#hashes[this.#size] = hash;
    this.#size++;
    this.#starts[this.#size] = to;
    if (this.#size === this.#hashes.length) this.#grow();
  }

  #grow(): void {
    const hashes = new Int32Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const starts = new Int32Array(hashes.length + 1);
    starts.set(this.#starts);
    this.#starts = starts;
    this.#slots = new Int32Array(2 * hashes.length);
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      let slot = hashes[index]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = index + 1;
    }
  }
}

/** FNV-1a with its high bits folded down, because the low ones choose the slot. @source Fowler, Noll, Vo, 32 bits */
function hashOf(source: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
