import { Lane, type LaneSetup, phases, slot } from './lane.ts';
import { awaitChange } from './waiting.ts';

/** What a lane's thread is started with. */
export interface LaneData {
  readonly setup: LaneSetup;
  readonly index: number;
}

/** A thread that only computes: it waits until the next phase is announced, works, and says that it is idle. */
export function serveLane({ setup, index }: LaneData): void {
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
    Atomics.add(slots, slot.idle, 1);
    Atomics.notify(slots, slot.idle);
  }
}
