import path from 'node:path';
import { expect, it } from 'vitest';
import { measureCompletionWait } from '../../extension/bench/completionWait.ts';
import { nodePlatform } from '../../extension/platform/node.ts';

it('asks as often as it is told to, with and without a training beside it, and ends both workers', async () => {
  const platform = nodePlatform();
  let running = 0;
  const counted = {
    ...platform,
    spawn: <Request, Reply>(...args: Parameters<typeof platform.spawn>) => {
      running++;
      const handle = platform.spawn<Request, Reply>(...args);
      return { ...handle, terminate: () => handle.terminate().finally(() => running--) };
    },
  };
  const folder = path.join(import.meta.dirname, '..', '..', 'extension', 'engine');
  const wait = await measureCompletionWait(counted, folder, 2, false, { asks: 5, preset: 'pencil' });
  expect(wait).toMatchObject({ threads: 2, asks: 5 });
  for (const { p50, p95, max } of [wait.waitMs, wait.idleWaitMs]) {
    expect(p50).toBeGreaterThan(0);
    expect(p95).toBeGreaterThanOrEqual(p50);
    expect(max).toBeGreaterThanOrEqual(p95);
  }
  expect(wait.slowdown).toBeGreaterThan(0);
  expect(running).toBe(0);
});
