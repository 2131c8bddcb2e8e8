import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Fills a new folder with the beginnings of real files: enough to train on, little enough to be scored by everybody in seconds. */
export function writeSmallFolder(folder: string): void {
  const source = path.join(import.meta.dirname, '../../extension/engine');
  mkdirSync(folder);
  for (const name of readdirSync(source)) {
    const text = readFileSync(path.join(source, name), 'utf8');
    writeFileSync(path.join(folder, name), text.slice(0, text.indexOf('\n', 900) + 1));
  }
}
