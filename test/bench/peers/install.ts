import path from 'node:path';
import { installLocked } from '../../lockedPackages.ts';

/** Installs the locked packages beside this folder, once. @throws {Error} saying why they can't be installed here */
export function installPackages(): void {
  installLocked(path.join(import.meta.dirname, '..'), 300_000);
}

/** File URL of a file of an installed package. */
export function packageFile(name: string, file: string): URL {
  return new URL(`../node_modules/${name}/${file}`, import.meta.url);
}
