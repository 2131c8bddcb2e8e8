import { TextReader } from './countedContexts.ts';
import { FollowerCounts, type Node, type SideCounts } from './followerCounts.ts';
import { type CodeTree, codeTree, squash, type State, stateMapUpdate, stretch } from './logisticMixing.ts';

/*
 * Float64 oracle of the counting model: contexts are strings, counts and beliefs lie in maps, nothing is fast. Tokens are their places
 * among the leaves. @source Mahoney 2005 (PAQ: logistic mixing, adaptive state maps, secondary estimation)
 */

const contextCount = 23;
const orderCount = 7;
const sourceCount = 2 * contextCount;
const levelBounds = [1, 2, 3, 4, 5, 7, 10, 15, 23, 36, 61, 111, 251];
const levelMeans = [0, 1, 2, 3, 4, 5.5, 8, 12, 18.5, 29, 47, 84, 175, 500];
/** different tokens: 1, 2, up to 4, up to 8, more; the last is for what is not known */
const tokenBounds = [2, 3, 5, 9];
const tokenMeans = [1, 2, 3.5, 6.5, 12, 0];
const unknownTokens = 5;
const cellLimit = 1_023;
const furthest = 16;
const [finalRate, chainRate, adjustmentRate] = [0.003, 0.06, 0.02];
const [firstRate, lastRate, adaptingRate] = [0.04, 0.01, 0.015];
const adjustmentCells = 33;

const inProjectAndFile = (contexts: readonly number[]): number[] =>
  contexts.flatMap((context) => [context, contextCount + context]);
const orders = [0, 1, 2, 3, 4, 5, 6];
const structure = [0, 1, 7, 20, 10, 18, 12, 14, 16, 17, 15, 19, 21, 11, 22, 8, 9, 13];
const chains = [inProjectAndFile(orders), orders, inProjectAndFile(structure)];
const outsideInput = sourceCount;
const chainInput = outsideInput + 1;
const constantInput = chainInput + chains.length;
const inputCount = constantInput + 1;

interface Evidence {
  readonly cell: string;
  /** (n1 + .4) / (n + .8) of the levels' means: what the cell believes first */
  readonly initial: number;
  /** of side 1, each token's count discounted by a half */
  readonly share: number;
  readonly bucket: readonly [level: number, tokens: number];
}

/** What the rows of weights are chosen by. */
interface Situation {
  readonly node: number;
  readonly depth: number;
  readonly lastToken: number;
  /** longest order that knows something, in the project and in the file */
  readonly orders: string;
  /** what the outside model says, from a certain 0 to a certain 1; null = nothing */
  readonly outside: number | null;
  /** how many of the other contexts know something */
  readonly known: string;
  readonly place: string;
}

const weightSets: readonly ((at: Situation) => unknown)[] = [
  ({ node }) => node,
  ({ orders, depth }) => [orders, Math.min(depth, 11)],
  ({ lastToken }) => lastToken,
  ({ known, depth }) => [known, depth === 0],
  ({ place }) => place,
  ({ outside, orders }) => [outside, orders],
];
/** Of the inputs of the sets these are the final mixers', too. */
const finalInputs = [outsideInput, chainInput];
const finalSets: readonly ((at: Situation) => unknown)[] = [({ orders }) => orders, ({ place }) => place];

/** Which (node, last token) share an adjustment is part of the model. */
const adjustmentSets: readonly ((at: Situation) => unknown)[] = [
  ({ node }) => node,
  ({ node, lastToken }) => {
    const token = lastToken < 0 ? 0xffff : lastToken;
    return ((Math.imul(node, 0x9e3779b1) + Math.imul(token, 0x85ebca6b)) >>> 16) & 16_383;
  },
];

export interface Decision {
  readonly node: Node;
  readonly side: 0 | 1;
  /** of side 1 */
  readonly probability: number;
  /** the largest Σ |w| (|x| + 1 + eˣ) of a set: what rounding by ε of all x, and of all p with x = stretch(p), moves its sum by, over ε */
  readonly sensitivity: number;
  readonly learning: Learning;
}

interface Learning {
  readonly evidence: readonly (Evidence | null)[];
  readonly inputs: Float64Array;
  readonly sets: readonly Mixed[];
  readonly finals: readonly Mixed[];
  readonly outputs: Float64Array;
  readonly chainTraces: readonly { readonly p: number; readonly before: readonly number[] }[];
  readonly adjustments: readonly Float64Array[];
  readonly position: number;
}

interface Mixed {
  readonly weights: Float64Array;
  readonly stretched: number;
}

/** What learning changes beside the counts. */
interface Beliefs {
  readonly cells: Map<string, State>;
  readonly weights: Map<string, Float64Array>;
  readonly adjustments: Map<string, Float64Array>;
  readonly shares: Map<string, number>;
}

type Counts = Map<string, FollowerCounts>;

export class CountingOracle {
  readonly tree: CodeTree;
  /** how many decisions have been learnt from */
  corrections = 0;
  readonly #ranks: readonly number[];
  readonly #tokens: readonly Uint8Array[];
  readonly #paths: readonly (readonly { readonly node: Node; readonly side: 0 | 1 }[])[];
  readonly #project: Counts = new Map();
  #file: Counts = new Map();
  #document: { readonly contexts: readonly string[]; readonly token: number }[] = [];
  #reader: TextReader;
  /** the last two tokens that followed each in the text */
  #followers = new Map<number, readonly number[]>();
  #beliefs: Beliefs = emptyBeliefs();
  #settled: Beliefs | null = null;
  #rate = firstRate;
  #outside: ((node: Node) => number) | null = null;

  /** @param tokens the bytes of each id @param frequencies of each id */
  constructor(tokens: readonly Uint8Array[], frequencies: readonly number[]) {
    this.tree = codeTree(tokens, frequencies);
    const { leaves, codes } = this.tree;
    this.#ranks = tokens.map((_, id) => leaves.indexOf(id));
    this.#tokens = leaves.map((id) => tokens[id]!);
    this.#paths = pathsOf(leaves.map((id) => codes[id]!));
    this.#reader = new TextReader(this.#tokens);
  }

  begin(): void {
    if (this.#settled !== null) this.#beliefs = structuredClone(this.#settled);
    this.#beginDocument();
  }

  learnDocument(ids: ArrayLike<number>, progress: number): void {
    this.#rate = firstRate + (lastRate - firstRate) * progress;
    this.#beginDocument();
    for (const id of Array.from(ids)) this.learn(id);
    this.fold();
  }

  fold(): void {
    for (const { contexts, token } of this.#document) this.#countAll(this.#project, contexts, token);
  }

  foldDocument(ids: ArrayLike<number>, add: boolean): void {
    this.#beginText();
    for (const id of Array.from(ids)) {
      const token = this.#ranks[id]!;
      const contexts = this.#contexts();
      if (add) this.#countAll(this.#project, contexts, token);
      else this.#uncountAll(this.#project, contexts, token);
      this.#goOn(token);
    }
    this.begin();
  }

  settle(): void {
    this.#rate = adaptingRate;
    this.#settled = structuredClone(this.#beliefs);
  }

  /** @param probabilities of each id, until the place is another one */
  hear(probabilities: ArrayLike<number>): void {
    const mass = (from: number, to: number): number =>
      this.tree.leaves.slice(from, to).reduce((sum, id) => sum + probabilities[id]!, 0);
    this.#outside = ({ low, middle, high }) => mass(middle, high) / mass(low, high);
  }

  /** P(token | the text so far) */
  probability(id: number): number {
    return this.decisions(id).reduce(
      (product, { side, probability }) => product * (side === 1 ? probability : 1 - probability),
      1,
    );
  }

  /** The decisions that lead to a token: all of them are made before any is learnt from. */
  decisions(id: number): Decision[] {
    const contexts = this.#contexts();
    const found = [this.#project, this.#file].flatMap((counts) =>
      contexts.map((context) => counts.get(context) ?? null),
    );
    return this.#paths[this.#ranks[id]!]!.map(({ node, side }, depth) =>
      this.#decide(found, node, side, depth),
    );
  }

  learn(id: number): void {
    for (const decision of this.decisions(id)) this.#learnDecision(decision);
    const token = this.#ranks[id]!;
    const contexts = this.#contexts();
    this.#document.push({ contexts, token });
    this.#countAll(this.#file, contexts, token);
    this.#goOn(token);
  }

  #beginDocument(): void {
    this.#file = new Map();
    this.#document = [];
    this.#beginText();
  }

  #beginText(): void {
    this.#reader = new TextReader(this.#tokens);
    this.#followers = new Map();
    this.#outside = null;
  }

  /** Each under its number. */
  #contexts(): string[] {
    const followed = this.#followers.get(this.#reader.before(1)) ?? [0, 0];
    return this.#reader.contexts(followed).map((context, i) => `${i} ${context}`);
  }

  #goOn(token: number): void {
    const t1 = this.#reader.before(1);
    if (t1 >= 0) this.#followers.set(t1, [(this.#followers.get(t1) ?? [0, 0])[1]!, token]);
    this.#reader.read(token);
    this.#outside = null;
  }

  #countAll(counts: Counts, contexts: readonly string[], token: number): void {
    for (const context of contexts) {
      const entry = counts.get(context) ?? new FollowerCounts((of) => this.#paths[of]!);
      entry.add(token);
      counts.set(context, entry);
    }
  }

  #uncountAll(counts: Counts, contexts: readonly string[], token: number): void {
    for (const context of contexts) {
      const entry = counts.get(context);
      entry?.remove(token);
      if (entry?.isEmpty === true) counts.delete(context);
    }
  }

  #decide(found: readonly (FollowerCounts | null)[], node: Node, side: 0 | 1, depth: number): Decision {
    const evidence = found.map((counts, source) =>
      counts === null ? null : evidenceOf(counts, node, source),
    );
    const outside =
      this.#outside === null ? null : stretch(clamp(Math.fround(this.#outside(node)), 1e-5, 1 - 1e-5));
    const situation = this.#situation(evidence, node, depth, outside);
    const chainTraces = chains.map((chain, i) => this.#runChain(chain, i, evidence));
    const inputs = new Float64Array(inputCount);
    evidence.forEach((of, i) => (inputs[i] = of === null ? 0 : stretch(this.#cell(of).p)));
    inputs[outsideInput] = outside ?? 0;
    chainTraces.forEach(({ p }, i) => (inputs[chainInput + i] = stretch(p)));
    inputs[constantInput] = 0.3;
    const sets = weightSets.map((choose, set) =>
      mixed(this.#weights(`set ${set}`, choose(situation)), inputs),
    );
    const outputs = Float64Array.from([
      ...sets.map(({ stretched }) => stretched),
      ...finalInputs.map((input) => inputs[input]!),
    ]);
    const finals = finalSets.map((choose, set) =>
      mixed(this.#weights(`final ${set}`, choose(situation)), outputs),
    );
    const final = finals.reduce((sum, { stretched }) => sum + stretched / finals.length, 0);
    const position = clamp((final + 8) * 2, 0, 31.999);
    const adjustments = adjustmentSets.map((choose, set) => this.#adjustment(set, choose(situation)));
    const [a, b] = adjustments.map((cells) => interpolate(cells, position));
    const probability = clamp(0.5 * squash(final) + 0.25 * a! + 0.25 * b!, 1e-6, 1 - 1e-6);
    const moved = inputs.map((x) => Math.abs(x) + 1 + Math.exp(x));
    const sensitivity = Math.max(
      ...sets.map(({ weights }) => weights.reduce((sum, weight, i) => sum + Math.abs(weight) * moved[i]!, 0)),
    );
    const learning = { evidence, inputs, sets, finals, outputs, chainTraces, adjustments, position };
    return { node, side, probability, sensitivity, learning };
  }

  #situation(
    evidence: readonly (Evidence | null)[],
    { middle }: Node,
    depth: number,
    outside: number | null,
  ): Situation {
    const halves = [evidence.slice(0, contextCount), evidence.slice(contextCount)];
    const { lexical, word, brackets, line } = this.#reader;
    const place = [Math.min(depth, 11), lexical, word !== '', brackets.length > 0, line.length === 0];
    return {
      node: middle,
      depth,
      lastToken: this.#reader.before(1),
      orders: halves.map((half) => 1 + half.slice(0, orderCount).findLastIndex((of) => of !== null)).join(),
      known: halves.map((half) => half.slice(orderCount).filter((of) => of !== null).length).join(),
      outside: outside === null ? null : clamp(Math.floor((outside + 8) * 0.75), 0, 11),
      place: place.join(),
    };
  }

  #runChain(chain: readonly number[], number: number, evidence: readonly (Evidence | null)[]) {
    const before: number[] = [];
    let p = 0.5;
    for (const source of chain) {
      const of = evidence[source]!;
      if (of === null) continue;
      before.push(p);
      p += this.#share(number, source, of)[1] * (of.share - p);
    }
    return { p: clamp(p, 0.0005, 0.9995), before };
  }

  #learnDecision({ side: bit, learning }: Decision): void {
    const { evidence, inputs, sets, finals, outputs, chainTraces, adjustments, position } = learning;
    this.corrections++;
    for (const of of evidence) {
      if (of !== null) this.#beliefs.cells.set(of.cell, stateMapUpdate(this.#cell(of), bit, cellLimit));
    }
    chainTraces.forEach((trace, i) => this.#learnChain(chains[i]!, i, trace, evidence, bit));
    for (const of of finals) descend(of, outputs, bit, finalRate);
    for (const of of sets) descend(of, inputs, bit, this.#rate);
    for (const cells of adjustments) {
      const index = Math.floor(position);
      const share = position - index;
      cells[index]! += (bit - cells[index]!) * adjustmentRate * (1 - share);
      cells[index + 1]! += (bit - cells[index + 1]!) * adjustmentRate * share;
    }
  }

  /** Back from the most specific source: each passes on 1 − a of the slope. */
  #learnChain(
    chain: readonly number[],
    number: number,
    { p, before }: { readonly p: number; readonly before: readonly number[] },
    evidence: readonly (Evidence | null)[],
    bit: 0 | 1,
  ): void {
    let slope = ((bit - p) / (p * (1 - p) + 0.02)) * chainRate;
    let element = before.length;
    for (const source of chain.toReversed()) {
      const of = evidence[source]!;
      if (of === null) continue;
      const [key, share] = this.#share(number, source, of);
      const next = share + slope * (of.share - before[--element]!) * share * (1 - share);
      this.#beliefs.shares.set(key, clamp(next, 0.002, 0.998));
      slope *= 1 - share;
    }
  }

  #cell({ cell, initial }: Evidence): State {
    return this.#beliefs.cells.get(cell) ?? { p: initial, k: 4 };
  }

  #share(chain: number, source: number, { bucket }: Evidence): [key: string, share: number] {
    const key = `${chain} ${source} ${bucket.join()}`;
    const n = Math.max(1, levelMeans[bucket[0]]!);
    const tokens = Math.min(n, tokenMeans[bucket[1]]!);
    return [key, this.#beliefs.shares.get(key) ?? clamp((n - 0.5 * tokens) / (n + tokens), 0.05, 0.9)];
  }

  #weights(set: string, row: unknown): Float64Array {
    return stored(this.#beliefs.weights, `${set} ${JSON.stringify(row)}`, () => {
      if (set.startsWith('final')) {
        const weights = new Float64Array(weightSets.length + finalInputs.length);
        return weights.fill(1 / weightSets.length, 0, weightSets.length);
      }
      const weights = new Float64Array(inputCount).fill(0.07);
      weights[outsideInput] = 0.4;
      return weights.fill(0.1, chainInput, constantInput).fill(0, constantInput);
    });
  }

  #adjustment(set: number, row: unknown): Float64Array {
    return stored(this.#beliefs.adjustments, `${set} ${JSON.stringify(row)}`, () =>
      Float64Array.from({ length: adjustmentCells }, (_, i) => squash((i - 16) / 2)),
    );
  }
}

function emptyBeliefs(): Beliefs {
  return {
    cells: new Map(),
    weights: new Map(),
    adjustments: new Map(),
    shares: new Map(),
  };
}

/** @param codes of each leaf, in order */
function pathsOf(codes: readonly string[]): { node: Node; side: 0 | 1 }[][] {
  const nodes = new Map<string, Node>();
  const nodeAt = (prefix: string): Node => {
    const low = codes.findIndex((code) => code.startsWith(prefix));
    const high = 1 + codes.findLastIndex((code) => code.startsWith(prefix));
    const node = { low, middle: codes.findIndex((code) => code.startsWith(`${prefix}1`)), high };
    nodes.set(prefix, node);
    return node;
  };
  return codes.map((code) =>
    Array.from(code, (side, depth) => {
      const prefix = code.slice(0, depth);
      return { node: nodes.get(prefix) ?? nodeAt(prefix), side: side === '1' ? 1 : 0 };
    }),
  );
}

function evidenceOf(counts: FollowerCounts, node: Node, source: number): Evidence | null {
  const { n, tokens }: SideCounts = counts.at(node);
  const total = n[0] + n[1];
  if (total === 0) return null;
  const { low, middle, high } = node;
  const last = counts.last < low || counts.last >= high ? 'elsewhere' : counts.last < middle ? 0 : 1;
  const different = tokens === null ? null : tokens[0] + tokens[1];
  const levels = [levelOf(n[0], levelBounds), levelOf(n[1], levelBounds)] as const;
  const [mean0, mean1] = [levelMeans[levels[0]]!, levelMeans[levels[1]]!];
  return {
    cell: [source, ...levels, last, different === 1].join(),
    initial: (mean1 + 0.4) / (mean0 + mean1 + 0.8),
    share: (n[1] - 0.5 * (tokens?.[1] ?? 0)) / (total - 0.5 * (different ?? 0)),
    bucket: [
      levelOf(total, levelBounds),
      different === null ? unknownTokens : levelOf(different, tokenBounds),
    ],
  };
}

/** How many of the bounds are reached. */
function levelOf(n: number, bounds: readonly number[]): number {
  return bounds.filter((bound) => n >= bound).length;
}

function mixed(weights: Float64Array, inputs: Float64Array): Mixed {
  const sum = weights.reduce((dot, weight, i) => dot + weight * inputs[i]!, 0);
  return { weights, stretched: clamp(sum, -furthest, furthest) };
}

/** w + rate (bit − p) x, of the p that was said */
function descend({ weights, stretched }: Mixed, inputs: Float64Array, bit: 0 | 1, rate: number): void {
  const error = bit - squash(stretched);
  inputs.forEach((x, i) => (weights[i]! += rate * error * x));
}

function interpolate(cells: Float64Array, position: number): number {
  const index = Math.floor(position);
  const share = position - index;
  return cells[index]! * (1 - share) + cells[index + 1]! * share;
}

function clamp(x: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, x));
}

function stored<Value>(map: Map<string, Value>, key: string, initial: () => Value): Value {
  const value = map.get(key) ?? initial();
  map.set(key, value);
  return value;
}
