import path from 'node:path';

/** A path of the machine as the engine wants it: absolute, with forward slashes. */
export function enginePath(native: string): string {
  return path.resolve(native).replaceAll(path.sep, '/');
}
