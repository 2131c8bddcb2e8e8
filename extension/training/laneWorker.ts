import { nodeWorkerData } from '../platform/node.ts';
import { Lane, type LaneSetup, phases, slot } from './lane.ts';
import { awaitChange } from './waiting.ts';

/** A thread that only computes: it waits until the next phase is announced, works, and says that it is idle. */
function serve(setup: LaneSetup, index: number): void {
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

const { setup, index } = nodeWorkerData<{ setup: LaneSetup; index: number }>();
serve(setup, index);
