const firstSlots = 1 << 10;

/**
 * Numbers pairs (node, token) from 0 in the order in which they are added: a hash table with open addressing, from which nothing is
 * removed but everything. At most two thirds of the slots are in use.
 */
export class PairTable {
  /** number of pairs */
  size = 0;
  /** the pair's number + 1; 0: free */
  #slots = new Int32Array(firstSlots);
  /** by number */
  #nodes = new Int32Array(firstSlots);
  #tokens = new Uint16Array(firstSlots);

  /** The token of the pair with this number. */
  token(pair: number): number {
    return this.#tokens[pair]!;
  }

  /** The pair's number, -1 when it has none. */
  find(node: number, token: number): number {
    return this.#slots[this.#slotOf(node, token)]! - 1;
  }

  /** @returns the pair's number: its own when it had one, else `size` as it was before */
  add(node: number, token: number): number {
    const slot = this.#slotOf(node, token);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    const pair = this.size++;
    if (pair === this.#nodes.length) {
      this.#nodes = grown(this.#nodes, 2 * pair);
      this.#tokens = grown(this.#tokens, 2 * pair);
    }
    this.#nodes[pair] = node;
    this.#tokens[pair] = token;
    this.#slots[slot] = pair + 1;
    if (3 * this.size > 2 * this.#slots.length) this.#rehash(2 * this.#slots.length);
    return pair;
  }

  /** Forgets all pairs. */
  clear(): void {
    if (this.size === 0) return;
    this.size = 0;
    this.#slots.fill(0);
  }

  /** Where the pair is, or the free slot where it belongs. */
  #slotOf(node: number, token: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(node, token) & mask;
    for (;;) {
      const pair = this.#slots[slot]! - 1;
      if (pair < 0 || (this.#nodes[pair] === node && this.#tokens[pair] === token)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(slots: number): void {
    this.#slots = new Int32Array(slots);
    const mask = slots - 1;
    for (let pair = 0; pair < this.size; pair++) {
      let slot = hash(this.#nodes[pair]!, this.#tokens[pair]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = pair + 1;
    }
  }
}

/** A copy with room for `length` elements. */
export function grown<Numbers extends Int32Array | Uint16Array | Uint8Array>(
  numbers: Numbers,
  length: number,
): Numbers {
  const Kind = numbers.constructor as new (length: number) => Numbers;
  const larger = new Kind(length);
  larger.set(numbers);
  return larger;
}

/** @source the finaliser of MurmurHash3, over both halves of the pair */
function hash(node: number, token: number): number {
  let bits = Math.imul(node, 0x9e3779b1) ^ Math.imul(token + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  return bits ^ (bits >>> 15);
}
