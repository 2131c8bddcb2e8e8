import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Every file of a folder, in the order of the alphabet. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}
