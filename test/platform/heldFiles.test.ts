import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';

/** How often the system will refuse to rename anything. */
const held = vi.hoisted(() => ({ times: 0, asked: 0 }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    rename: (from: string, to: string) => {
      held.asked++;
      if (held.times-- <= 0) return real.rename(from, to);
      return Promise.reject(Object.assign(new Error('held'), { code: 'EPERM' }));
    },
  };
});

const { platform } = process;
const content = (text: string): ReadonlyMap<string, readonly Uint8Array[]> =>
  new Map([['model', [Buffer.from(text)]]]);
let place: string;
let folder: string;

beforeEach(async () => {
  place = mkdtempSync(path.join(tmpdir(), 'nihilo-held-'));
  folder = path.join(place, 'trained');
  held.times = 0;
  await nodeFiles.replaceFolder(folder, content('old'));
});
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  rmSync(place, { recursive: true, force: true });
});

it('waits in Windows until nobody has a file of the folder open', async () => {
  Object.defineProperty(process, 'platform', { value: 'win32' });
  held.times = 4;
  await nodeFiles.replaceFolder(folder, content('new'));
  expect(readFileSync(path.join(folder, 'model'), 'utf8')).toBe('new');
  expect(readdirSync(place)).toEqual(['trained']);
});

it('asks once where a refusal means that it is not permitted, and keeps what was there', async () => {
  Object.defineProperty(process, 'platform', { value: 'linux' });
  [held.times, held.asked] = [1, 0];
  await expect(nodeFiles.replaceFolder(folder, content('new'))).rejects.toMatchObject({
    code: 'storageFailed',
  });
  expect(held.asked).toBe(1);
  expect(readFileSync(path.join(folder, 'model'), 'utf8')).toBe('old');
  expect(readdirSync(place)).toEqual(['trained']);
});
