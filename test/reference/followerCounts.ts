/** Counts on both sides of a node. */
export interface SideCounts {
  readonly n: readonly [number, number];
  /** different tokens on each side; null = not known */
  readonly tokens: readonly [number, number] | null;
}

/** The part [low, high) of the leaves, in which `middle` is the first on side 1. */
export interface Node {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

const mostSingle = 0x7fff;
const mostCount = 0xffff;
/** Beyond as many different tokens, only the sums at each node are kept. */
const mostListed = 63;

/**
 * What followed a context: a list of tokens with their counts, in the order in which they first came, or sums at nodes. Counts go no
 * further than 16 bits; a sum that would is halved together with the other side's.
 */
export class FollowerCounts {
  last = 0;
  #list: { readonly token: number; count: number }[] = [];
  /** only one token has ever been listed */
  #single = true;
  #sums: Map<number, [number, number]> | null = null;
  readonly #pathOf: (token: number) => readonly { readonly node: Node; readonly side: 0 | 1 }[];

  /** @param pathOf the decisions of a token */
  constructor(pathOf: (token: number) => readonly { readonly node: Node; readonly side: 0 | 1 }[]) {
    this.#pathOf = pathOf;
  }

  get isEmpty(): boolean {
    return this.#sums === null && this.#list.length === 0;
  }

  add(token: number): void {
    this.last = token;
    if (this.#sums !== null) {
      this.#addToSums(token, 1);
      return;
    }
    const listed = this.#list.find((entry) => entry.token === token);
    if (listed !== undefined) {
      listed.count = Math.min(listed.count + 1, this.#single ? mostSingle : mostCount);
      return;
    }
    this.#single = this.#list.length === 0;
    this.#list.push({ token, count: 1 });
    if (this.#list.length <= mostListed) return;
    this.#sums = new Map();
    for (const entry of this.#list) this.#addToSums(entry.token, entry.count);
  }

  /** The last entry of a list takes the place of one that is gone, and is taken for the last token if that one was. */
  remove(token: number): void {
    if (this.#sums !== null) {
      for (const { node, side } of this.#pathOf(token)) {
        const sums = this.#sums.get(node.middle) ?? [0, 0];
        sums[side] = Math.max(0, sums[side] - 1);
      }
      return;
    }
    const at = this.#list.findIndex((entry) => entry.token === token);
    if (at < 0 || --this.#list[at]!.count > 0) return;
    const end = this.#list.pop()!;
    if (at < this.#list.length) this.#list[at] = end;
    if (this.last === token && this.#list.length > 0) this.last = this.#list.at(-1)!.token;
  }

  at({ low, middle, high }: Node): SideCounts {
    if (this.#sums !== null) return { n: this.#sums.get(middle) ?? [0, 0], tokens: null };
    const zero = this.#list.filter(({ token }) => token >= low && token < middle);
    const one = this.#list.filter(({ token }) => token >= middle && token < high);
    const total = (entries: typeof zero): number => entries.reduce((sum, { count }) => sum + count, 0);
    return { n: [total(zero), total(one)], tokens: [zero.length, one.length] };
  }

  #addToSums(token: number, times: number): void {
    for (const { node, side } of this.#pathOf(token)) {
      const sums = this.#sums!.get(node.middle) ?? [0, 0];
      this.#sums!.set(node.middle, sums);
      sums[side] += times;
      if (sums[side] <= mostCount) continue;
      const other = (1 - side) as 0 | 1;
      sums[side] = Math.floor(sums[side] / 2);
      sums[other] = Math.floor((sums[other] + 1) / 2);
    }
  }
}
