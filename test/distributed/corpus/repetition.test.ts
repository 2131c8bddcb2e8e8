import { expect, test } from 'vitest';
import { MeasuredTexts, NearDuplicates } from '../../../distributed/corpus/repetition.ts';

const words = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `word${from + i}`);
const textOf = (some: readonly string[]): Uint8Array => Buffer.from(some.join(' '));

test('every one of 2,000 texts that share 90 of 110 words with an earlier one is found, and none that shares 60 of 140', () => {
  const near = new NearDuplicates();
  const missed: number[] = [];
  const wrong: number[] = [];
  for (let i = 0; i < 2_000; i++) {
    const own = words(1_000 * i, 100);
    expect(near.add(textOf(own))).toBe(false);
    // Jaccard 90/110 = 0.82: a pair is in no common band with probability (1 − 0.82⁴)¹⁶ = 0.0001, so 2,000 miss 0.2.
    if (!near.add(textOf([...own.slice(10), ...words(1_000 * i + 200, 10)]))) missed.push(i);
    if (near.add(textOf([...own.slice(40), ...words(1_000 * i + 300, 40)]))) wrong.push(i);
  }
  expect(missed.length).toBeLessThanOrEqual(4);
  expect(wrong).toEqual([]);
});

test('a copy is found by its passages where it is no near-duplicate, and by its words where its lines are cut otherwise', () => {
  const lines = Array.from({ length: 40 }, (_, i) => words(10 * i, 10).join(' '));
  const measured = new MeasuredTexts([Buffer.from(lines.join('\n'))]);
  const own = Array.from({ length: 100 }, (_, i) => words(50_000 + 10 * i, 10).join(' '));
  const inPassages = Buffer.from([...own, ...lines.slice(0, 35)].join('\n'));
  const rewrapped = Buffer.from(lines.join(' ').replaceAll(/((?:\S+ ){7})/g, '$1\n'));
  const singleLines = Buffer.from(own.flatMap((line, i) => [line, lines[i % 40]!]).join('\n'));
  expect(measured.repeatedBy([inPassages, rewrapped, singleLines, Buffer.from(own.join('\n'))])).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
