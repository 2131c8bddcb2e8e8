import { expect, it } from 'vitest';
import { awaitChange } from '../../extension/training/waiting.ts';

const slotsOf = (...values: number[]): Int32Array => {
  const slots = new Int32Array(new SharedArrayBuffer(4 * values.length));
  slots.set(values);
  return slots;
};

it('returns at once when the value is another already', () => {
  expect(awaitChange(slotsOf(0, 7), 1, 6)).toBe(true);
});

it('says when its patience is at an end, and has slept until then instead of looking all the time', () => {
  const limitMs = 400;
  const [start, before] = [performance.now(), process.threadCpuUsage()];
  expect(awaitChange(slotsOf(3), 0, 3, limitMs)).toBe(false);
  const { user, system } = process.threadCpuUsage(before);
  expect(performance.now() - start).toBeGreaterThanOrEqual(limitMs - 1);
  // Looking for the whole time takes all of it on a free core, and half of it on one that is shared.
  expect((user + system) / 1_000).toBeLessThan(limitMs / 8);
});
