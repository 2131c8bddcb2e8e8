import { describe, expect, it } from 'vitest';
import { estimateDiscounts, KneserNey } from '../../extension/counts/kneserNey.ts';
import { documentStart, type MatchedContexts, NgramCounts } from '../../extension/counts/ngramCounts.ts';
import { Sigmoids } from '../../extension/counts/sigmoids.ts';
import { adjustedCounts, firstParameters, kneserNey, type Table } from '../reference/countsAndCache.ts';
import { randomIntegers, uniform } from '../reference/random.ts';
import { randomDocuments } from './randomDocuments.ts';

const maxContext = 7;
const seeds = [1, 2, 3, 4, 5, 6];

function textOf(document: readonly number[]): Uint16Array {
  return Uint16Array.of(documentStart, ...document);
}

function count(counts: NgramCounts, document: readonly number[], change: 'add' | 'remove'): void {
  const text = textOf(document);
  for (let at = 1; at < text.length; at++) counts[change](text, at);
}

function contextsOf(counts: NgramCounts, document: readonly number[]): MatchedContexts {
  const contexts = { nodes: new Int32Array(maxContext + 1), matched: 0 };
  counts.match(textOf(document), document.length + 1, contexts);
  return contexts;
}

/** Everything that `counts` says about the contexts of `table`. */
function expectCounts(counts: NgramCounts, table: Table): void {
  for (const [key, followers] of table) {
    const context = JSON.parse(key) as (number | string)[];
    const text = Uint16Array.from(context, (token) => (token === 'start' ? documentStart : Number(token)));
    const found = { nodes: new Int32Array(maxContext + 1), matched: 0 };
    counts.match(text, text.length, found);
    expect(found.matched, key).toBe(context.length + 1);
    const node = found.nodes[context.length]!;
    const values = [...followers.values()];
    expect(counts.total(node), key).toBe(values.reduce((a, b) => a + b, 0));
    for (const i of [1, 2, 3]) {
      const equal = values.filter((value) => (i < 3 ? value === i : value >= i));
      expect(counts.followers(node, i), key).toBe(equal.length);
    }
    for (const [token, value] of followers) expect(counts.count(node, token), key).toBe(value);
  }
}

describe.each(seeds)('over random documents (seed %i)', (seed) => {
  const next = uniform(seed);
  const { documents, vocabSize } = randomDocuments(next);

  it('adjusted counts are the numbers of different tokens before each n-gram', () => {
    const counts = new NgramCounts(maxContext);
    for (const document of documents) count(counts, document, 'add');
    expectCounts(counts, adjustedCounts(documents));
  });

  it('a removed document leaves the counts of the others, and comes back as it was', () => {
    const counts = new NgramCounts(maxContext);
    for (const document of documents) count(counts, document, 'add');
    const [first, ...others] = documents;
    count(counts, first!, 'remove');
    expectCounts(counts, adjustedCounts(others));
    for (const text of documents) {
      const expected = contextsOf(rebuilt(others), text.slice(0, 5)).matched;
      expect(contextsOf(counts, text.slice(0, 5)).matched).toBe(expected);
    }
    count(counts, first!, 'add');
    expectCounts(counts, adjustedCounts(documents));
  });

  it('cleared counts know nothing, and count the next document as new ones do', () => {
    const counts = rebuilt(documents);
    counts.clear();
    expect(contextsOf(counts, documents[0]!).matched).toBe(0);
    count(counts, documents[0]!, 'add');
    expectCounts(counts, adjustedCounts([documents[0]!]));
  });

  it('discounts are those of Chen & Goodman, and probabilities the definition’s within rounding', () => {
    const counts = rebuilt(documents);
    const tally = new Int32Array(4 * (maxContext + 1));
    counts.tallyCounts(tally);
    const model = new KneserNey(counts, new Sigmoids(estimateDiscounts(tally)));
    const table = adjustedCounts(documents);
    const parameters = firstParameters(table);
    for (const document of documents) {
      const at = Math.floor(next() * document.length);
      const before = document.slice(0, at);
      const contexts = contextsOf(counts, before);
      const distribution = new Float64Array(vocabSize).fill(1 / vocabSize);
      model.distribution(contexts, distribution);
      for (let token = 0; token < vocabSize; token++) {
        const expected = kneserNey(table, 'project', parameters, before, token, 1 / vocabSize);
        const probability = model.probability(contexts, token, 1 / vocabSize);
        // At each of 8 lengths a few roundings of positive terms; Σ N·D of up to vocabSize terms.
        expect(Math.abs(probability / expected - 1)).toBeLessThan(8 * (vocabSize + 8) * Number.EPSILON);
        expect(distribution[token]).toBe(probability);
      }
    }
  });

  it('slopes are those of the probability, by central differences', () => {
    const counts = rebuilt(documents);
    const shares = Float64Array.from({ length: 3 * (maxContext + 1) }, () => 0.1 + 0.8 * next());
    const step = 1e-6;
    for (const document of documents) {
      const at = Math.floor(next() * document.length);
      const contexts = contextsOf(counts, document.slice(0, at));
      const token = randomIntegers(next, 1, 0, vocabSize - 1)[0]!;
      const base = 0.05 + 0.1 * next();
      const of = (values: Float64Array, withBase = base): number =>
        new KneserNey(counts, new Sigmoids(values)).probability(contexts, token, withBase);
      const recorded = new RecordedSlopes(shares);
      const model = new KneserNey(counts, recorded);
      model.probability(contexts, token, base);
      const baseSlope = model.ascend(contexts, token, 1);
      // The probability is linear in the base and a polynomial in the shares: rounding, 1e-16 / step, is the larger error.
      expect(baseSlope).toBeCloseTo((of(shares, base + step) - of(shares, base - step)) / (2 * step), 8);
      for (const [index, slope] of recorded.slopes.entries()) {
        const moved = (by: number): number => of(shares.with(index, shares[index]! + by));
        expect(slope).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 8);
      }
    }
  });
});

it('where counts are too few to estimate a discount, half is taken; none is 0 or everything', () => {
  const shares = estimateDiscounts(Int32Array.of(0, 0, 0, 0, 5, 0, 0, 0, 1, 1000, 1, 1));
  expect([...shares.subarray(0, 3)]).toEqual([0.5, 0.5, 0.5]);
  for (const share of shares) {
    expect(share).toBeGreaterThanOrEqual(0.02);
    expect(share).toBeLessThanOrEqual(0.98);
  }
});

function rebuilt(documents: readonly (readonly number[])[]): NgramCounts {
  const counts = new NgramCounts(maxContext);
  for (const document of documents) count(counts, document, 'add');
  return counts;
}

/** Stays where it is, and keeps what it was told. */
class RecordedSlopes extends Sigmoids {
  readonly slopes = new Float64Array(this.values.length);

  override ascend(index: number, slope: number): void {
    this.slopes[index]! += slope;
  }
}
