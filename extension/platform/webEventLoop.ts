import type { EventLoopWatch } from './eventLoop.ts';

/** As `monitorEventLoopDelay` counts in Node. */
const resolutionMs = 10;
/** Ten seconds. */
const kept = 1_000;

/** Measures from now on how long this thread's event loop is blocked: by how much a timer is late. p99 is of the last ten seconds. */
export function watchWebEventLoop(): EventLoopWatch {
  const recent: number[] = [];
  let [count, max, last] = [0, 0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    recent[count++ % kept] = now - last;
    max = Math.max(max, now - last);
    last = now;
  }, resolutionMs);
  return {
    delay: () => ({ p99: recent.toSorted((a, b) => a - b)[Math.floor(recent.length * 0.99)] ?? 0, max }),
    dispose: () => clearInterval(timer),
  };
}
