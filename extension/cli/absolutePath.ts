import path from 'node:path';

/** As the engine wants paths: absolute, with forward slashes. */
export function absolutePath(typed: string): string {
  return path.resolve(typed).replaceAll(path.sep, '/');
}
