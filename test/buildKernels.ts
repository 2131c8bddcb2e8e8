import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

interface AsConfig {
  readonly targets: Readonly<Record<string, { readonly outFile: string }>>;
}

/** Vitest's global setup: compiles the kernels that are older than their sources, so that tests run without a build before them. */
export default function buildKernels(): void {
  const { targets } = JSON.parse(readFileSync(path.join(root, 'asconfig.json'), 'utf8')) as AsConfig;
  const names = readdirSync(path.join(root, 'assembly'), { recursive: true, encoding: 'utf8' });
  const sources = names.map((name) => `assembly/${name}`);
  const newest = Math.max(...['asconfig.json', ...sources].map(modified));
  for (const [target, { outFile }] of Object.entries(targets)) {
    if (modified(outFile) > newest) continue;
    // Another run of the tests may be reading the file: it is replaced whole.
    const unfinished = `${outFile}.${process.pid}`;
    compile(['--config', 'asconfig.json', '--target', target, '--outFile', unfinished]);
    renameSync(path.join(root, unfinished), path.join(root, outFile));
  }
}

/** Runs asc in the root of the repository. */
function compile(args: readonly string[]): void {
  const asc = path.join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
  execFileSync(process.execPath, [asc, ...args], { cwd: root, stdio: 'inherit' });
}

/** 0 for a file that does not exist: older than everything */
function modified(file: string): number {
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
