import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Installs the packages that the lock file in `folder` names, once, whoever else asks for them meanwhile. No install scripts: they would
 * build or download something.
 * @throws {Error} saying why they can't be installed here
 */
export function installLocked(folder: string, timeoutMs: number): void {
  if (isInstalled(folder)) return;
  alone(folder, timeoutMs, () => {
    if (isInstalled(folder)) return;
    const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: timeoutMs,
      shell: process.platform === 'win32',
    });
    if (npm.status !== 0) {
      throw new Error(`npm ci in test/${path.basename(folder)}: ${npm.error?.message ?? npm.stderr}`);
    }
  });
}

function isInstalled(folder: string): boolean {
  const installed = path.join(folder, 'node_modules', '.package-lock.json');
  const locked = path.join(folder, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs;
}

const lookEveryMs = 200;

/** Test files run side by side, each in a process of its own, and npm must not empty a folder that another one fills. */
function alone(folder: string, timeoutMs: number, action: () => void): void {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const mark = path.join(tmpdir(), `nihilo-installing-${name}`);
  while (!claimed(mark, timeoutMs)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookEveryMs);
  try {
    action();
  } finally {
    rmSync(mark, { recursive: true, force: true });
  }
}

function claimed(mark: string, timeoutMs: number): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // Whoever left it for so long has died.
  const since = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  if (Date.now() - since > timeoutMs) rmSync(mark, { recursive: true, force: true });
  return false;
}
