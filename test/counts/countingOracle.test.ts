import { describe, expect, it } from 'vitest';
import { buildCodeTree } from '../../extension/counts/codeTree.ts';
import type { CountingModel } from '../../extension/counts/countingModel.ts';
import type { CountingOracle } from '../reference/countingModel.ts';
import { codeTree } from '../reference/logisticMixing.ts';
import { randomIntegers, uniform } from '../reference/random.ts';
import { modelOf, oracleOf, smallCase, tokenBytesOf } from './smallModels.ts';

/** So sparse that no two contexts share the 16 bits that tell them apart in a bucket. */
const roomy = { projectTokens: 100_000, documentTokens: 20_000 };
const unit = 2 ** -24;

/**
 * How far ln P may be from the oracle's. A decision's sum of products is rounded 10 times in each of 8 partial sums, and stretch(p) is off by
 * 1e-6 = 17 units (`ln` in assembly/counts/numbers.ts): all of it relative to the decision's sensitivity. What was learnt before has
 * rounded every weight, cell and share at each correction by half a unit at most, up or down: over U corrections √U units. It does not
 * grow beyond: each correction is a step of gradient descent on a convex loss, which brings two mixers that see the same closer together.
 * Moving the stretched value by δ moves ln P by less than δ. What is stored of a probability is off by a unit, however small its
 * complement is: 1 + √U for the cells of the adjustments, 1 for the decision.
 */
function mostDifference(oracle: CountingOracle, id: number): number {
  const learnt = Math.sqrt(oracle.corrections);
  return oracle.decisions(id).reduce((sum, { side, probability, sensitivity }) => {
    const taken = side === 1 ? probability : 1 - probability;
    return sum + unit * ((10 + 17 + learnt) * sensitivity + (2 + learnt) / taken);
  }, 0);
}

function expectEqual(model: CountingModel, oracle: CountingOracle, id: number): void {
  const difference = Math.abs(Math.log(model.probability(id) / oracle.probability(id)));
  expect(difference).toBeLessThan(mostDifference(oracle, id));
}

/** A document from its beginning: each token is compared, and sometimes another one, and learnt. */
function compareThrough(
  model: CountingModel,
  oracle: CountingOracle,
  ids: Uint16Array,
  next: () => number,
): void {
  model.begin();
  oracle.begin();
  for (const id of ids) {
    if (next() < 0.2) expectEqual(model, oracle, Math.floor(next() * model.vocabSize));
    expectEqual(model, oracle, id);
    model.learn(id);
    oracle.learn(id);
  }
}

describe.each([1, 2, 3, 4, 5, 6])('the counting model (seed %i)', (seed) => {
  const next = uniform(seed);
  const vocabSize = 260 + Math.floor(next() * 60);
  const small = smallCase(next, 8, 40, vocabSize);
  const { documents, tokenizer, frequencies } = small;

  it('has the code tree of the reference, whatever the frequencies', () => {
    const random = randomIntegers(next, tokenizer.vocabSize, 0, 9);
    for (const counts of [frequencies, [...random], Array.from(random, (count) => count ** 5)]) {
      const tree = buildCodeTree(tokenizer, counts);
      const expected = codeTree(tokenBytesOf(tokenizer), counts);
      expect([...tree.ids]).toEqual(expected.leaves);
      const codes = Array.from(tree.codes, (code, rank) =>
        code.toString(2).padStart(32, '0').slice(0, tree.depths[rank]),
      );
      expect(codes).toEqual(expected.leaves.map((id) => expected.codes[id]));
    }
  });

  it('gives each token the probability of the float64 oracle, as it learns, counts, forgets and begins again', () => {
    const [model, oracle] = [modelOf(small, roomy), oracleOf(small)];
    for (const [i, ids] of documents.slice(0, 3).entries()) {
      model.learnDocument(ids, i / 3);
      oracle.learnDocument(ids, i / 3);
      expectEqual(model, oracle, ids[0]!);
    }
    compareThrough(model, oracle, documents[3]!, next);
    model.fold();
    oracle.fold();
    for (const [index, add] of [
      [4, true],
      [5, true],
      [1, false],
    ] as const) {
      model.foldDocument(documents[index]!, add);
      oracle.foldDocument(documents[index]!, add);
    }
    compareThrough(model, oracle, documents[6]!, next);
    model.settle();
    oracle.settle();
    for (const index of [7, 4]) compareThrough(model, oracle, documents[index]!, next);
    model.foldDocument(documents[4]!, false);
    oracle.foldDocument(documents[4]!, false);
    compareThrough(model, oracle, documents[4]!, next);
  });

  it('hears an outside model as the oracle does', () => {
    const [model, oracle] = [modelOf(small, roomy), oracleOf(small)];
    for (const id of documents[0]!) {
      const said = Float64Array.from({ length: tokenizer.vocabSize }, () => next() ** 6);
      said[id]! += next() * 20;
      const total = said.reduce((sum, p) => sum + p, 0);
      const outside = said.map((p) => p / total);
      model.hear(outside);
      oracle.hear(outside);
      expectEqual(model, oracle, id);
      model.learn(id);
      oracle.learn(id);
    }
  });
});

it('counts of 64 followers and more, and of more than 65,535 times, are those of the oracle', () => {
  const next = uniform(1);
  const small = smallCase(next, 3, 30, 260);
  const letters = small.frequencies.flatMap((count, id) => (count > 0 ? [id] : []));
  const common = letters.slice(0, 2);
  const [model, oracle] = [modelOf(small, roomy), oracleOf(small)];
  const fold = (ids: Uint16Array, add = true): void => {
    model.foldDocument(ids, add);
    oracle.foldDocument(ids, add);
  };
  fold(Uint16Array.from({ length: small.tokenizer.vocabSize }, (_, id) => id));
  // One follower, then another beside it, and beyond what a single count and a listed one hold.
  for (const most of [1, 2]) {
    const repeated = Uint16Array.from({ length: 2_000 }, (_, i) => common[i % most]!);
    for (let times = 0; times < 35; times++) fold(repeated);
    compareThrough(
      model,
      oracle,
      Uint16Array.from([...repeated.subarray(0, 3), ...small.documents[0]!]),
      next,
    );
    fold(repeated, false);
    compareThrough(model, oracle, small.documents[1]!.subarray(0, 40), next);
  }
});

it('a document that came and went 100 times leaves what the oracle says it leaves', () => {
  const next = uniform(2);
  const small = smallCase(next, 3, 20, 280);
  const [model, oracle] = [modelOf(small, roomy), oracleOf(small)];
  const [kept, passing, judge] = small.documents as [Uint16Array, Uint16Array, Uint16Array];
  for (const each of [model, oracle]) {
    each.learnDocument(kept, 0);
    each.settle();
    for (let times = 0; times < 100; times++) {
      each.foldDocument(passing, true);
      each.foldDocument(passing, false);
    }
  }
  compareThrough(model, oracle, judge, next);
});
