import { grown, PairTable } from './pairTable.ts';

/** Stands before the first token of a document; no token has this id. */
export const documentStart = 0xffff;
/** the empty context */
const root = 0;
const noPair = -1;

/** The contexts that the end of a text has in some counts: nodes of the empty context, the last token, the last two … */
export interface MatchedContexts {
  /** i32[maxContext + 1], by length of the context */
  readonly nodes: Int32Array;
  /** how many of them have been followed by something; longer contexts have not */
  matched: number;
}

/**
 * The adjusted counts of Kneser–Ney, kept up to date token by token: an n-gram of the longest context, or one that begins with the
 * document, is counted each time it occurs; a shorter one once for each different token before it.
 *
 * Contexts are a trie that is read backwards from the cursor; each node lists its followers.
 * @source Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling", §3; adjusted counts as in
 *   Heafield et al. 2013, "Scalable modified Kneser-Ney language model estimation", §3.2
 */
export class NgramCounts {
  /** tokens of the longest context: the order of the model − 1 */
  readonly maxContext: number;
  /** (context, the token before it) → longer context − 1 */
  readonly #children = new PairTable();
  /** (context, follower) */
  readonly #followers = new PairTable();
  /** by node */
  #lengths = new Uint8Array(1);
  #totals = new Int32Array(1);
  /** followers with count 1, with 2, with 3 or more */
  #ones = new Uint16Array(1);
  #twos = new Uint16Array(1);
  #more = new Uint16Array(1);
  #lastFollower = new Int32Array(1).fill(noPair);
  /** by number of (context, follower) */
  #counts = new Int32Array(1);
  #previousFollower = new Int32Array(1);
  /** the contexts of the position being counted */
  readonly #path: Int32Array;

  constructor(maxContext: number) {
    this.maxContext = maxContext;
    this.#path = new Int32Array(maxContext + 1);
  }

  /** Counts `text[at]` after the text before it. @param text begins with `documentStart` */
  add(text: Uint16Array, at: number): void {
    for (let length = this.#addContexts(text, at); length >= 0; length--) {
      const node = this.#path[length]!;
      const pair = this.#addFollower(node, text[at]!);
      const count = this.#counts[pair]!;
      this.#changeCount(node, pair, count + 1);
      if (count > 0) return;
    }
  }

  /** Takes one `add` of the same token after the same text back. */
  remove(text: Uint16Array, at: number): void {
    for (let length = this.#addContexts(text, at); length >= 0; length--) {
      const node = this.#path[length]!;
      const pair = this.#followers.find(node, text[at]!);
      const count = this.#counts[pair]!;
      this.#changeCount(node, pair, count - 1);
      if (count > 1) return;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#children.clear();
    this.#followers.clear();
    this.#resetNode(root, 0);
  }

  /** @param contexts written: those of the end of `text`, whose first `length` elements count */
  match(text: Uint16Array, length: number, contexts: MatchedContexts): void {
    const longest = Math.min(this.maxContext, length);
    let node = root;
    let matched = 0;
    while (this.#totals[node]! > 0) {
      contexts.nodes[matched++] = node;
      if (matched > longest) break;
      node = this.#children.find(node, text[length - matched]!) + 1;
      if (node === root) break;
    }
    contexts.matched = matched;
  }

  /** adjusted count of all followers together */
  total(node: number): number {
    return this.#totals[node]!;
  }

  /** adjusted count of one follower */
  count(node: number, token: number): number {
    const pair = this.#followers.find(node, token);
    return pair === noPair ? 0 : this.#counts[pair]!;
  }

  /** number of followers with adjusted count 1, 2, or (`count` = 3) 3 and more */
  followers(node: number, count: number): number {
    return (count === 1 ? this.#ones : count === 2 ? this.#twos : this.#more)[node]!;
  }

  /** The followers one after the other: `for (let f = lastFollower(node); f >= 0; f = previousFollower(f))`; some may count 0. */
  lastFollower(node: number): number {
    return this.#lastFollower[node]!;
  }

  previousFollower(follower: number): number {
    return this.#previousFollower[follower]!;
  }

  followerToken(follower: number): number {
    return this.#followers.token(follower);
  }

  followerCount(follower: number): number {
    return this.#counts[follower]!;
  }

  /** @param tally i32[maxContext + 1, 4] accumulated: n-grams with adjusted count 1, 2, 3, 4 by length of the context */
  tallyCounts(tally: Int32Array): void {
    for (let node = 0; node <= this.#children.size; node++) {
      const row = 4 * this.#lengths[node]!;
      for (let f = this.#lastFollower[node]!; f >= 0; f = this.#previousFollower[f]!) {
        const count = this.#counts[f]!;
        if (count > 0 && count <= 4) tally[row + count - 1]!++;
      }
    }
  }

  /** @returns the length of the longest context; nodes are in #path */
  #addContexts(text: Uint16Array, at: number): number {
    const longest = Math.min(this.maxContext, at);
    const path = this.#path;
    path[0] = root;
    for (let length = 1; length <= longest; length++) {
      const known = this.#children.size;
      const node = this.#children.add(path[length - 1]!, text[at - length]!) + 1;
      if (node > known) this.#resetNode(node, length);
      path[length] = node;
    }
    return longest;
  }

  #addFollower(node: number, token: number): number {
    const known = this.#followers.size;
    const pair = this.#followers.add(node, token);
    if (pair < known) return pair;
    if (pair >= this.#counts.length) {
      this.#counts = grown(this.#counts, 2 * pair);
      this.#previousFollower = grown(this.#previousFollower, 2 * pair);
    }
    this.#counts[pair] = 0;
    this.#previousFollower[pair] = this.#lastFollower[node]!;
    this.#lastFollower[node] = pair;
    return pair;
  }

  #resetNode(node: number, length: number): void {
    if (node >= this.#totals.length) {
      const room = 2 * node;
      this.#lengths = grown(this.#lengths, room);
      this.#totals = grown(this.#totals, room);
      this.#ones = grown(this.#ones, room);
      this.#twos = grown(this.#twos, room);
      this.#more = grown(this.#more, room);
      this.#lastFollower = grown(this.#lastFollower, room);
    }
    this.#lengths[node] = length;
    this.#totals[node] = 0;
    this.#ones[node] = 0;
    this.#twos[node] = 0;
    this.#more[node] = 0;
    this.#lastFollower[node] = noPair;
  }

  #changeCount(node: number, pair: number, count: number): void {
    const before = this.#counts[pair]!;
    this.#totals[node]! += count - before;
    this.#changeClass(node, before, -1);
    this.#changeClass(node, count, 1);
    this.#counts[pair] = count;
  }

  #changeClass(node: number, count: number, by: number): void {
    if (count === 1) this.#ones[node]! += by;
    else if (count === 2) this.#twos[node]! += by;
    else if (count > 2) this.#more[node]! += by;
  }
}
