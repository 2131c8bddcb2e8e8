import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has held, in bytes. Linux hands `getrusage`'s figure on to whatever a process starts, so that a small
 * program started by a large one reports the large one's; the high-water mark of its own address space is the program's.
 * @source proc_pid_status(5), VmHWM
 */
export function peakRss(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1_024;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return kilobytes === undefined ? process.resourceUsage().maxRSS * 1_024 : Number(kilobytes) * 1_024;
}
