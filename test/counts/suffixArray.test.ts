import { expect, it } from 'vitest';
import { suffixArray } from '../../extension/counts/suffixArray.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

/** A suffix that is the beginning of another is the smaller. */
function sortedSuffixes(text: Int32Array): number[] {
  return [...text.keys()].sort((a, b) => {
    while (a < text.length && b < text.length && text[a] === text[b]) [a, b] = [a + 1, b + 1];
    return (text[a] ?? -1) - (text[b] ?? -1);
  });
}

it.each([1, 2, 3, 10, 1000])('suffixes are sorted, over random texts of %i symbols', (symbols) => {
  const next = uniform(symbols);
  for (let round = 0; round < 200; round++) {
    const text = randomIntegers(next, Math.floor(next() * 60), 0, symbols - 1);
    expect([...suffixArray(text, symbols - 1)]).toEqual(sortedSuffixes(text));
  }
});

it('suffixes of a text that repeats itself at every scale are sorted', () => {
  let [text, before] = [[0], [1]];
  while (text.length < 3000) [text, before] = [[...text, ...before], text];
  expect([...suffixArray(Int32Array.from(text), 1)]).toEqual(sortedSuffixes(Int32Array.from(text)));
});
