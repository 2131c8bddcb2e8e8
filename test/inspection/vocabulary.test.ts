import { expect, it } from 'vitest';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import { countsIn, vocabularyOf } from '../../extension/inspection/vocabulary.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

const config = presetConfig('pencil', 200);
const run: Run = {
  subject: {
    model: new RecordedModel(compiled('baseline'), config, randomTensors(config, 1)),
    bytesOf: (id) => `t${id}`,
  },
  ids: [3, 199, 0],
};
const text = [...randomIntegers(uniform(2), 3_000, 0, 90)];
const counts = countsIn(text, 200);

it('counts, shares and running totals are those of a plain loop, and pages together are the whole vocabulary', () => {
  const pages = [0, 60, 120, 140].map((from) => vocabularyOf(run, from, 0, counts));
  expect(pages.map(({ from, rows }) => [from, rows.length])).toEqual([
    [0, 60],
    [60, 60],
    [120, 60],
    [140, 60],
  ]);
  const rows = [...pages[0]!.rows, ...pages[1]!.rows, ...pages[2]!.rows, ...pages[3]!.rows.slice(40)];
  expect(rows.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 200 }, (_, id) => id),
  );
  let before = 0;
  rows.forEach((row, rank) => {
    let occurrences = 0;
    for (const id of text) if (id === row.id) occurrences++;
    expect([row.count, row.before]).toEqual([occurrences, before]);
    const previous = rows[rank - 1];
    if (previous !== undefined) {
      expect(previous.count > row.count || (previous.count === row.count && previous.id < row.id)).toBe(true);
    }
    before += occurrences;
  });
  expect(before).toBe(pages[0]!.total);
});

it('the token that is looked at is among the rows, with its rank', () => {
  for (const position of [0, 1, 2]) {
    const { rows, from, chosen } = vocabularyOf(run, null, position, counts);
    expect(rows[chosen - from]!.id).toBe(run.ids[position]);
    expect(rows).toHaveLength(60);
  }
});

it('where nobody has counted, it says so, in the order of the ids', () => {
  const { total, rows, chosen } = vocabularyOf(run, 10, 1, null);
  expect(total).toBeNull();
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, i) => 10 + i));
  expect(chosen).toBe(199);
});
