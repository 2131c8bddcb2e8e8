import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ContestCommand } from './contestant.ts';

/**
 * The program with a folder of its own for what it thinks temporary: a process that is ended at once removes nothing itself.
 */
export async function withOwnTemporaryFiles(
  program: ContestCommand,
): Promise<{ readonly command: ContestCommand; removeFiles(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nihilo-bench-'));
  // TMPDIR elsewhere, TEMP and TMP on Windows.
  const env = { ...program.env, TMPDIR: folder, TEMP: folder, TMP: folder };
  return {
    command: { ...program, env },
    // A process that was just told to end may still write.
    removeFiles: () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}
