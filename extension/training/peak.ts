import type { Team } from './team.ts';

/** Multiply-adds of a try, whole rounds of the kernel `peak` in both builds; each is 4 lanes × (multiply + add). */
const peakCount = 84 * 30_000;
const flopsEach = 8;

/**
 * What the threads can do at most with 128-bit SIMD, FLOP/s: a loop of multiply-adds in registers, on all lanes at the same time, the
 * best of many tries. They are short and go on for a while, because V8 optimises a function between calls, never inside one.
 */
export function measurePeak(team: Team, measuringMs = 300): number {
  let best = 0;
  for (const start = performance.now(); performance.now() - start < measuringMs;) {
    team.run('peak', { peakCount });
    let rate = 0;
    for (let lane = 0; lane < team.lanes; lane++) {
      rate += (peakCount * flopsEach) / (team.results[lane]! / 1_000);
    }
    best = Math.max(best, rate);
  }
  return best;
}
