import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, source } from './commandProcess.ts';

let scratch = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-streams-'));
  cpSync(path.join(root, 'extension', 'cli'), path.join(scratch, 'code'), { recursive: true });
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('a training whose progress nobody reads any more goes on, and keeps its model', async () => {
  const model = path.join(scratch, 'model');
  const args = ['train', path.join(scratch, 'code'), '--out', model, '--steps', '20', '--preset', 'pencil'];
  const child = spawn(process.execPath, [source, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.once('data', () => child.stderr.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(0);
  expect(readdirSync(model)).toContain('model.safetensors');
});

it.skipIf(!existsSync('/dev/full'))(
  'output that finds no room on the disk is told in one sentence, and exit code 1',
  async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [source, '--help'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let complaint = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(complaint).toMatch(/^nihilo: Expected to write the output, got .+ENOSPC.+\n$/);
    expect(code).toBe(1);
  },
);
