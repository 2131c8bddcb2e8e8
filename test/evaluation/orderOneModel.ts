import type { Candidates, SequenceModel } from '../../extension/counts/sequenceModel.ts';

/** P(token | the one before it) from counts, smoothed by how often each token came; what a document added goes with the document. */
export class OrderOneModel implements SequenceModel {
  readonly vocabSize: number;
  readonly #endOfText: number;
  readonly #pairs = new Map<number, number>();
  readonly #firsts: Float64Array;
  readonly #unigrams: Float64Array;
  #total: number;
  #undo: (() => void)[] = [];
  #previous: number;
  #supposed: number | null = null;

  constructor(vocabSize: number, endOfText: number, training: readonly ArrayLike<number>[]) {
    this.vocabSize = vocabSize;
    this.#endOfText = endOfText;
    this.#firsts = new Float64Array(vocabSize);
    this.#unigrams = new Float64Array(vocabSize).fill(1);
    this.#total = vocabSize;
    this.#previous = endOfText;
    for (const ids of training) {
      for (const id of [...Array.from(ids), endOfText]) this.learn(id);
    }
    this.#undo = [];
  }

  /** every count, to be compared */
  get counts(): readonly (readonly [number, number])[] {
    return [...this.#pairs].sort(([a], [b]) => a - b);
  }

  begin(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
    this.#previous = this.#endOfText;
    this.#supposed = null;
  }

  probability(token: number): number {
    const before = this.#supposed ?? this.#previous;
    const unigram = this.#unigrams[token]! / this.#total;
    const pair = this.#pairs.get(before * this.vocabSize + token) ?? 0;
    return (pair + unigram) / (this.#firsts[before]! + 1);
  }

  top(count: number): Candidates {
    const out = new Float64Array(this.vocabSize);
    this.distribution(out);
    const least = Float64Array.from(out).sort().at(-count)!;
    const best = Array.from(out.keys()).filter((id) => out[id]! >= least);
    const ids = best.sort((a, b) => out[b]! - out[a]! || a - b).slice(0, count);
    return { ids, probabilities: ids.map((id) => out[id]!) };
  }

  distribution(out: Float64Array): void {
    for (let id = 0; id < this.vocabSize; id++) out[id] = this.probability(id);
  }

  learn(token: number): void {
    const before = this.#previous;
    const key = before * this.vocabSize + token;
    const change = (by: number): void => {
      this.#pairs.set(key, (this.#pairs.get(key) ?? 0) + by);
      if (this.#pairs.get(key) === 0) this.#pairs.delete(key);
      this.#firsts[before]! += by;
      this.#unigrams[token]! += by;
      this.#total += by;
    };
    change(1);
    this.#undo.push(() => change(-1));
    this.#previous = token;
    this.#supposed = null;
  }

  advance(token: number): void {
    this.#previous = token;
    this.#supposed = null;
  }

  suppose(token: number): void {
    this.#supposed = token;
  }

  rewind(): void {
    this.#supposed = null;
  }
}
