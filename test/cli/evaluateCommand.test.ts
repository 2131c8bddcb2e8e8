import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSmallFolder } from '../evaluation/smallFolder.ts';
import { CommandProcess, nihilo, source } from './commandProcess.ts';

let scratch = '';
let code = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-evaluate-command-'));
  code = path.join(scratch, 'code');
  writeSmallFolder(code);
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** Where no other program is found, and with a folder for temporary files that can be looked into. */
function evaluating(temporary: string, ...args: readonly string[]): CommandProcess {
  const folder = path.join(scratch, temporary);
  mkdirSync(folder);
  return new CommandProcess(['evaluate', code, '--threads', '1', ...args], source, {
    PATH: '',
    TMPDIR: folder,
    XDG_CACHE_HOME: path.join(scratch, 'cache'),
  });
}

describe('nihilo evaluate', () => {
  it('prints one JSON object with the fields that programs read, its progress on stderr, and leaves nothing behind', async () => {
    const ended = await evaluating('json', '--seconds', '3', '--json').ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toBe('');
    const report = JSON.parse(ended.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      folder: code,
      seconds: 3,
      compressors: {},
      rows: ['counts+cache', 'counts', 'transformer', 'mixture'].map((predictor) => ({ predictor })),
    });
    const files = report['heldOutFiles'] as readonly Record<string, unknown>[];
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(file).toEqual({
        path: expect.any(String),
        bytes: expect.any(Number),
        bitsPerByte: expect.any(Number),
      });
    }
    for (const name of ['files', 'trainBytes', 'heldOutBytes', 'peakRssMb']) {
      expect(report[name], name).toBeGreaterThan(0);
    }
    expect(readdirSync(path.join(scratch, 'json'))).toEqual([]);
  });

  it('ends on Ctrl-C, while it trains, with exit code 130, nothing on stdout and nothing left behind', async () => {
    const running = evaluating('interrupted', '--seconds', '600');
    await running.stderrMatches(/step \d/);
    running.kill('SIGINT');
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 130, stdout: '' });
    expect(readdirSync(path.join(scratch, 'interrupted'))).toEqual([]);
  });

  it('asks for a training where messages are to be learnt by it', async () => {
    const ended = await nihilo('evaluate', code, '--seconds', '0', '--calls', '--base');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^nihilo: .+--seconds 0 leaves none; leave --calls out.+\n$/);
  });

  it('says in one sentence what --split commits needs', async () => {
    const ended = await evaluating('commits', '--split', 'commits').ended;
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toBe(
      'nihilo: --split commits should find the program git and there is none; install it or use --split files.',
    );
  });

  it.each([
    ['nothing there', 'nowhere'],
    ['a file in its place', 'code/package.json'],
  ])('by commits says of a folder that is none what it is: %s', async (what, folder) => {
    writeFileSync(path.join(code, 'package.json'), '{}');
    const place = path.join(scratch, folder);
    const ended = await nihilo('evaluate', place, '--split', 'commits', '--seconds', '0');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(
      new RegExp(`^nihilo: Expected to read the folder ${place}, got ${what} .+\n$`),
    );
  });
});
