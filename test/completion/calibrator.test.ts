import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Calibration, usualCalibration } from '../../extension/completion/acceptance.ts';
import { Calibrator } from '../../extension/completion/calibrator.ts';
import type { Trial } from '../../extension/protocol/prediction.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wrong: Trial[] = [{ probability: 0.9, right: false, weight: 1 }];

function calibrator(tryOut: (seed: number, signal: AbortSignal) => Promise<readonly Trial[]>) {
  const found: Calibration[] = [];
  return { found, calibrator: new Calibrator(tryOut, (calibration) => found.push(calibration)) };
}

describe('a workspace is calibrated', () => {
  it('while nobody types: not before two seconds of quiet, each file once, and each time there is more', async () => {
    const seeds: number[] = [];
    const { found, calibrator: one } = calibrator((seed) => {
      seeds.push(seed);
      return Promise.resolve(wrong);
    });
    one.restart();
    await vi.advanceTimersByTimeAsync(1_900);
    one.postpone();
    await vi.advanceTimersByTimeAsync(1_900);
    expect([seeds, found]).toEqual([[], [usualCalibration]]);
    await vi.advanceTimersByTimeAsync(200);
    expect(seeds).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(found.at(-1)!.offset).toBeLessThan(found[1]!.offset);
    one.postpone();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seeds).toHaveLength(40);
  });

  it('and stops at the first key: what was asked is cancelled and asked again later', async () => {
    const seeds: number[] = [];
    const { found, calibrator: one } = calibrator((seed, signal) => {
      seeds.push(seed);
      return seed < 3 || seeds.length > 5
        ? Promise.resolve(wrong)
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));
    });
    one.restart();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(seeds).toEqual([0, 1, 2, 3]);
    one.postpone();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(found).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seeds).toEqual([0, 1, 2, 3, 3]);
    one.postpone();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(seeds).toHaveLength(5 + 37);
  });

  it('anew when another model predicts, and never again when the window closes', async () => {
    let asked = 0;
    const { found, calibrator: one } = calibrator(() => {
      asked++;
      return Promise.resolve(wrong);
    });
    one.restart();
    await vi.advanceTimersByTimeAsync(2_000);
    one.restart();
    expect(found.at(-1)).toBe(usualCalibration);
    one.dispose();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toBe(40);
  });
});
