import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches } from '../../extension/training/batches.ts';
import { changedPart } from '../../extension/training/changedPart.ts';
import { longEnough, ReplayBatches } from '../../extension/training/replay.ts';

const stream = (token: number): Uint16Array => new Uint16Array(100).fill(token);

/** First token of each of so many sequences. */
function read(batches: ReplayBatches, first: number, sequences: number): number[] {
  const ids = new Int32Array(sequences * 8);
  batches.read(ids, new Int32Array(sequences * 8), first, sequences, 8);
  return Array.from({ length: sequences }, (_, i) => ids[8 * i]!);
}

describe('ReplayBatches', () => {
  it('takes the same share of new text from any run of sequences, ± one, however the run is cut into steps', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 60 }),
        (share, first, sequences) => {
          const batches = new ReplayBatches(new Batches(stream(1), 1), new Batches(stream(2), 1), share);
          const whole = read(batches, first, sequences);
          const fresh = whole.filter((token) => token === 1).length;
          expect(Math.abs(fresh - share * sequences)).toBeLessThanOrEqual(1);
          const one = Array.from({ length: sequences }, (_, i) => read(batches, first + i, 1)[0]);
          expect(one).toEqual(whole);
        },
      ),
    );
  });

  it('goes on in each text where it was left: together the sequences of either are those it has alone', () => {
    const text = Uint16Array.from({ length: 500 }, (_, i) => i);
    const mixed = new ReplayBatches(new Batches(text, 1), new Batches(stream(999), 1), 0.3);
    const alone = new Int32Array(3 * 8);
    new Batches(text, 1).read(alone, new Int32Array(3 * 8), 0, 3, 8);
    const fresh = read(mixed, 0, 10).filter((token) => token !== 999);
    expect(fresh).toEqual([alone[0], alone[8], alone[16]]);
    expect(mixed.tokens).toBeCloseTo(500 / 0.3, 9);
  });
});

it('longEnough repeats a text until a sequence and its last target fit, and leaves a longer one alone', () => {
  expect([...longEnough(Uint16Array.of(1, 2, 3), 4)]).toEqual([1, 2, 3, 1, 2]);
  const long = Uint16Array.of(1, 2, 3, 4, 5);
  expect(longEnough(long, 4)).toBe(long);
});

describe('changedPart', () => {
  const ids = fc.uint16Array({ maxLength: 40, max: 5 });

  it('holds all that is new: with what both documents begin and end with it makes up the later one', () => {
    fc.assert(
      fc.property(ids, ids, fc.nat(6), (before, after, around) => {
        const part = changedPart(before, after, around);
        const core = changedPart(before, after, 0);
        expect(part.length).toBeLessThanOrEqual(core.length + 2 * around);
        const at = after.length === 0 ? 0 : (core.byteOffset - after.byteOffset) / 2;
        if (core.length === 0) return;
        expect(after.subarray(0, at)).toEqual(before.subarray(0, at));
        const tail = after.length - at - core.length;
        expect(after.subarray(at + core.length)).toEqual(before.subarray(before.length - tail));
      }),
    );
  });

  it.each([
    ['a new document', null, [1, 2, 3], [1, 2, 3]],
    ['one without a change', [1, 2, 3], [1, 2, 3], []],
    ['one that lost a part', [1, 2, 3], [1, 3], []],
    ['an insertion', [1, 2, 5, 6], [1, 2, 3, 4, 5, 6], [2, 3, 4, 5]],
    ['an addition at the end', [1, 2], [1, 2, 3], [2, 3]],
  ])('of %s', (_, before, after, expected) => {
    const part = changedPart(before === null ? null : Uint16Array.from(before), Uint16Array.from(after), 1);
    expect([...part]).toEqual(expected);
  });
});
