import { afterAll, describe, expect, it } from 'vitest';
import type { CountingModel } from '../../extension/counts/countingModel.ts';
import type { CountsCapacity } from '../../extension/protocol/indexing.ts';
import { instantiateCounts } from './countKernels.ts';
import { type CountsPlan, planCounts } from '../../extension/counts/plan.ts';
import { uniform } from '../reference/random.ts';
import { modelOf, smallCase, type SmallCase } from './smallModels.ts';

/** Every memory that a model takes is seen, so that what lies outside of its regions can be looked at. */
const OwnMemory = WebAssembly.Memory;
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = new Proxy(OwnMemory, {
  construct: (target, [descriptor]: [WebAssembly.MemoryDescriptor]) => {
    const memory = new target(descriptor);
    memories.push(memory);
    return memory;
  },
});
afterAll(() => {
  WebAssembly.Memory = OwnMemory;
});

const guard = 0xa5;

interface Guarded {
  readonly model: CountingModel;
  readonly expectIntact: () => void;
  readonly arenaUsed: () => number;
}

/** A model with guard bytes around both tallies, whose tables of the vocabulary must not change either. */
function guarded(small: SmallCase, capacity: CountsCapacity): Guarded {
  const model = modelOf(small, capacity);
  const { buffer } = memories.at(-1)!;
  const plan = planOf(small, capacity);
  expect(plan.bytes).toBe(model.bytes);
  const gaps = gapsOf(plan, buffer.byteLength).map(
    ([start, end]) => new Uint8Array(buffer, start, end - start),
  );
  for (const gap of gaps) {
    expect(gap.length).toBeGreaterThan(0);
    gap.fill(guard);
  }
  const constant = new Uint8Array(buffer, plan.at.codes, plan.at.document - plan.at.codes);
  const before = constant.slice();
  return {
    model,
    expectIntact: () => {
      for (const gap of gaps) expect(gap.every((byte) => byte === guard)).toBe(true);
      expect(constant).toEqual(before);
    },
    arenaUsed: () => {
      const [, , arena, arenaNext] = new Uint32Array(buffer, plan.at.project, 4);
      return arenaNext! - arena!;
    },
  };
}

function planOf({ tokenizer }: SmallCase, capacity: CountsCapacity): CountsPlan {
  const { vocabSize } = tokenizer;
  let tokenBytes = 0;
  for (let id = 0; id < vocabSize; id++) tokenBytes += tokenizer.tokenBytes(id).length;
  const kernels = instantiateCounts(new OwnMemory({ initial: 1, maximum: 1, shared: true }));
  return planCounts({ vocabSize, tokenBytes, ...capacity }, kernels.heapBase(), kernels.countsStateBytes());
}

/** What belongs to nobody: before each table and behind the last arena. */
function gapsOf({ adaptive, project, file, bytes }: CountsPlan, memoryBytes: number): [number, number][] {
  return [
    [adaptive[1], project.table],
    [project.arena + project.arenaBytes, file.table],
    [bytes, memoryBytes],
  ];
}

/** Adds up to 1 within the rounding of as many sums, is above 0 everywhere, and is what is said of each token alone. */
function expectDistribution(model: CountingModel): void {
  const distribution = new Float64Array(model.vocabSize);
  model.distribution(distribution);
  const total = distribution.reduce((sum, p) => sum + p, 0);
  expect(Math.abs(total - 1)).toBeLessThan(model.vocabSize * Number.EPSILON);
  expect(distribution.every((p) => p > 0)).toBe(true);
  expect(Array.from(distribution, (_, id) => model.probability(id))).toEqual([...distribution]);
}

const next = uniform(7);
const roomy = { projectTokens: 20_000, documentTokens: 4_000 };

describe.each([
  ['bytes alone', smallCase(next, 6, 30, 260)],
  ['300 tokens', smallCase(next, 6, 30, 300)],
])('with a vocabulary of %s', (_, small) => {
  const [document, ...others] = small.documents as [Uint16Array, ...Uint16Array[]];
  const { endOfText } = small.tokenizer;

  it('a model that has seen nothing, a document of one token or an empty one expects every token', () => {
    const { model, expectIntact } = guarded(small, roomy);
    expectDistribution(model);
    for (const ids of [new Uint16Array(), Uint16Array.of(endOfText)]) {
      model.learnDocument(ids, 0);
      expectDistribution(model);
      model.foldDocument(ids, true);
      model.setDocument(ids, ids.length);
      expectDistribution(model);
      model.begin();
    }
    expectIntact();
  });

  it('a token that was never seen is possible everywhere, and is expected once it came', () => {
    const { model } = guarded(small, roomy);
    for (const ids of small.documents) model.learnDocument(ids, 0.5);
    model.settle();
    const unseen = small.frequencies.indexOf(0);
    model.begin();
    for (const id of document) {
      expect(model.probability(unseen)).toBeGreaterThan(0);
      model.learn(id);
    }
    const before = model.probability(unseen);
    model.learn(unseen);
    model.learn(unseen);
    expect(model.probability(unseen)).toBeGreaterThan(before);
  });

  it('where tables and lists are far too small, probabilities still add up to 1 and nothing is written outside', () => {
    const longest = Math.max(...small.documents.map(({ length }) => length));
    const { model, expectIntact } = guarded(small, { projectTokens: 1, documentTokens: longest });
    for (let round = 0; round < 10; round++) {
      for (const ids of small.documents) model.learnDocument(ids, 0.5);
      model.foldDocument(document, true);
      model.foldDocument(others[round % others.length]!, false);
      expectIntact();
    }
    model.settle();
    model.begin();
    for (const [at, id] of document.entries()) {
      if (at % 25 === 0) expectDistribution(model);
      model.learn(id);
    }
    expectIntact();
  });

  it('every token behind every other, many times: dense counts, halved ones and their removal add up to 1', () => {
    const all = Uint16Array.from({ length: small.tokenizer.vocabSize }, (_, id) => id);
    const { model, expectIntact } = guarded(small, { projectTokens: 200_000, documentTokens: 4_000 });
    for (let times = 0; times < 300; times++) model.foldDocument(all, true);
    expectDistribution(model);
    for (let times = 0; times < 300; times++) model.foldDocument(all, false);
    expectDistribution(model);
    expectIntact();
  });

  it('what stays behind when much more has gone is the same token by token and over all of them', () => {
    const all = Uint16Array.from({ length: small.tokenizer.vocabSize }, (_, id) => id);
    const { model } = guarded(small, { projectTokens: 400_000, documentTokens: 4_000 });
    for (const ids of small.documents) model.learnDocument(ids, 0.5);
    model.begin();
    for (let times = 0; times < 600; times++) model.foldDocument(all, true);
    for (let times = 0; times < 600; times++) model.foldDocument(all, false);
    expectDistribution(model);
  });

  it('a document that comes and goes takes no more memory each time', () => {
    const { model, arenaUsed } = guarded(small, roomy);
    for (const ids of others) model.learnDocument(ids, 0.5);
    model.settle();
    const cycle = (): number => {
      model.foldDocument(document, true);
      model.foldDocument(document, false);
      return arenaUsed();
    };
    const first = cycle();
    for (let times = 0; times < 100; times++) expect(cycle()).toBe(first);
  });

  it('documents of exactly the capacity fit; one token more is refused, with what to do', () => {
    const { length } = document;
    const { model, expectIntact } = guarded(small, { projectTokens: 5_000, documentTokens: length });
    const longer = Uint16Array.of(...document, endOfText);
    model.learnDocument(document, 0.5);
    model.foldDocument(document, true);
    model.setDocument(document, length);
    const refusal = new RegExp(`at most ${length} tokens; this one has ${length + 1}: give it less`);
    expect(() => model.learnDocument(longer, 0.5)).toThrow(refusal);
    expect(() => model.foldDocument(longer, true)).toThrow(refusal);
    expect(() => model.setDocument(longer, 0)).toThrow(refusal);
    expect(() => model.learn(endOfText)).toThrow(refusal);
    model.begin();
    for (const id of document) model.learn(id);
    expect(() => model.learn(endOfText)).toThrow(refusal);
    for (let times = 0; times < 1_024; times++) model.suppose(endOfText);
    expect(() => model.suppose(endOfText)).toThrow(/1024 tokens are supposed/);
    model.rewind();
    expectDistribution(model);
    expectIntact();
  });

  it('an outside model that is certain, or silent about a part of the vocabulary, does not break it', () => {
    const { model } = guarded(small, roomy);
    for (const id of document) {
      const certain = new Float64Array(model.vocabSize);
      certain[id] = 1;
      model.hear(certain);
      expectDistribution(model);
      model.learn(id);
    }
    expectDistribution(model);
  });

  it('a document that is set while tokens are supposed is not rewound', () => {
    const [edited, plain] = [modelOf(small, roomy), modelOf(small, roomy)];
    edited.setDocument(document, document.length);
    edited.suppose(document[0]!);
    edited.setDocument(others[0]!, 20);
    edited.rewind();
    plain.setDocument(document, document.length);
    plain.setDocument(others[0]!, 20);
    expect(edited.top(20)).toEqual(plain.top(20));
  });
});
