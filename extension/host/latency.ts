import type { EventLoopDelay } from '../platform/eventLoop.ts';

/** Milliseconds; null before anything was measured. */
export interface LatencySummary {
  readonly count: number;
  readonly median: number | null;
  readonly p95: number | null;
  readonly worst: number | null;
}

/** Enough for an hour of typing; older ones say nothing about now. */
const kept = 1_000;

/** How long the last completions took. */
export class LatencyRecord {
  readonly #milliseconds: number[] = [];
  #count = 0;

  add(milliseconds: number): void {
    this.#milliseconds[this.#count++ % kept] = milliseconds;
  }

  /** Nearest-rank percentiles of what is kept: each is a value that was measured. */
  summary(): LatencySummary {
    const sorted = this.#milliseconds.toSorted((a, b) => a - b);
    const percentile = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return { count: this.#count, median: percentile(0.5), p95: percentile(0.95), worst: percentile(1) };
  }
}

/** One line for the log: both measurements as JSON, to the tenth of a millisecond. */
export function measurementsLine(completions: LatencySummary, eventLoop: EventLoopDelay): string {
  const json = (values: object): string =>
    JSON.stringify(values, (_, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 10) / 10 : value,
    );
  return `so far, in milliseconds: completions ${json(completions)}, delay of the event loop ${json(eventLoop)}`;
}
