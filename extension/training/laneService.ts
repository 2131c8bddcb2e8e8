import { Lane, type LaneSetup, phases, slot } from './lane.ts';
import { awaitChange } from './waiting.ts';

/** What a lane's thread is started with. */
export interface LaneData {
  readonly setup: LaneSetup;
  readonly index: number;
}

/** As often as a training tells of its progress. */
const msBetweenLooks = 250;

/**
 * A thread that only computes: it waits until the next phase is announced, works, and says that it is idle.
 * @param cpuSeconds that this thread has had; null: nobody can tell
 */
export function serveLane({ setup, index }: LaneData, cpuSeconds: () => number | null): void {
  let lookedAt = -Infinity;
  const lane = new Lane(setup, index);
  const { control } = lane;
  const { slots } = control;
  for (let seen = 0; ;) {
    while (Atomics.load(slots, slot.generation) === seen) awaitChange(slots, slot.generation, seen);
    seen = Atomics.load(slots, slot.generation);
    if (control.failed || phases[Atomics.load(slots, slot.phase)] === 'quit') return;
    try {
      lane.work();
    } catch (error) {
      control.fail(error);
      return;
    }
    if (performance.now() - lookedAt >= msBetweenLooks) {
      lookedAt = performance.now();
      control.cpuSeconds[index] = cpuSeconds() ?? Number.NaN;
    }
    Atomics.add(slots, slot.idle, 1);
    Atomics.notify(slots, slot.idle);
  }
}
