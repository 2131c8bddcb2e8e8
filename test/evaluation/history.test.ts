import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitHistory } from '../../extension/cli/gitHistory.ts';
import { splitByCommits } from '../../extension/evaluation/history.ts';
import { makeRepository } from '../corpus/gitOracle.ts';

let root = '';
let history: GitHistory;
const ending = new AbortController();

const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, env: environment, encoding: 'utf8', stdio: 'pipe' });
}

function write(name: string, text: string): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function commit(message: string): string {
  git('add', '-A');
  git('commit', '-qm', message);
  return git('rev-parse', 'HEAD').trim();
}

/** Puts another repository, of which nothing is here, into the next commit. */
function point(name: string, id: string): void {
  mkdirSync(path.join(root, name), { recursive: true });
  git('update-index', '--add', '--cacheinfo', `160000,${id},${name}`);
}

/** Lines that share no identifier with others. */
const lines = (name: string, count: number, first = 0): string =>
  Array.from({ length: count }, (_, i) => `const ${name}${i + first} = ${name}Of(${i + first});\n`).join('');

const licence = '// Copyright 2026 Somebody\n// All rights reserved.\n\n';

let before = '';

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-history-'));
  makeRepository(root);
  write('src/licensed.ts', `${licence}${lines('kept', 10)}`);
  write('src/old name.ts', lines('moved', 10));
  symlinkSync('old name.ts', path.join(root, 'src/link.ts'));
  write('outside.ts', lines('outside', 5));
  point('src/submodule', '1'.repeat(40));
  commit('first');
  for (let i = 0; i < 18; i++) {
    write(`src/part${i}.ts`, lines(`p${'abcdefghijklmnopqr'[i]}`, 10));
    commit(`part ${i}`);
  }
  before = git('rev-parse', 'HEAD').trim();
  // 20 + 18 · 10 = 200 lines so far within src; 24 more are the tenth: the last two commits.
  write('src/licensed.ts', `${licence}${lines('kept', 4)}${lines('added', 2)}${lines('kept', 6, 4)}`);
  rmSync(path.join(root, 'src/old name.ts'));
  write('src/new name.ts', `${lines('moved', 10)}${lines('tail', 3)}`);
  write('src/package-lock.json', '{}\n'.repeat(500));
  write('src/copied.ts', lines('pa', 10));
  point('src/submodule', '2'.repeat(40));
  commit('changes');
  write('src/fresh.ts', lines('fresh', 9));
  write('outside.ts', lines('elsewhere', 50));
  commit('more');
  history = new GitHistory(path.join(root, 'src'), ending.signal);
});

afterAll(() => {
  history.dispose();
  rmSync(root, { recursive: true });
});

describe('the history of a folder', () => {
  it('has the commits that touch it, newest first, with the lines that each added to its files', async () => {
    const commits = await history.commits();
    expect(commits.map(({ id }) => id)).toEqual(git('log', '--format=%H', '--', 'src').trim().split('\n'));
    expect(commits[0]!.addedLines).toEqual(new Map([['fresh.ts', 9]]));
    expect(commits.at(-1)!.addedLines.get('licensed.ts')).toBe(13);
    expect(commits[1]!.addedLines.get('package-lock.json')).toBe(500);
  });

  it('has its files as they were, links and submodules apart', async () => {
    const tree = history.tree(before);
    const entries = await tree.list('/');
    expect(entries).toContainEqual({ name: 'link.ts', type: 'other' });
    expect(entries).toContainEqual({ name: 'submodule', type: 'other' });
    expect(entries).not.toContainEqual({ name: 'fresh.ts', type: 'file' });
    const text = new TextDecoder().decode(await tree.read('/old name.ts'));
    expect(text).toBe(lines('moved', 10));
    expect(await tree.size('/old name.ts')).toBe(text.length);
    expect([await tree.exists('/old name.ts'), await tree.exists('/fresh.ts')]).toEqual([true, false]);
  });
});

describe('the split by commits', () => {
  it('learns from the tree before the last tenth of the lines and judges by what they added, without copies', async () => {
    const split = await splitByCommits(history, root, () => {});
    const training = new Map(
      split.training.map(({ path: name, bytes }) => [name, new TextDecoder().decode(bytes)]),
    );
    expect([...training.keys()].sort()).toEqual(
      ['licensed.ts', 'old name.ts', ...Array.from({ length: 18 }, (_, i) => `part${i}.ts`)].sort(),
    );
    expect(training.get('licensed.ts')).toBe(lines('kept', 10));
    const judged = Object.fromEntries(
      split.heldOut.map(({ path: name, bytes, added }) => [
        name,
        added?.map(({ start, end }) => new TextDecoder().decode(bytes.subarray(start, end))) ?? null,
      ]),
    );
    expect(judged).toEqual({
      'licensed.ts': [lines('added', 2)],
      'new name.ts': [lines('tail', 3)],
      'fresh.ts': null,
    });
    // copied.ts repeats part0.ts.
    expect(split.nearDuplicates).toBe(1);
  });

  it('leaves the repository as it was', async () => {
    const status = git('status', '--porcelain');
    const index = readFileSync(path.join(root, '.git/index'));
    await splitByCommits(history, root, () => {});
    expect(git('status', '--porcelain')).toBe(status);
    expect(readFileSync(path.join(root, '.git/index')).equals(index)).toBe(true);
  });

  it('says what is missing where there are too few commits, or no repository', async () => {
    const few = { ...history, commits: async () => (await history.commits()).slice(0, 19) };
    await expect(splitByCommits(few as GitHistory, root, () => {})).rejects.toThrow(
      /20 commits or more and .* has 19/,
    );
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'nihilo-no-repository-'));
    const none = new GitHistory(elsewhere, ending.signal);
    await expect(none.commits()).rejects.toMatchObject({ code: 'argumentInvalid' });
    rmSync(elsewhere, { recursive: true });
  });
});
