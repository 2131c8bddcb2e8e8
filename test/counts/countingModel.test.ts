import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildCounts } from '../../extension/counts/buildCounts.ts';
import { buildCodeTree } from '../../extension/counts/codeTree.ts';
import { CountingModel } from '../../extension/counts/countingModel.ts';
import { planCounts } from '../../extension/counts/plan.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

const { module } = compiled('baseline');
const root = path.join(import.meta.dirname, '..', '..', 'extension');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => readFileSync(path.join(root, file)));
const half = Math.floor(files.length / 2);
const training = files.slice(0, half);
const tokenizer = trainTokenizer(training, 1024);

function encoded(bytes: Uint8Array): Uint16Array {
  return Uint16Array.from([...tokenizer.encode(bytes), tokenizer.endOfText]);
}

async function build(documents: readonly Uint8Array[], module_ = module): Promise<CountingModel> {
  return (await buildCounts(module_, tokenizer, documents.map(encoded)))!;
}

function distributionOf(model: CountingModel): Float64Array {
  const out = new Float64Array(model.vocabSize);
  model.distribution(out);
  return out;
}

function bitsOf(model: CountingModel, ids: Uint16Array): number {
  model.begin();
  let bits = 0;
  for (const id of ids) {
    bits -= Math.log2(model.probability(id));
    model.learn(id);
  }
  return bits;
}

/** Places of the project's table that are taken: a check of 0 never was, one of 0xffff is no longer. */
function contextsIn(model: CountingModel): number {
  const { memory, capacity } = model.toTransfer();
  const env = { memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }) };
  const { heapBase, countsStateBytes } = new WebAssembly.Instance(module, { env }).exports as Record<
    string,
    () => number
  >;
  const tokenBytes = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenBytes(id).length);
  const size = {
    vocabSize: tokenizer.vocabSize,
    tokenBytes: tokenBytes.reduce((sum, bytes) => sum + bytes, 0),
    ...capacity,
  };
  const { table, buckets } = planCounts(size, heapBase!(), countsStateBytes!()).project;
  const checks = new Uint16Array(memory.buffer, table, 32 * buckets);
  return checks.filter((check, i) => i % 32 < 8 && check !== 0 && check !== 0xffff).length;
}

/** A document of random tokens, most of them repeated stretches. */
function randomDocument(next: () => number, vocabSize: number, length: number): Uint16Array {
  const ids: number[] = [];
  while (ids.length < length) {
    const from = Math.floor(next() * ids.length);
    if (next() < 0.5) ids.push(...ids.slice(from, from + 12));
    else ids.push(Math.floor(next() * next() * vocabSize));
  }
  return Uint16Array.from(ids.slice(0, length));
}

describe('on real code', async () => {
  const model = await build(training);
  const heldOut = encoded(files[half + 3]!);

  it('probabilities add up to 1 within 1e-6, are all above 0, and are those that a token is given alone', () => {
    model.begin();
    for (const [at, id] of heldOut.subarray(0, 400).entries()) {
      if (at % 40 === 0) {
        const distribution = distributionOf(model);
        expect(Math.abs(distribution.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-6);
        expect(distribution.every((p) => p > 0)).toBe(true);
        for (const token of [id, ...randomIntegers(uniform(at), 20, 0, model.vocabSize - 1)]) {
          expect(model.probability(token)).toBe(distribution[token]);
        }
      }
      model.learn(id);
    }
  });

  it('the best-first search finds exactly the likeliest tokens', () => {
    model.begin();
    for (const [at, id] of heldOut.subarray(0, 300).entries()) {
      if (at % 30 === 0) {
        const sorted = [...distributionOf(model)].sort((a, b) => b - a).slice(0, 20);
        const { ids, probabilities } = model.top(20);
        expect(probabilities).toEqual(sorted);
        expect(ids.map((token) => model.probability(token))).toEqual(sorted);
      }
      model.learn(id);
    }
  });

  it('a search among the leaves of a range finds the likeliest of these', () => {
    model.begin();
    const [low, high] = [100, 350];
    const distribution = distributionOf(model);
    const among = model.topAmong(model.vocabSize, low, high);
    expect(among.ids).toHaveLength(high - low);
    const others = [...distribution.keys()].filter((id) => !among.ids.includes(id));
    expect(others).toHaveLength(model.vocabSize - (high - low));
    expect(among.probabilities).toEqual(among.ids.map((id) => distribution[id]));
  });

  it('says of a token what it says whatever comes then, and the same each time it is asked', () => {
    model.begin();
    for (const id of heldOut.subarray(0, 50)) model.learn(id);
    const before = distributionOf(model);
    model.top(5);
    model.probability(7);
    expect(distributionOf(model)).toEqual(before);
  });

  it('supposed tokens change what is expected and leave no trace', () => {
    model.begin();
    for (const id of heldOut.subarray(0, 200)) model.learn(id);
    const before = distributionOf(model);
    for (const id of heldOut.subarray(200, 260)) model.suppose(id);
    const supposed = distributionOf(model);
    expect(supposed).not.toEqual(before);
    model.rewind();
    expect(distributionOf(model)).toEqual(before);
  });

  it('what a document teaches about whom to trust ends with it', () => {
    const first = bitsOf(model, heldOut);
    bitsOf(model, encoded(files[half + 5]!));
    expect(bitsOf(model, heldOut)).toBe(first);
  });

  it('takes less than half the bits of a code that knows the frequencies of tokens only', () => {
    const counts = new Float64Array(tokenizer.vocabSize).fill(0.3);
    for (const file of training) for (const id of encoded(file)) counts[id]!++;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const byFrequency = (ids: Uint16Array): number =>
      ids.reduce((bits, id) => bits - Math.log2(counts[id]! / total), 0);
    // Of many files: one may be like none that came before.
    const others = files.slice(half, half + 20).map(encoded);
    const sum = (bits: readonly number[]): number => bits.reduce((all, each) => all + each, 0);
    expect(sum(others.map((ids) => bitsOf(model, ids)))).toBeLessThan(sum(others.map(byFrequency)) / 2);
  });

  it('the relaxed build gives the same bits: nothing of it is fused', async () => {
    const relaxed = await build(training, compiled('relaxed').module);
    expect(bitsOf(relaxed, heldOut)).toBe(bitsOf(model, heldOut));
  });

  it('an outside model that is right takes bits off, one that is always wrong costs little', () => {
    const heard = (probabilityOfTruth: number): number => {
      model.begin();
      let bits = 0;
      const outside = new Float64Array(model.vocabSize);
      for (const id of heldOut) {
        outside.fill((1 - probabilityOfTruth) / (model.vocabSize - 1));
        outside[id] = probabilityOfTruth;
        model.hear(outside);
        bits -= Math.log2(model.probability(id));
        model.learn(id);
      }
      return bits;
    };
    const alone = bitsOf(model, heldOut);
    expect(heard(0.9)).toBeLessThan(0.6 * alone);
    expect(heard(1e-6)).toBeLessThan(1.5 * alone);
  });
});

describe('as files come and go', () => {
  const [kept, passing] = [training.slice(0, 20), training.slice(20, 26)];
  const judge = encoded(files[half + 1]!);

  it('a file that came and went leaves the same predictions within 1 % of the bits', async () => {
    const model = await build(kept);
    const before = bitsOf(model, judge);
    for (const file of passing) model.foldDocument(encoded(file), true);
    expect(bitsOf(model, judge)).not.toBe(before);
    for (const file of passing) model.foldDocument(encoded(file), false);
    expect(Math.abs(bitsOf(model, judge) / before - 1)).toBeLessThan(0.01);
  });

  it('of files that are all gone nothing is left, also where a context had found no place of its own', async () => {
    const model = await build([...kept, ...passing]);
    const before = contextsIn(model);
    for (const file of [...kept, ...passing]) model.foldDocument(encoded(file), false);
    // What is followed by many tokens keeps its place, with counts of 0.
    expect(contextsIn(model) / before).toBeLessThan(0.002);
  });

  it('a file that is added later counts as one that was there, within 1 % of the bits', async () => {
    const rebuilt = await build([...kept, ...passing]);
    const grown = await build([...kept, ...passing]);
    for (const file of passing) grown.foldDocument(encoded(file), false);
    for (const file of passing) grown.foldDocument(encoded(file), true);
    expect(Math.abs(bitsOf(grown, judge) / bitsOf(rebuilt, judge) - 1)).toBeLessThan(0.01);
  });
});

describe.each([1, 2, 3, 4])('the document in the editor (seed %i)', (seed) => {
  const next = uniform(seed);
  const tiny = trainTokenizer([Uint8Array.from(randomIntegers(next, 4_000, 32, 127))], 300);
  const tree = buildCodeTree(tiny, new Float64Array(tiny.vocabSize).fill(1));
  const fresh = (): CountingModel =>
    new CountingModel(module, tiny, tree, { projectTokens: 1_000, documentTokens: 2_000 });

  /** Relative to what a model says that was given the document at once. */
  function expectAsRebuilt(edited: CountingModel, ids: Uint16Array, before: number): void {
    const rebuilt = fresh();
    rebuilt.setDocument(ids, before);
    const [one, other] = [distributionOf(edited), distributionOf(rebuilt)];
    const divergence = one.reduce((sum, p, i) => sum + p * Math.log2(p / other[i]!), 0);
    expect(divergence).toBeLessThan(0.01 * Math.log2(tiny.vocabSize));
  }

  it('follows edits as if it were counted anew', () => {
    const model = fresh();
    let ids = randomDocument(next, tiny.vocabSize, 300);
    model.setDocument(ids, 150);
    for (let edit = 0; edit < 12; edit++) {
      const at = Math.floor(next() * ids.length);
      const removed = Math.floor(next() * 20);
      const added = randomDocument(next, tiny.vocabSize, Math.floor(next() * 20));
      ids = Uint16Array.from([...ids.subarray(0, at), ...added, ...ids.subarray(at + removed)]);
      const before = Math.floor(next() * (ids.length + 1));
      model.setDocument(ids, before);
      expectAsRebuilt(model, ids, before);
    }
  });
});
