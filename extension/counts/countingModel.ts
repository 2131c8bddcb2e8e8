import { sharesMemory } from '../platform/sharing.ts';
import type { CodeTree, CountsCapacity, CountsTransfer } from '../protocol/indexing.ts';
import type { PartsOfToken } from '../protocol/parts.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { DecisionParts } from './decisionParts.ts';
import type { Address, CountKernels } from './kernels.ts';
import { writeInitialBeliefs } from './initial.ts';
import {
  asideTokens,
  type CountsPlan,
  mostSupposed,
  planCounts,
  readField,
  searchRoom,
  writeField,
  writeStructures,
} from './plan.ts';
import type { Candidates, SequenceModel } from './sequenceModel.ts';

/** Learning rates while the index is built: from the first to the second. */
const buildingRates = [0.04, 0.01] as const;
const adaptingRate = 0.015;
/** More of another document at once than this would keep somebody waiting who asks: a few milliseconds. */
const stepTokens = 2_048;

/**
 * Predicts a token as a path of decisions, in each of which the counts of many contexts are mixed. What was counted in the project and in
 * the current document are different sources. The same calls give the same bits on every machine.
 * @source Mahoney 2005 (PAQ: logistic mixing, adaptive state maps, secondary estimation); Hellendoorn & Devanbu 2017 (nested caches)
 */
export class CountingModel implements SequenceModel {
  readonly vocabSize: number;
  readonly #tree: CodeTree;
  readonly #plan: CountsPlan;
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: CountKernels;
  readonly #capacity: CountsCapacity;
  #located = false;
  #scored = -1;
  #supposed = 0;
  #room: number;
  /** what `begin` goes back to; null: nothing */
  #settled: Uint8Array | null = null;

  /**
   * @param module the baseline build of the kernels
   * @param built the memory of a model that another thread has built
   * @throws {RangeError} when the machine does not give the memory
   */
  constructor(
    module: WebAssembly.Module,
    tokenizer: Tokenizer,
    tree: CodeTree,
    capacity: CountsCapacity,
    built: WebAssembly.Memory | null = null,
  ) {
    const { vocabSize } = tokenizer;
    this.vocabSize = vocabSize;
    this.#tree = tree;
    this.#capacity = capacity;
    this.#room = capacity.documentTokens;
    const probe = instantiate(module, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
    const tokenBytes = tree.ids.reduce((sum, id) => sum + tokenizer.tokenBytes(id).length, 0);
    const size = { vocabSize, tokenBytes, ...capacity };
    this.#plan = planCounts(size, probe.heapBase(), probe.countsStateBytes());
    const pages = Math.ceil(this.#plan.bytes / 65_536);
    this.#memory = built ?? new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.#kernels = instantiate(module, this.#memory);
    if (built === null) this.#initialize(tokenizer);
    else this.#settled = this.#adaptive().slice();
    this.begin();
  }

  /** The model that `toTransfer` was asked of, with whatever it was built with. */
  static fromTransfer(
    module: WebAssembly.Module,
    tokenizer: Tokenizer,
    transfer: CountsTransfer,
  ): CountingModel {
    const { tree, capacity, memory } = transfer;
    const built = memory instanceof Uint8Array ? memoryHolding(memory) : memory;
    return new CountingModel(module, tokenizer, tree, capacity, built);
  }

  #initialize(tokenizer: Tokenizer): void {
    const { vocabSize } = this;
    writeStructures(this.#memory, this.#plan, {
      vocabSize,
      root: this.#tree.root,
      learningRate: buildingRates[0],
      finalLearningRate: 0.003,
      chainRate: 0.06,
      adjustmentRate: 0.02,
      cellLimit: 1_023,
    });
    this.#writeTree(tokenizer);
    writeInitialBeliefs(this.#memory, this.#plan, vocabSize);
  }

  /** A settled model for another thread, which then has it alone: the memory is shared where it can be, else copied. */
  toTransfer(): CountsTransfer {
    this.begin();
    const memory = sharesMemory() ? this.#memory : new Uint8Array(this.#memory.buffer).slice();
    return { memory, tree: this.#tree, capacity: this.#capacity };
  }

  /** What was learnt about whom to trust, until the model was settled; the counts are no part of it. */
  get trust(): Float32Array {
    return new Float32Array(this.#settled!.slice().buffer);
  }

  /** Goes on from what an earlier model over the same code tree has learnt, until it is settled. @returns whether it fits */
  adopt(trust: Float32Array): boolean {
    const adaptive = this.#adaptive();
    if (trust.byteLength !== adaptive.length) return false;
    adaptive.set(new Uint8Array(trust.buffer, trust.byteOffset, trust.byteLength));
    return true;
  }

  /** Bytes of memory that the model takes. */
  get bytes(): number {
    return this.#plan.bytes;
  }

  begin(): void {
    if (this.#settled !== null) this.#adaptive().set(this.#settled);
    this.#kernels.countsBegin(this.#plan.at.model);
    this.#placed();
  }

  probability(token: number): number {
    this.#locate();
    this.#scored = this.#tree.ranks[token]!;
    return this.#kernels.countsScore(this.#plan.at.model, this.#scored);
  }

  /** The token's probability, how each decision on the way to it came about, and what the parts say of it alone. */
  parts(token: number): Omit<PartsOfToken, 'id' | 'bytes'> {
    const mixed = this.probability(token);
    const frames = new DecisionParts(this.#memory, this.#plan);
    const depths = Array.from({ length: this.#tree.depths[this.#scored]! }, (_, depth) => depth);
    const alone = depths.map((depth) => frames.alone(depth));
    const product = (of: 'project' | 'file' | 'outside'): number =>
      alone.reduce((probability, decision) => probability * decision[of], 1);
    const heard = readField(this.#memory, this.#plan, 'hasOutside') === 1;
    return {
      project: product('project'),
      file: product('file'),
      transformer: heard ? product('outside') : null,
      mixed,
      decisions: depths.map((depth) => frames.decision(depth)),
    };
  }

  top(count: number): Candidates {
    return this.topAmong(count, 0, this.vocabSize);
  }

  /** The likeliest of the tokens whose places among the leaves are in [low, high). */
  topAmong(count: number, low: number, high: number): Candidates {
    this.#locate();
    const { at } = this.#plan;
    const most = Math.min(count, searchRoom);
    const found = this.#kernels.countsLikeliest(
      at.model,
      low,
      high,
      most,
      at.ids,
      at.probabilities,
      at.heap,
      searchRoom,
    );
    const ranks = new Int32Array(this.#memory.buffer, at.ids, found);
    return {
      ids: Array.from(ranks, (rank) => this.#tree.ids[rank]!),
      probabilities: [...new Float64Array(this.#memory.buffer, at.probabilities, found)],
    };
  }

  distribution(out: Float64Array): void {
    this.#locate();
    const { at } = this.#plan;
    this.#kernels.countsDistribution(at.model, at.probabilities, at.heap);
    const byRank = new Float64Array(this.#memory.buffer, at.probabilities, this.vocabSize);
    byRank.forEach((probability, rank) => (out[this.#tree.ids[rank]!] = probability));
  }

  learn(token: number): void {
    const rank = this.#tree.ranks[token]!;
    this.#expectRoom(1 + Math.max(this.#length('document'), this.#length('text')));
    if (this.#scored !== rank) this.probability(token);
    this.#kernels.countsLearnScored(this.#plan.at.model, rank);
    this.#kernels.countsAppend(this.#plan.at.model, rank);
    this.#moved();
  }

  advance(token: number): void {
    this.rewind();
    this.#expectRoom(1 + this.#length('text'));
    this.#kernels.countsAdvance(this.#plan.at.model, this.#tree.ranks[token]!);
    this.#moved();
  }

  suppose(token: number): void {
    if (this.#supposed === 0) this.#state('savedState').set(this.#state('state'));
    if (++this.#supposed > mostSupposed)
      throw new RangeError(`more than ${mostSupposed} tokens are supposed`);
    this.#kernels.countsAdvance(this.#plan.at.model, this.#tree.ranks[token]!);
    this.#moved();
  }

  rewind(): void {
    if (this.#supposed === 0) return;
    this.#state('state').set(this.#state('savedState'));
    writeField(this.#memory, this.#plan, 'textLength', this.#length('text') - this.#supposed);
    this.#supposed = 0;
    this.#moved();
  }

  /** @param progress share of the index that is built: the more there is, the less a document changes whom to trust */
  slowDown(progress: number): void {
    const [from, to] = buildingRates;
    writeField(this.#memory, this.#plan, 'learningRate', from + (to - from) * progress);
  }

  /**
   * Scores a document token by token and learns from it; then its counts are the project's.
   * @param progress as slowDown
   * @returns bits
   */
  learnDocument(ids: Uint16Array, progress: number): number {
    this.slowDown(progress);
    const bits = this.#kernels.countsLearn(this.#plan.at.model, this.#writeTokens(ids), ids.length);
    this.fold();
    return bits;
  }

  /** The document's counts are the project's, too. */
  fold(): void {
    this.#kernels.countsFold(this.#plan.at.model);
    this.#moved();
  }

  /**
   * Counts a document in the project without learning how much to trust what, or takes it out again. What is counted in the current
   * document stays; its place has to be set anew.
   * @param from, to of its tokens, where the others are counted by other calls
   */
  foldDocument(ids: Uint16Array, add: boolean, from = 0, to = ids.length): void {
    this.#kernels.countsFoldTokens(this.#plan.at.model, this.#writeTokens(ids), from, to, add);
    this.#placed();
  }

  /** The index is built: from now on `begin` takes back what a document taught about whom to trust. */
  settle(): void {
    writeField(this.#memory, this.#plan, 'learningRate', adaptingRate);
    this.#settled = this.#adaptive().slice();
  }

  /** Most tokens of the current document. */
  get room(): number {
    return this.#room;
  }

  /** Most tokens of a document that is the current one aside. */
  get roomAside(): number {
    return asideTokens(this.#capacity);
  }

  /**
   * The current document as an editor shows it. The place is behind the first `before` tokens.
   * @param cancelled polled before each step of much that is another; then a part is there, and the next call goes on with it
   * @returns whether it was not cancelled
   */
  setDocument(ids: Uint16Array, before: number, cancelled: () => boolean = () => false): boolean {
    const { model } = this.#plan.at;
    const wanted = this.#ranked(ids);
    this.#placed();
    for (;;) {
      const known = this.#document.slice();
      const [start, end] = alike(wanted, known);
      const [gone, come] = [known.length - start - end, wanted.length - start - end];
      if (gone + come <= stepTokens) break;
      if (cancelled()) return false;
      // What is alike at the end moves; before it goes what is known, from its end on, then comes what is wanted.
      const left = start + Math.max(0, gone - stepTokens);
      const head = gone > 0 ? known.subarray(0, left) : wanted.subarray(0, start + stepTokens);
      const part = joined(head, known.subarray(known.length - end));
      this.#kernels.countsSetDocument(model, this.#write(part), part.length, part.length);
    }
    this.#kernels.countsSetDocument(model, this.#write(wanted), wanted.length, before);
    return true;
  }

  /**
   * Another document is the current one until the work is done, an empty one at first. Then the one before is as it was; its place has to
   * be set anew.
   */
  aside<Result>(work: () => Result): Result {
    const { at } = this.#plan;
    const length = this.#length('document');
    const change = (file: Address, document: Address, hashes: Address, documentLength: number): void => {
      const fields = { file, document, documentHashes: hashes, documentLength } as const;
      for (const [field, value] of Object.entries(fields)) {
        writeField(this.#memory, this.#plan, field as keyof typeof fields, value);
      }
    };
    change(at.asideFile, at.asideDocument, at.asideHashes, 0);
    this.#room = this.roomAside;
    this.#kernels.countsBegin(at.model);
    this.#placed();
    try {
      return work();
    } finally {
      change(at.file, at.document, at.documentHashes, length);
      this.#room = this.#capacity.documentTokens;
      this.#kernels.countsSetDocument(at.model, at.document, length, 0);
      this.#placed();
    }
  }

  /**
   * What an outside model says of the place's next token is mixed in, until the place is another one.
   * @param probabilities f32 or f64[vocabSize], adding up to 1
   */
  hear(probabilities: Float32Array | Float64Array): void {
    const { ids, children } = this.#tree;
    const outside = new Float32Array(this.#memory.buffer, this.#plan.at.outside, this.vocabSize);
    const massOf = (node: number): number => {
      if (node < 0) return probabilities[ids[-1 - node]!]!;
      const zero = massOf(children[2 * node]!);
      const one = massOf(children[2 * node + 1]!);
      // What rounds to nothing says nothing: 0 / 0 would spread to all weights.
      outside[node] = zero + one > 0 ? one / (zero + one) : 0.5;
      return zero + one;
    };
    massOf(this.#tree.root);
    writeField(this.#memory, this.#plan, 'hasOutside', 1);
    this.#scored = -1;
  }

  #locate(): void {
    if (this.#located) return;
    this.#kernels.countsLocate(this.#plan.at.model);
    this.#located = true;
  }

  /** The place is another one, and nothing is supposed there. */
  #placed(): void {
    this.#supposed = 0;
    this.#moved();
  }

  #moved(): void {
    this.#located = false;
    this.#scored = -1;
    writeField(this.#memory, this.#plan, 'hasOutside', 0);
  }

  #adaptive(): Uint8Array {
    const [start, end] = this.#plan.adaptive;
    return new Uint8Array(this.#memory.buffer, start, end - start);
  }

  #state(which: 'state' | 'savedState'): Uint8Array {
    return new Uint8Array(this.#memory.buffer, this.#plan.at[which], this.#kernels.countsStateBytes());
  }

  /** Ranks of the current document. */
  get #document(): Uint16Array {
    const at = readField(this.#memory, this.#plan, 'document') >>> 0;
    return new Uint16Array(this.#memory.buffer, at, this.#length('document'));
  }

  /** Tokens that are counted in the file; tokens before the place. */
  #length(of: 'document' | 'text'): number {
    return readField(this.#memory, this.#plan, `${of}Length`);
  }

  /** @throws {RangeError} */
  #expectRoom(length: number): void {
    const room = this.#room;
    if (length <= room) return;
    throw new RangeError(
      `The counting model should be given documents of at most ${room} tokens; this one has ${length}: give it less of it, or build it with a larger documentTokens.`,
    );
  }

  #writeTokens(ids: Uint16Array): Address {
    return this.#write(this.#ranked(ids));
  }

  /** @throws {RangeError} */
  #ranked(ids: Uint16Array): Uint16Array {
    this.#expectRoom(ids.length);
    return ids.map((id) => this.#tree.ranks[id]!);
  }

  #write(ranks: Uint16Array): Address {
    new Uint16Array(this.#memory.buffer, this.#plan.at.tokens, ranks.length).set(ranks);
    return this.#plan.at.tokens;
  }

  #writeTree(tokenizer: Tokenizer): void {
    const { buffer } = this.#memory;
    const { at } = this.#plan;
    const { codes, depths, children, ids } = this.#tree;
    new Uint32Array(buffer, at.codes, codes.length).set(codes);
    new Uint8Array(buffer, at.depths, depths.length).set(depths);
    new Int32Array(buffer, at.children, children.length).set(children);
    const starts = new Uint32Array(buffer, at.byteStarts, ids.length + 1);
    const bytes = new Uint8Array(buffer, at.bytes);
    ids.forEach((id, rank) => {
      const token = tokenizer.tokenBytes(id);
      bytes.set(token, starts[rank]);
      starts[rank + 1] = starts[rank]! + token.length;
    });
  }
}

function joined(one: Uint16Array, other: Uint16Array): Uint16Array {
  const both = new Uint16Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** How many tokens are the same at the beginning of both, and then at their ends. */
function alike(one: Uint16Array, other: Uint16Array): [number, number] {
  const most = Math.min(one.length, other.length);
  let start = 0;
  while (start < most && one[start] === other[start]) start++;
  let end = 0;
  while (end < most - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  return [start, end];
}

/** @param bytes whole pages */
function memoryHolding(bytes: Uint8Array): WebAssembly.Memory {
  const pages = bytes.length / 65_536;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  new Uint8Array(memory.buffer).set(bytes);
  return memory;
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): CountKernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as CountKernels;
}
