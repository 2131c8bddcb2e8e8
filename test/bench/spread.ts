import { percentile } from '../../extension/training/timing.ts';

/** Milliseconds; nearest rank. */
export interface Spread {
  readonly tries: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const at = (share: number): number => percentile(values, share);
  return { tries: values.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
