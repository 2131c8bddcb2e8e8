import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { archiveOf, fetchAll } from '../../../distributed/corpus/fetch.ts';
import { packed, program, scratch } from './archives.ts';

test('a second run fetches nothing again, and what was torn anew', async () => {
  const { archives, offered, asked } = registry();
  const packages = ['a', 'b'].map((name) => packed(offered, name, { 'index.js': program(1) }));
  expect(await fetchAll(packages, archives, () => {})).toEqual(new Map());
  expect(asked().sort()).toEqual(['a@1.0.0', 'b@1.0.0']);
  await fetchAll(packages, archives, () => {});
  expect(asked().length).toBe(2);
  writeFileSync(archiveOf(packages[0]!, archives)!, 'torn');
  await fetchAll(packages, archives, () => {});
  expect(asked().slice(2)).toEqual(['a@1.0.0']);
});

test('an archive with another hash is not kept, one that is not there is told of, and all others are fetched', async () => {
  const { archives, offered } = registry();
  const good = packed(offered, 'good', { 'index.js': program(1) });
  const changed = { ...packed(offered, 'changed', { 'index.js': program(2) }), sha256: '0'.repeat(64) };
  const absent = { ...good, name: 'absent' };
  const problems = await fetchAll([changed, absent, good], archives, () => {});
  expect([...problems.keys()].sort()).toEqual(['absent', 'changed']);
  expect(problems.get('changed')).toContain('expected an archive with SHA-256 000');
  expect(archiveOf(changed, archives)).toBeNull();
  expect(archiveOf(good, archives)).not.toBeNull();
});

/** A client in npm's place that knows only the archives of one folder. */
function registry(): { archives: string; offered: string; asked: () => string[] } {
  const folder = scratch();
  const [archives, offered, bin, log] = ['archives', 'offered', 'bin', 'asked'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string, string];
  mkdirSync(bin);
  const client = path.join(bin, 'npm');
  const script = `#!/bin/sh\necho "$3" >> '${log}'\nexec cp '${offered}'/npm_"$(echo "$3" | tr @ _)".tgz .\n`;
  writeFileSync(client, script);
  chmodSync(client, 0o755);
  const before = process.env.PATH;
  process.env.PATH = `${bin}${path.delimiter}${before}`;
  onTestFinished(() => {
    process.env.PATH = before;
  });
  return {
    archives,
    offered,
    asked: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
  };
}
