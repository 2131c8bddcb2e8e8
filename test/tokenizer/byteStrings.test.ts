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
          expect(add(table, encodeUtf8(string))).toBe(numbers.get(string));
          expect(table.size).toBe(numbers.size);
        }
        for (const [string, number] of numbers) expect(table.bytes(number)).toEqual(encodeUtf8(string));
      }
    }),
    { numRuns: 20 },
  );
});

// Collisions of 32-bit FNV-1a; the last two are 0, which another byte 0 leaves as it is.
test.each([
  ['of other length', encodeUtf8('costarring'), encodeUtf8('liquid')],
  ['of the same length', encodeUtf8('rjlizpsq'), encodeUtf8('ekaweyun')],
  [
    'of which one begins the other',
    Uint8Array.of(0xcc, 0x24, 0x31, 0xc4),
    Uint8Array.of(0xcc, 0x24, 0x31, 0xc4, 0),
  ],
])('strings %s are different although their hashes are equal', (_, first, second) => {
  for (const [a, b] of [
    [first, second],
    [second, first],
  ] as const) {
    const table = new ByteStrings();
    expect([add(table, a), add(table, b), add(table, a), add(table, b)]).toEqual([0, 1, 0, 1]);
  }
});

function add(table: ByteStrings, bytes: Uint8Array): number {
  const source = Uint8Array.of(0x78, ...bytes, 0x79);
  return table.add(source, 1, source.length - 1);
}
