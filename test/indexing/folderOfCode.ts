import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const sources = path.join(import.meta.dirname, '..', '..', 'extension');

/** A folder with some of this project's own code, to be written to; gone with `remove`. */
export function folderOfCode(...parts: readonly string[]): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'nihilo-index-'));
  for (const part of parts) {
    mkdirSync(path.join(folder, path.dirname(part)), { recursive: true });
    cpSync(path.join(sources, part), path.join(folder, part), { recursive: true });
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
