import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..');

/** Installs the locked packages beside this folder, once. @throws {Error} saying why they can't be installed here */
export function installPackages(): void {
  const installed = path.join(folder, 'node_modules', '.package-lock.json');
  const locked = path.join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`npm ci in test/bench: ${npm.error?.message ?? npm.stderr}`);
}

/** File URL of a file of an installed package. */
export function packageFile(name: string, file: string): URL {
  return new URL(`../node_modules/${name}/${file}`, import.meta.url);
}
