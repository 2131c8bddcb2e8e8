import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  isNamed,
  manifestFile,
  type Package,
  readManifest,
  writeManifest,
} from '../../../distributed/corpus/manifest.ts';
import { allLanguages, minorLanguages } from '../../../distributed/corpus/languages.ts';
import report from '../../../distributed/corpus/report.json' with { type: 'json' };
import pins from '../../corpora/corpora.json' with { type: 'json' };
import { scratch } from './archives.ts';

const good: Package = {
  name: 'good',
  registry: 'npm',
  version: '1.0.0',
  sha256: 'a'.repeat(64),
  licence: 'MIT',
};

test('the committed manifest is one', () => {
  expect(readManifest(manifestFile).length).toBeGreaterThan(150);
});

test('its text is at least 200 MB to learn from, in at least eight programming languages of 1 MB and more', () => {
  expect(report.packages).toBe(readManifest(manifestFile).length);
  expect(report.total.train.bytes).toBeGreaterThanOrEqual(200_000_000);
  const large = allLanguages.filter((name) => report.languages[name].train.bytes >= 1_000_000);
  expect(large.filter((name) => !minorLanguages.has(name)).length).toBeGreaterThanOrEqual(8);
});

test('what quality is measured on can stand in no manifest, by its name in any registry', () => {
  const packages = pins.map((pin) => pin.package);
  expect(packages.filter((name) => !isNamed(name))).toEqual([]);
  const related = [
    'librust-regex-syntax-dev',
    'golang-github-spf13-cobra',
    'mobx-react',
    '@typescript-eslint/parser',
    'rust-regex-automata',
  ];
  expect(related.filter((name) => !isNamed(name))).toEqual([]);
  expect(['postgres', 'zodiac', 'cobras', 'regexp', 'jinja-free'].filter(isNamed)).toEqual(['jinja-free']);
  for (const name of packages)
    expect(() => readManifest(written([{ ...good, name }]))).toThrow('measured on');
});

test('a manifest with a forbidden licence, a name twice or half a hash is refused', () => {
  expect(readManifest(written([good]))).toEqual([good]);
  expect(() => readManifest(written([{ ...good, licence: 'GPL-3.0' }]))).toThrow('permissive');
  expect(() => readManifest(written([good, good]))).toThrow('one entry');
  expect(() => readManifest(written([{ ...good, sha256: 'abc' }]))).toThrow('SHA-256');
});

test('a manifest is written in the order of its names', () => {
  const file = written([]);
  writeManifest(file, [
    { ...good, name: 'b' },
    { ...good, name: 'a' },
  ]);
  expect(readManifest(file).map(({ name }) => name)).toEqual(['a', 'b']);
});

function written(packages: readonly Package[]): string {
  const file = path.join(scratch(), 'manifest.json');
  writeFileSync(file, JSON.stringify(packages));
  return file;
}
