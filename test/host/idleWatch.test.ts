import { describe, expect, it } from 'vitest';
import { IdleWatch } from '../../extension/host/idleWatch.ts';

const minute = 60_000;

describe('a training while nobody types', () => {
  it('is due when enough has changed and the last key is long enough ago, and not one millisecond before', () => {
    const watch = new IdleWatch(0);
    watch.typed(2_000, 1_000);
    expect(watch.isDue(5, true, 1_000 + 5 * minute - 1)).toBe(false);
    expect(watch.isDue(5, true, 1_000 + 5 * minute)).toBe(true);
  });

  it('is not due for a few characters, however long nobody types', () => {
    const watch = new IdleWatch(0);
    watch.typed(1_999, 0);
    expect(watch.isDue(1, true, 1_000 * minute)).toBe(false);
    watch.typed(1, 0);
    expect(watch.isDue(1, true, 1_000 * minute)).toBe(true);
  });

  it('is due without a change where nothing has been learnt yet', () => {
    expect(new IdleWatch(0).isDue(5, false, 5 * minute)).toBe(true);
  });

  it('is due again only after new changes', () => {
    const watch = new IdleWatch(0);
    watch.typed(5_000, 0);
    watch.begun();
    watch.ended(true);
    expect(watch.isDue(1, true, 10 * minute)).toBe(false);
    watch.typed(2_000, 10 * minute);
    expect(watch.isDue(1, true, 11 * minute)).toBe(true);
  });

  it('is due for what was typed while another training ran, which has not read it, and for all where that failed', () => {
    const watch = new IdleWatch(0);
    for (const [isRead, typed] of [
      [true, 1_999],
      [false, 1],
    ] as const) {
      watch.begun();
      watch.typed(typed, 0);
      watch.begun();
      watch.ended(isRead);
      expect(watch.isDue(1, true, minute)).toBe(!isRead);
    }
  });
});
