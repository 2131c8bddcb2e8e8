import { readFileSync } from 'node:fs';

/** Newer than the oldest Node that the program runs in. */
interface WithThreadCpu {
  threadCpuUsage?(): { readonly user: number; readonly system: number };
}

/** Of Linux, in every program that it runs (`USER_HZ`). */
const ticksPerSecond = 100;

/**
 * Seconds of processor time that this thread has had so far; null where the machine does not tell a thread's own: the whole process's would
 * count what others do in it.
 * @source proc_pid_stat(5), utime and stime
 */
export function threadCpuSeconds(): number | null {
  const { threadCpuUsage } = process as WithThreadCpu;
  if (threadCpuUsage !== undefined) {
    const { user, system } = threadCpuUsage.call(process);
    return (user + system) / 1e6;
  }
  if (process.platform !== 'linux') return null;
  // The name, in brackets, may hold anything.
  const [, fields] = /^\d+ \(.*\) (.*)$/s.exec(readFileSync('/proc/thread-self/stat', 'latin1')) ?? [];
  const [utime, stime] = fields?.split(' ').slice(11, 13).map(Number) ?? [];
  return utime === undefined || stime === undefined ? null : (utime + stime) / ticksPerSecond;
}
