import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Arrivals, restMs } from '../../extension/host/arrivals.ts';

describe('a cursor', () => {
  let places: number[];
  let arrivals: Arrivals<number>;

  beforeEach(() => {
    vi.useFakeTimers();
    places = [];
    arrivals = new Arrivals((at) => places.push(at));
  });
  afterEach(() => vi.useRealTimers());

  it('that jumps has arrived at once, and once', () => {
    arrivals.moved(1);
    expect(places).toEqual([1]);
    vi.advanceTimersByTime(10 * restMs);
    arrivals.moved(2);
    vi.advanceTimersByTime(10 * restMs);
    expect(places).toEqual([1, 2]);
  });

  it('that is on its way has arrived where it rests', () => {
    for (let line = 1; line <= 50; line++) {
      arrivals.moved(line);
      vi.advanceTimersByTime(restMs - 1);
    }
    expect(places).toEqual([1]);
    vi.advanceTimersByTime(1);
    expect(places).toEqual([1, 50]);
  });

  it('that a key has moved has arrived nowhere, and no move before it counts any more', () => {
    arrivals.moved(1);
    arrivals.moved(2);
    arrivals.typed();
    arrivals.moved(3);
    vi.advanceTimersByTime(10 * restMs);
    expect(places).toEqual([1]);
    arrivals.moved(4);
    expect(places).toEqual([1, 4]);
  });

  it('arrives nowhere when nobody wants to know any more', () => {
    arrivals.moved(1);
    arrivals.moved(2);
    arrivals.dispose();
    vi.advanceTimersByTime(10 * restMs);
    expect(places).toEqual([1]);
  });
});
