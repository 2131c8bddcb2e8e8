import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { resolutionMs, watchEventLoop } from '../../extension/platform/eventLoop.ts';
import { watchWebEventLoop } from '../../extension/platform/webEventLoop.ts';

it.each([
  ['Node', watchEventLoop],
  ['a browser', watchWebEventLoop],
])(
  'in %s never reports less than the longest time that synchronous work took, and a p99 of no more',
  async (_, begin) => {
    const watch = begin();
    // The watch's first turn is where its first delay begins.
    await wait(5 * resolutionMs);
    const start = performance.now();
    while (performance.now() - start < 12 * resolutionMs);
    const blocked = performance.now() - start;
    await wait(5 * resolutionMs);
    const { p99, max } = watch.delay();
    watch.dispose();
    // The histogram keeps three significant digits.
    expect(max).toBeGreaterThanOrEqual(0.999 * blocked);
    expect(p99).toBeGreaterThan(0);
    expect(p99).toBeLessThanOrEqual(max);
  },
);
