import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type SeenText, surpriseReach } from '../../extension/host/surpriseReach.ts';

const inOneLine = (): number => 0;

/** Offsets in their order. */
const seenText = fc
  .uniqueArray(fc.nat(2_000_000), { minLength: 4, maxLength: 4 })
  .map((offsets) => offsets.sort((a, b) => a - b) as [number, number, number, number])
  .chain(([first, seenFrom, seenTo, last]) =>
    fc.record({
      lines: fc.constant([first, last] as const),
      seen: fc.constant([seenFrom, seenTo] as const),
      cursor: fc.nat(2_000_000),
    }),
  );

it('is bounded however long lines are, stays in the lines, and begins before what is marked', () => {
  fc.assert(
    fc.property(seenText, (seen: SeenText) => {
      const { begin, from, to } = surpriseReach(seen, inOneLine);
      const [first, last] = seen.lines;
      expect(to - from).toBe(Math.min(16_000, last - first));
      expect(from).toBeGreaterThanOrEqual(first);
      expect(to).toBeLessThanOrEqual(last);
      expect(begin).toBeGreaterThanOrEqual(Math.max(0, from - 8_000));
      expect(begin).toBeLessThanOrEqual(from);
    }),
  );
});

it('has all that is seen in it where that is as much as a window shows, else the cursor', () => {
  fc.assert(
    fc.property(seenText, (seen: SeenText) => {
      const { from, to } = surpriseReach(seen, inOneLine);
      const [seenFrom, seenTo] = seen.seen;
      if (seenTo - seenFrom <= 8_000) expect([from <= seenFrom, to >= seenTo]).toEqual([true, true]);
      else if (seen.cursor >= seenFrom && seen.cursor <= seenTo)
        expect([from <= seen.cursor, to >= seen.cursor]).toEqual([true, true]);
    }),
  );
});

it('is of whole lines, with whole lines before them, where lines are no longer than usual', () => {
  const lineStart = (offset: number): number => offset - (offset % 40);
  const reach = surpriseReach({ lines: [8_000, 14_000], seen: [10_000, 12_000], cursor: 0 }, lineStart);
  expect(reach).toEqual({ begin: 4_000, from: 8_000, to: 14_000 });
});

it.each([60_000, 1_000_000])(
  'of one line of %d characters as much is read as of any other text',
  (length) => {
    const seen = [0, length] as const;
    const reach = surpriseReach({ lines: seen, seen, cursor: length - 100 }, inOneLine);
    expect(reach).toEqual({ begin: length - 24_000, from: length - 16_000, to: length });
    expect(surpriseReach({ lines: seen, seen, cursor: 0 }, inOneLine)).toEqual({
      begin: 0,
      from: 0,
      to: 16_000,
    });
  },
);
