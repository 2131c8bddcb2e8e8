import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CountsAndCache } from '../../extension/counts/countsAndCache.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { adjustedCounts, learnParameters, mixture } from '../reference/countsAndCache.ts';
import { randomIntegers, uniform } from '../reference/random.ts';
import { randomDocuments } from './randomDocuments.ts';

const seeds = [1, 2, 3, 4, 5, 6];

function modelOf(documents: readonly (readonly number[])[], vocabSize: number): CountsAndCache {
  return new CountsAndCache(
    documents.map((document) => Uint16Array.from(document)),
    vocabSize,
  );
}

function distributionOf(model: CountsAndCache): Float64Array {
  const out = new Float64Array(model.vocabSize);
  model.distribution(out);
  return out;
}

/** Within what adding up n positive numbers may cost. */
function expectNormalised(distribution: Float64Array): void {
  expect(Math.abs(distribution.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-6);
  expect(distribution.every((probability) => probability > 0)).toBe(true);
}

/** Most probable first, of equals the smallest id first. */
function sorted(distribution: Float64Array): number[] {
  return [...distribution.keys()].sort((a, b) => distribution[b]! - distribution[a]! || a - b);
}

describe.each(seeds)('over random documents (seed %i)', (seed) => {
  const next = uniform(seed);
  const { documents, vocabSize } = randomDocuments(next);
  const unseen = randomDocuments(next).documents.map((document) =>
    document.map((token) => token % vocabSize),
  );

  it('probabilities are those of the reference, parameters learnt by central differences included', () => {
    const order = documents
      .map((document, index) => ({ document, rank: Math.imul(index + 1, 0x9e3779b1) >>> 0 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ document }) => document);
    const parameters = learnParameters(order, vocabSize);
    const project = adjustedCounts(documents);
    const model = modelOf(documents, vocabSize);
    for (const document of unseen.slice(0, 2)) {
      model.begin();
      for (const [at, token] of document.entries()) {
        const expected = mixture(project, parameters, document.slice(0, at), token, vocabSize);
        // A slope is off by about 1e-16 / 1e-5 + (1e-5)²; each of some hundred steps by a fifth of that over √.1.
        expect(Math.abs(model.probability(token) / expected - 1)).toBeLessThan(1e-6);
        model.learn(token);
      }
    }
    // Behind supposed tokens, too: their context, and the counts of what was learnt.
    model.begin();
    const document = documents[0]!;
    const learnt = document.slice(0, Math.floor(next() * document.length));
    for (const token of learnt) model.learn(token);
    for (const [at, token] of document.slice(learnt.length).entries()) {
      const before = document.slice(0, learnt.length + at);
      const expected = mixture(project, parameters, before, token, vocabSize, learnt);
      expect(Math.abs(model.probability(token) / expected - 1)).toBeLessThan(1e-6);
      model.suppose(token);
    }
  });

  it('the distribution adds up to 1, holds what `probability` says, and `top` is its beginning when sorted', () => {
    const model = modelOf(documents, vocabSize);
    for (const document of unseen) {
      model.begin();
      for (const token of document) {
        const distribution = distributionOf(model);
        expectNormalised(distribution);
        expect([...distribution]).toEqual([...distribution.keys()].map((id) => model.probability(id)));
        const count = randomIntegers(next, 1, 1, vocabSize + 1)[0]!;
        const { ids, probabilities } = model.top(count);
        expect(ids).toEqual(sorted(distribution).slice(0, count));
        expect(probabilities).toEqual(ids.map((id) => distribution[id]));
        model.learn(token);
      }
    }
  });

  it('supposed tokens change what comes next and leave no bit behind', () => {
    const [model, undisturbed] = [modelOf(documents, vocabSize), modelOf(documents, vocabSize)];
    const supposed = documents[0]!;
    for (const token of unseen[0]!) {
      for (const id of supposed) model.suppose(id);
      expectNormalised(distributionOf(model));
      model.rewind();
      expect(distributionOf(model)).toEqual(distributionOf(undisturbed));
      model.learn(token);
      undisturbed.learn(token);
    }
    model.suppose(0);
    model.learn(1);
    undisturbed.learn(1);
    expect(distributionOf(model)).toEqual(distributionOf(undisturbed));
  });

  it('what a document taught is forgotten when the next one begins', () => {
    const model = modelOf(documents, vocabSize);
    const first = distributionOf(model);
    for (const token of unseen[0]!) model.learn(token);
    model.begin();
    expect(distributionOf(model)).toEqual(first);
    const fresh = modelOf(documents, vocabSize);
    for (const token of unseen.at(-1)!) {
      expect(model.probability(token)).toBe(fresh.probability(token));
      model.learn(token);
      fresh.learn(token);
    }
  });
});

it('without training documents every token is as likely as any other, until the document says more', () => {
  const model = new CountsAndCache([], 5);
  expect([...distributionOf(model)]).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
  for (const token of [3, 1, 3, 1, 3]) model.learn(token);
  const after = distributionOf(model);
  expectNormalised(after);
  expect(model.top(1).ids).toEqual([1]);
});

describe('over this repository’s own text', () => {
  const folder = new URL('../../extension/corpus/', import.meta.url);
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder)));
  const heldOut = texts.pop()!;
  const tokenizer = trainTokenizer(texts, 512);
  const documents = texts.map((text) => Uint16Array.of(...tokenizer.encode(text), tokenizer.endOfText));
  const model = new CountsAndCache(documents, tokenizer.vocabSize);
  const ids = tokenizer.encode(heldOut);

  it('the distribution adds up to 1 everywhere, and the text costs less than half of what it costs to a unigram model', () => {
    model.begin();
    const counts = new Float64Array(tokenizer.vocabSize).fill(0.5);
    for (const document of documents) for (const id of document) counts[id]!++;
    const total = counts.reduce((sum, count) => sum + count, 0);
    let bits = 0;
    let unigramBits = 0;
    for (const id of ids) {
      const distribution = distributionOf(model);
      expectNormalised(distribution);
      bits -= Math.log2(distribution[id]!);
      unigramBits -= Math.log2(counts[id]! / total);
      model.learn(id);
    }
    expect(bits).toBeLessThan(unigramBits / 2);
  });

  it('the second time a document is read, the cache knows it', () => {
    const bitsOf = (tokens: Iterable<number>): number => {
      let bits = 0;
      for (const token of tokens) {
        bits -= Math.log2(model.probability(token));
        model.learn(token);
      }
      return bits;
    };
    model.begin();
    const first = bitsOf(ids);
    const again = bitsOf(ids);
    expect(again).toBeLessThan(first / 4);
  });
});
