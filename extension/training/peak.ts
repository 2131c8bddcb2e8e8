import type { Team } from './team.ts';

/** FLOP of one iteration of the kernel `peak`: 12 chains × 4 lanes × (multiply + add). */
const flopsPerIteration = 96;

/**
 * What the threads can do at most with 128-bit SIMD, FLOP/s: a loop of multiply-adds in registers, on all lanes at the same time, the
 * best of many tries. They are short and go on for a while, because V8 optimises a function between calls, never inside one.
 */
export function measurePeak(team: Team, measuringMs = 300): number {
  const peakIterations = 200_000;
  let best = 0;
  for (const start = performance.now(); performance.now() - start < measuringMs;) {
    team.run('peak', { peakIterations });
    let rate = 0;
    for (let lane = 0; lane < team.lanes; lane++) {
      rate += (peakIterations * flopsPerIteration) / (team.results[lane]! / 1_000);
    }
    best = Math.max(best, rate);
  }
  return best;
}
