/**
 * Phases follow each other within microseconds, and to be woken takes about twenty: a thread looks for about as long before it sleeps.
 * By the clock and not by a number of looks, so that a thread which waits for one that got no core soon gives up its own.
 */
const spinMs = 0.05;
const looksPerClock = 64;

/**
 * Waits until `slots[index]` is no longer `seen`: a short spin, then sleep. Returns early when it is notified without a change.
 * Blocks, so never on a thread that has an event loop to keep alive.
 * @returns false when `patienceMs` of sleep were not enough
 */
export function awaitChange(slots: Int32Array, index: number, seen: number, patienceMs = Infinity): boolean {
  const end = performance.now() + spinMs;
  do {
    for (let look = 0; look < looksPerClock; look++) if (Atomics.load(slots, index) !== seen) return true;
  } while (performance.now() < end);
  return Atomics.wait(slots, index, seen, patienceMs) !== 'timed-out';
}
