/**
 * Phases follow each other within microseconds, and to be woken takes about twenty: a thread looks for about as long before it sleeps.
 * By the clock and not by a number of looks, so that a thread which waits for one that got no core soon gives up its own.
 */
const spinMs = 0.05;
const looksPerClock = 64;
/** A process that was stopped (Ctrl-Z) for hours finds one sleep over when it goes on, while the one it waits for was stopped too. */
const sleeps = 12;

/** A thread that has not been heard of for so long is gone. */
export const patienceMs = 120_000;

/**
 * Waits until `slots[index]` is no longer `seen`: a short spin, then sleep. Returns early when it is notified without a change.
 * Blocks, so never on a thread that has an event loop to keep alive.
 * @returns false when it slept for `limitMs` in vain
 */
export function awaitChange(slots: Int32Array, index: number, seen: number, limitMs = Infinity): boolean {
  const end = performance.now() + spinMs;
  do {
    for (let look = 0; look < looksPerClock; look++) if (Atomics.load(slots, index) !== seen) return true;
  } while (performance.now() < end);
  for (let sleep = 0; sleep < sleeps; sleep++) {
    if (Atomics.wait(slots, index, seen, limitMs / sleeps) !== 'timed-out') return true;
  }
  return false;
}
