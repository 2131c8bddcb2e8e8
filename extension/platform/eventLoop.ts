import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds from one turn of a timer to the next, at least `resolutionMs` each; next to 0 before the first. */
export interface EventLoopDelay {
  readonly p99: number;
  /** no synchronous work has blocked this thread for longer */
  readonly max: number;
}

/** What a delay says too much by, at most. Shorter wakes an idle machine more often. */
export const resolutionMs = 10;

export interface EventLoopWatch {
  /** since the watch began */
  delay(): EventLoopDelay;
  dispose(): void;
}

/** Measures from now on how long this thread's event loop is blocked; keeps no process alive. */
export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    delay: () => ({ p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 }),
    dispose: () => void histogram.disable(),
  };
}
