import type { Team } from '../training/team.ts';
import { percentile } from '../training/timing.ts';

/** A phase without items: what it costs to tell all lanes of a phase and to hear from each that it is done. */
const nothing = { rows: 0, length: 1 } as const;
const rounds = 2_000;

export interface BarrierCost {
  readonly medianMicroseconds: number;
  readonly p95Microseconds: number;
}

/** Microseconds of a phase without work. With a free core for each lane; blocks the thread, as every phase does. */
export function measureBarrier(team: Team): BarrierCost {
  const microseconds = Array.from({ length: rounds }, () => {
    const start = performance.now();
    team.run('evaluate', nothing);
    return 1_000 * (performance.now() - start);
  });
  return {
    medianMicroseconds: percentile(microseconds, 0.5),
    p95Microseconds: percentile(microseconds, 0.95),
  };
}
