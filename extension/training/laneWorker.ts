import { nodeWorkerData } from '../platform/node.ts';
import { Lane, type LaneSetup, phases, slot } from './lane.ts';

/** A thread that only computes: it sleeps until the next phase is announced, works, and says that it is idle. */
function serve(setup: LaneSetup, index: number): void {
  const lane = new Lane(setup, index);
  const { control } = lane;
  let seen = 0;
  for (;;) {
    seen = awaitChange(control.slots, seen);
    if (control.failed || phases[Atomics.load(control.slots, slot.phase)] === 'quit') return;
    try {
      lane.work();
    } catch (error) {
      control.fail(error);
      return;
    }
    Atomics.add(control.slots, slot.idle, 1);
    Atomics.notify(control.slots, slot.idle);
  }
}

/** A short spin first: phases follow each other within microseconds. */
function awaitChange(slots: Int32Array, seen: number): number {
  for (let spin = 0; spin < 1_000; spin++) {
    const generation = Atomics.load(slots, slot.generation);
    if (generation !== seen) return generation;
  }
  for (;;) {
    Atomics.wait(slots, slot.generation, seen);
    const generation = Atomics.load(slots, slot.generation);
    if (generation !== seen) return generation;
  }
}

const { setup, index } = nodeWorkerData<{ setup: LaneSetup; index: number }>();
serve(setup, index);
