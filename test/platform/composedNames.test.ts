import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';

const { platform } = process;
/** As Finder writes them: letters and accents, syllables in parts. */
const names = ['résumé.ts', '가나다.ts', 'ガ.ts'].map((name) => name.normalize('NFD'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'nihilo-names-'));
  for (const name of names) writeFileSync(path.join(folder, name), '');
});
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  rmSync(folder, { recursive: true });
});

it.each([
  ['as the editor does, in macOS', 'darwin', 'NFC'],
  ['as they are, where two forms are two files', 'linux', 'NFD'],
] as const)('lists names %s', async (_, system, form) => {
  Object.defineProperty(process, 'platform', { value: system });
  const listed = (await nodeFiles.list(folder)).map(({ name }) => name);
  expect(listed.toSorted()).toEqual(names.map((name) => name.normalize(form)).toSorted());
});
