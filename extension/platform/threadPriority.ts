import { stat } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';

/** Of −20 (first) … 19 (last), where a program is 0: about a tenth of a core's time when something else wants all of it. */
export const backgroundNiceness = 10;

/**
 * Lets every other thread of the machine go before this one, and before those that this one starts from now on.
 * Only on Linux, where a thread has a priority of its own; elsewhere it is the whole process's, completions included.
 */
export async function lowerThreadPriority(): Promise<void> {
  if (process.platform !== 'linux') return;
  // The threads that read files for the whole process are started by whoever is the first to read: before this, then.
  await stat('/proc/self');
  try {
    // Whoever runs all of the program in the background need not be overruled.
    if (getPriority() < backgroundNiceness) setPriority(backgroundNiceness);
  } catch (error) {
    // A sandbox may forbid it: then it is as on the other systems.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error;
  }
}
