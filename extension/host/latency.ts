import type { EventLoopDelay } from '../platform/eventLoop.ts';
import { percentile } from '../training/timing.ts';

/** Milliseconds; null before anything was measured. */
export interface LatencySummary {
  readonly count: number;
  /** the last of them, which the others are of */
  readonly measured: number;
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

  reset(): void {
    this.#milliseconds.length = 0;
    this.#count = 0;
  }

  /** Nearest-rank percentiles of what is kept: each is a value that was measured. */
  summary(): LatencySummary {
    const of = (share: number): number | null =>
      this.#count === 0 ? null : percentile(this.#milliseconds, share);
    return {
      count: this.#count,
      measured: this.#milliseconds.length,
      median: of(0.5),
      p95: of(0.95),
      worst: of(1),
    };
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
