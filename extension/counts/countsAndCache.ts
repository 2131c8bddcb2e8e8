import { estimateDiscounts, KneserNey } from './kneserNey.ts';
import { likeliest } from './likeliest.ts';
import { documentStart, type MatchedContexts, NgramCounts } from './ngramCounts.ts';
import type { Candidates, SequenceModel } from './sequenceModel.ts';
import { grown } from './pairTable.ts';
import { Sigmoids } from './sigmoids.ts';

/** Orders 1 … 8. */
const maxContext = 7;
const contextLengths = maxContext + 1;
/** More of them change the learnt numbers by less than 1 % of the bits. */
const mostTokensToLearnFrom = 100_000;

/**
 * The field's baseline: interpolated modified Kneser–Ney of orders 1 … 8 over the project, the same over the document so far (the cache,
 * which falls back on the project), and a linear mix of both. Weights are per (longest context that the project has, longest that the
 * cache has). Weights and discounts are learnt on training documents, each of which is taken out of the project's counts meanwhile.
 * @source Hellendoorn & Devanbu 2017, "Are deep neural networks the best choice for modeling source code?" (nested caches); Chen &
 *   Goodman 1999 (Kneser–Ney); Kuhn & De Mori 1990 (cache)
 */
export class CountsAndCache implements SequenceModel {
  readonly vocabSize: number;
  readonly #project = new NgramCounts(maxContext);
  readonly #cache = new NgramCounts(maxContext);
  readonly #projectModel: KneserNey;
  readonly #cacheModel: KneserNey;
  readonly #inProject = noContexts();
  readonly #inCache = noContexts();
  /** the project's share by [contexts matched in the project, in the cache] */
  readonly #projectShares = new Sigmoids(new Float64Array((contextLengths + 1) ** 2).fill(0.5));
  readonly #fromProject: Float64Array;
  readonly #mixed: Float64Array;
  /** `documentStart`, the document so far, supposed tokens */
  #text = new Uint16Array(1024).fill(documentStart, 0, 1);
  #learnt = 1;
  #length = 1;
  /** whether #inProject and #inCache are those of the end of #text */
  #matched = false;

  /** @param documents ids of each, below vocabSize, with the end-of-text id at the end */
  constructor(documents: readonly Uint16Array[], vocabSize: number) {
    this.vocabSize = vocabSize;
    this.#fromProject = new Float64Array(vocabSize);
    this.#mixed = new Float64Array(vocabSize);
    for (const document of documents) {
      const text = withStart(document);
      for (let at = 1; at < text.length; at++) this.#project.add(text, at);
    }
    const tally = new Int32Array(4 * contextLengths);
    this.#project.tallyCounts(tally);
    const discounts = estimateDiscounts(tally);
    this.#projectModel = new KneserNey(this.#project, new Sigmoids(discounts));
    this.#cacheModel = new KneserNey(this.#cache, new Sigmoids(discounts));
    for (const document of sample(documents)) this.#learnParameters(document);
  }

  begin(): void {
    this.#cache.clear();
    this.#learnt = 1;
    this.rewind();
  }

  probability(token: number): number {
    this.#match();
    const project = this.#projectModel.probability(this.#inProject, token, 1 / this.vocabSize);
    const cache = this.#cacheModel.probability(this.#inCache, token, project);
    const share = this.#projectShares.values[this.#bucket()]!;
    return share * project + (1 - share) * cache;
  }

  top(count: number): Candidates {
    this.distribution(this.#mixed);
    return likeliest(this.#mixed, count);
  }

  distribution(out: Float64Array): void {
    this.#match();
    const project = this.#fromProject.fill(1 / this.vocabSize);
    this.#projectModel.distribution(this.#inProject, project);
    out.set(project);
    this.#cacheModel.distribution(this.#inCache, out);
    const share = this.#projectShares.values[this.#bucket()]!;
    for (let token = 0; token < out.length; token++) {
      out[token] = share * project[token]! + (1 - share) * out[token]!;
    }
  }

  learn(token: number): void {
    this.advance(token);
    this.#cache.add(this.#text, this.#learnt - 1);
  }

  advance(token: number): void {
    this.rewind();
    this.suppose(token);
    this.#learnt++;
  }

  suppose(token: number): void {
    if (this.#length === this.#text.length) this.#text = grown(this.#text, 2 * this.#length);
    this.#text[this.#length++] = token;
    this.#matched = false;
  }

  rewind(): void {
    this.#length = this.#learnt;
    this.#matched = false;
  }

  #match(): void {
    if (this.#matched) return;
    this.#project.match(this.#text, this.#length, this.#inProject);
    this.#cache.match(this.#text, this.#length, this.#inCache);
    this.#matched = true;
  }

  #bucket(): number {
    return this.#inProject.matched * (contextLengths + 1) + this.#inCache.matched;
  }

  /** One pass over a document as if it were new, each token scored first. */
  #learnParameters(document: Uint16Array): void {
    const text = withStart(document);
    for (let at = 1; at < text.length; at++) this.#project.remove(text, at);
    this.begin();
    for (const token of document) {
      this.#ascend(token);
      this.learn(token);
    }
    this.begin();
    for (let at = 1; at < text.length; at++) this.#project.add(text, at);
  }

  /** One step uphill in ln P(token). */
  #ascend(token: number): void {
    this.#match();
    const project = this.#projectModel.probability(this.#inProject, token, 1 / this.vocabSize);
    const cache = this.#cacheModel.probability(this.#inCache, token, project);
    const bucket = this.#bucket();
    const share = this.#projectShares.values[bucket]!;
    const mixed = share * project + (1 - share) * cache;
    this.#projectShares.ascend(bucket, (project - cache) / mixed);
    const throughCache = this.#cacheModel.ascend(this.#inCache, token, (1 - share) / mixed);
    this.#projectModel.ascend(this.#inProject, token, share / mixed + throughCache);
  }
}

function noContexts(): MatchedContexts {
  return { nodes: new Int32Array(contextLengths), matched: 0 };
}

function withStart(document: Uint16Array): Uint16Array {
  const text = new Uint16Array(document.length + 1);
  text[0] = documentStart;
  text.set(document, 1);
  return text;
}

/** Documents from all over the project until there is enough to learn a few hundred numbers from. */
function sample(documents: readonly Uint16Array[]): Uint16Array[] {
  const ranked = documents
    .map((document, index) => ({ document, rank: Math.imul(index + 1, 0x9e3779b1) >>> 0 }))
    .sort((a, b) => a.rank - b.rank);
  const chosen: Uint16Array[] = [];
  let tokens = 0;
  for (const { document } of ranked) {
    if (tokens >= mostTokensToLearnFrom) break;
    chosen.push(document);
    tokens += document.length;
  }
  return chosen;
}
