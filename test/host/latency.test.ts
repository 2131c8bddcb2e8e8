import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyRecord, measurementsLine } from '../../extension/host/latency.ts';

describe('LatencyRecord', () => {
  it('knows nothing before the first measurement', () => {
    expect(new LatencyRecord().summary()).toEqual({
      count: 0,
      measured: 0,
      median: null,
      p95: null,
      worst: null,
    });
  });

  it('gives percentiles with at most half, a twentieth and none of the values above them, and each was measured', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (values) => {
          const record = new LatencyRecord();
          for (const value of values) record.add(value);
          const { count, median, p95, worst } = record.summary();
          expect(count).toBe(values.length);
          for (const [percentile, share] of [
            [median!, 0.5],
            [p95!, 0.05],
            [worst!, 0],
          ] as const) {
            expect(values).toContain(percentile);
            expect(values.filter((value) => value > percentile).length).toBeLessThanOrEqual(
              share * values.length,
            );
          }
        },
      ),
    );
  });

  it('begins anew when it is told to', () => {
    const record = new LatencyRecord();
    for (let i = 0; i < 1_500; i++) record.add(500);
    record.reset();
    expect(record.summary()).toEqual({ count: 0, measured: 0, median: null, p95: null, worst: null });
    record.add(2);
    expect(record.summary()).toEqual({ count: 1, measured: 1, median: 2, p95: 2, worst: 2 });
  });

  it('forgets all but the last thousand values, and counts them all and those that it has', () => {
    const record = new LatencyRecord();
    for (let i = 0; i < 1_000; i++) record.add(500);
    for (let i = 0; i < 1_000; i++) record.add(1);
    expect(record.summary()).toEqual({ count: 2_000, measured: 1_000, median: 1, p95: 1, worst: 1 });
  });
});

describe('measurementsLine', () => {
  it('writes both measurements to the tenth of a millisecond, and what was not measured as null', () => {
    const line = measurementsLine(
      { count: 3, measured: 3, median: 41.26, p95: null, worst: 80 },
      { p99: 11.304703, max: 42.139647 },
    );
    expect(line).toBe(
      'so far, in milliseconds: completions {"count":3,"measured":3,"median":41.3,"p95":null,"worst":80}, delay of the event loop {"p99":11.3,"max":42.1}',
    );
  });
});
