import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Package } from '../../../distributed/corpus/manifest.ts';

/** A folder that goes when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'nihilo-base-corpus-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes an npm package's archive as the fetching keeps it. @returns its entry in a manifest */
export function packed(archives: string, name: string, files: Readonly<Record<string, string>>): Package {
  const folder = scratch();
  for (const [place, text] of Object.entries(files)) {
    const file = path.join(folder, 'package', place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  mkdirSync(archives, { recursive: true });
  const archive = path.join(archives, `npm_${name.replaceAll('/', '%')}_1.0.0.tgz`);
  execFileSync('tar', ['-czf', archive, '-C', folder, 'package']);
  const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
  return { name, registry: 'npm', version: '1.0.0', sha256, licence: 'MIT' };
}

/** Source text whose identifiers no other number has. */
export function program(number: number, lines = 30): string {
  const line = (i: number): string =>
    `export const value${number}x${i} = compute${number}(input${number}x${i}, ${i});\n`;
  return Array.from({ length: lines }, (_, i) => line(i)).join('');
}
