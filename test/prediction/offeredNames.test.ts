import { describe, expect, it } from 'vitest';
import { CountsAndCache } from '../../extension/counts/countsAndCache.ts';
import { chooseNames } from '../../extension/prediction/offeredNames.ts';
import { isWordByte } from '../../extension/tokenizer/healing.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { realCode } from '../engine/tinyModel.ts';

const code = realCode();
const tokenizer = trainTokenizer(code, 600);
const encode = (text: string): number[] => [...tokenizer.encode(new TextEncoder().encode(text))];
const model = new CountsAndCache(
  code.map((bytes) => Uint16Array.from([...tokenizer.encode(bytes), tokenizer.endOfText])),
  tokenizer.vocabSize,
);
model.begin();
for (const id of encode('import {')) model.learn(id);

const names = ['Decoder', 'DecoderPlan', 'Decode', 'layout', 'parameterTable', 'zebraCrossing'];

/** By its definition: at each token the share among the tokens that a name allows; where one name begins another, its end is one. */
function shareOf(name: string): number {
  const all = names.map((one) => encode(` ${one}`));
  const ids = encode(` ${name}`);
  let share = 1;
  for (let depth = 0; depth <= ids.length; depth++) {
    const going = all.filter((one) => ids.slice(0, depth).every((id, i) => one[i] === id));
    const next = new Set(going.filter((one) => one.length > depth).map((one) => one[depth]!));
    const ends = going.some((one) => one.length === depth);
    model.rewind();
    for (const id of ids.slice(0, depth)) model.suppose(id);
    const distribution = new Float64Array(model.vocabSize);
    model.distribution(distribution);
    let end = 0;
    distribution.forEach((p, id) => {
      const [first] = tokenizer.tokenBytes(id);
      if (first === undefined || !isWordByte(first)) end += p;
    });
    const total = [...next].reduce((sum, id) => sum + distribution[id]!, ends ? end : 0);
    if (depth === ids.length) share *= ends ? end / total : 1;
    else share *= distribution[ids[depth]!]! / total;
  }
  model.rewind();
  return share;
}

describe('names that are offered', () => {
  it('are chosen by their share among the offered ones, likeliest first, and nothing else can come out', () => {
    const chosen = chooseNames(model, tokenizer, names, ' ', names.length, () => model.rewind());
    model.rewind();
    const expected = names.map((name) => ({ name, share: shareOf(name) })).sort((a, b) => b.share - a.share);
    expect(chosen.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    for (const [i, { probability, probabilities, ids, name }] of chosen.entries()) {
      expect(probability).toBeCloseTo(expected[i]!.share, 9);
      expect(probabilities.reduce((product, p) => product * p, 1)).toBeCloseTo(probability, 9);
      expect(ids).toEqual(encode(` ${name}`));
    }
    expect(chosen.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
  });

  it('are as many as are asked for, the likeliest', () => {
    const all = chooseNames(model, tokenizer, names, ' ', names.length, () => model.rewind());
    const two = chooseNames(model, tokenizer, names, ' ', 2, () => model.rewind());
    expect(two).toEqual(all.slice(0, 2));
    model.rewind();
  });
});
