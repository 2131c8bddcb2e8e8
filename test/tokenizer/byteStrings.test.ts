import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteStrings } from '../../extension/tokenizer/byteStrings.ts';
import { encodeUtf8 } from './samples.ts';

test('strings are numbered in the order in which they first come, like in a map, also after they were forgotten', () => {
  const strings = fc.array(fc.string({ maxLength: 2 }), { maxLength: 2_000, size: 'max' });
  fc.assert(
    fc.property(fc.array(strings, { maxLength: 4 }), (rounds) => {
      const table = new ByteStrings();
      for (const strings of rounds) {
        table.clear();
        const numbers = new Map<string, number>();
        for (const string of strings) {
          if (!numbers.has(string)) numbers.set(string, numbers.size);
          expect(add(table, string)).toBe(numbers.get(string));
          expect(table.size).toBe(numbers.size);
        }
        for (const [string, number] of numbers) expect(table.bytes(number)).toEqual(encodeUtf8(string));
      }
    }),
    { numRuns: 20 },
  );
});

// Known collisions of 32-bit FNV-1a.
test.each([
  ['costarring', 'liquid'],
  ['rjlizpsq', 'ekaweyun'],
])('%s and %s are two strings although their hashes are equal', (first, second) => {
  const table = new ByteStrings();
  expect([add(table, first), add(table, second), add(table, first), add(table, second)]).toEqual([
    0, 1, 0, 1,
  ]);
});

function add(table: ByteStrings, string: string): number {
  const bytes = encodeUtf8(`x${string}y`);
  return table.add(bytes, 1, bytes.length - 1);
}
