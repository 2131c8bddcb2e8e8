import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Heat, runHeat } from '../../extension/bench/heat.ts';
import { withOwnTemporaryFiles } from '../../extension/bench/temporaryFiles.ts';

const heat: Heat = {
  subject: { kind: 'barrier', reproducible: true, threads: 1 },
  warmUps: 0,
  tries: 2,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nihilo-temporary-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a measuring process with temporary files of its own', () => {
  it('leaves none behind, though it is ended in the middle of a try', async () => {
    const written = path.join(folder, 'written');
    const program = path.join(folder, 'endless.cjs');
    await writeFile(
      program,
      `const { mkdtempSync, writeFileSync } = require('node:fs');
      process.stdin.once('data', () => {
        const model = mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'model-'));
        writeFileSync(model + '/weights', '1');
        writeFileSync(${JSON.stringify(written)}, model);
        setInterval(() => {}, 1_000);
      });`,
    );
    const { command, removeFiles } = await withOwnTemporaryFiles({
      program: process.execPath,
      args: [program],
    });
    const ending = new AbortController();
    const ended = runHeat(command, heat, [], ending.signal);
    await expect.poll(() => existsSync(written), { timeout: 30_000 }).toBe(true);
    await expect.poll(() => readFileSync(written, 'utf8'), { timeout: 30_000 }).not.toBe('');
    const model = readFileSync(written, 'utf8');
    expect(existsSync(path.join(model, 'weights'))).toBe(true);
    ending.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
    await removeFiles();
    expect(existsSync(path.dirname(model))).toBe(false);
    expect(path.dirname(model)).not.toBe(tmpdir());
  });
});
