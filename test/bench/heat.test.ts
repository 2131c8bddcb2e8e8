import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContestCommand } from '../../extension/bench/contestant.ts';
import { type Heat, runHeat } from '../../extension/bench/heat.ts';
import { presetConfig } from '../../extension/engine/config.ts';

const subject = { kind: 'decode', reproducible: true, config: presetConfig('pencil'), dtype: 'f32' } as const;
const heat: Heat = { subject, warmUps: 1, tries: 3 };
const going = new AbortController().signal;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'nihilo-heat-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A contestant that writes its name into `log` at every try. @param last it ends by itself at this try */
function scripted(name: string, log: string, last = Infinity): ContestCommand {
  const program = `
    const { appendFileSync } = require('node:fs');
    let tries = 0;
    const answer = (request) => {
      if (request.do === 'open') return { version: '${name} 1' };
      if (request.do === 'close') return { rssMb: 5 };
      if (++tries > ${last}) { console.error('out of breath'); process.exit(3); }
      appendFileSync(${JSON.stringify(log)}, '${name}');
      return { ms: tries };
    };
    console.log('a line that a library prints');
    console.log('{ neither: "JSON" }');
    console.log('{"nor":"an answer"}');
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      console.log(JSON.stringify({ answer: answer(JSON.parse(line)) }));
    });`;
  const file = path.join(folder, `${name}${last}.cjs`);
  writeFileSync(file, program);
  return { program: process.execPath, args: [file] };
}

function newLog(): string {
  const log = path.join(mkdtempSync(path.join(folder, 'log-')), 'log');
  writeFileSync(log, '');
  return log;
}

const read = async (log: string): Promise<string> => (await import('node:fs')).readFileSync(log, 'utf8');

describe('a heat', () => {
  it('takes turns, try by try, warm-ups too', async () => {
    const log = newLog();
    const rivals = ['B', 'C'].map((name) => ({ name, command: scripted(name, log), subject: {} }));
    const result = await runHeat(scripted('A', log), heat, rivals, going);
    expect(await read(log)).toBe('ABCABCABCABC');
    expect(result.samples.map(({ ms }) => ms)).toEqual([1, 2, 3, 4]);
    expect(result.rssMb).toBe(5);
    expect(result.rivals).toMatchObject([
      { name: 'B', facts: { version: 'B 1' } },
      { name: 'C', facts: { version: 'C 1' } },
    ]);
  });

  it('goes on without a rival that fails, and says why it failed', async () => {
    const log = newLog();
    const missing = { program: path.join(folder, 'nowhere'), args: [] };
    const rivals = [
      { name: 'absent', reason: 'not for this machine' },
      { name: 'B', command: scripted('B', log, 2), subject: {} },
      { name: 'C', command: missing, subject: {} },
    ];
    const result = await runHeat(scripted('A', log), heat, rivals, going);
    expect(await read(log)).toBe('ABABAA');
    const reasons = Object.fromEntries(
      result.rivals.map((rival) => [rival.name, 'reason' in rival ? rival.reason : null]),
    );
    expect(reasons).toMatchObject({
      absent: 'not for this machine',
      B: expect.stringMatching(/exit code 3.*out of breath/),
      C: expect.stringContaining('ENOENT'),
    });
  });

  it('fails when ours fails', async () => {
    const log = newLog();
    const ended = runHeat(scripted('A', log, 1), heat, [], going);
    await expect(ended).rejects.toThrow(/out of breath/);
  });

  it('ends all its processes at once when it is aborted', async () => {
    const log = newLog();
    const ending = new AbortController();
    const silent = path.join(folder, 'silent.cjs');
    writeFileSync(silent, 'process.stdin.resume();');
    const ended = runHeat({ program: process.execPath, args: [silent] }, heat, [], ending.signal);
    ending.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
    expect(await read(log)).toBe('');
  });
});
