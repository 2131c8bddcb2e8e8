import path from 'node:path';
import { onlyThis } from '../corpus/globs.ts';

/** As the engine wants paths: absolute, with forward slashes. */
export function absolutePath(typed: string): string {
  return path.resolve(typed).replaceAll(path.sep, '/');
}

/** What is written within the folder that is read is none of its text. @returns its glob; none where it lies elsewhere */
export function globWithin(corpus: string, written: string): readonly string[] {
  return written.startsWith(`${corpus}/`) ? [onlyThis(written.slice(corpus.length + 1))] : [];
}
