import type { Turns } from '../engine/head.ts';
import { awaitChange, patienceMs } from './waiting.ts';

/**
 * Turns in shared memory: for each block, the number of additions that are done. Lanes get their chunks in order, so that whoever is waited
 * for is at work already; each follows the one before by a block, and waits but once.
 */
export class SharedTurns implements Turns {
  readonly #done: Int32Array;
  readonly #failed: () => boolean;

  /** @param done i32[blocks], 0 before the first turn */
  constructor(done: Int32Array, failed: () => boolean) {
    this.#done = done;
    this.#failed = failed;
  }

  await(block: number, turn: number): void {
    for (;;) {
      // A failure is said before every block is woken: whoever does not see it here finds its block changed below.
      if (this.#failed()) throw new Error('another training thread failed');
      const done = Atomics.load(this.#done, block);
      if (done === turn) return;
      if (!awaitChange(this.#done, block, done, patienceMs)) {
        throw new Error(`no turn from another training thread for ${patienceMs / 1_000} s`);
      }
    }
  }

  pass(block: number, turn: number): void {
    Atomics.store(this.#done, block, turn + 1);
    Atomics.notify(this.#done, block);
  }
}

/** Wakes everybody who awaits a turn: no block waits for a negative number of turns. */
export function endTurns(done: Int32Array): void {
  for (let block = 0; block < done.length; block++) {
    Atomics.store(done, block, -1);
    Atomics.notify(done, block);
  }
}
