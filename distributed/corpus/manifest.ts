import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isPermissive } from './licences.ts';
import type { Registry } from './registries.ts';

/** A package of the corpus; `manifest.json` holds nothing else. */
export interface Package {
  readonly name: string;
  readonly registry: Registry;
  readonly version: string;
  /** of the archive, in hexadecimal */
  readonly sha256: string;
  /** an SPDX expression */
  readonly licence: string;
  /** folders of the archive that are learnt from; absent: all */
  readonly only?: readonly string[];
  /** globs of what is under other licences, or no text of the package's own */
  readonly without?: readonly string[];
  /** of kept text; absent: as for all */
  readonly mostBytes?: number;
}

export const manifestFile = path.join(import.meta.dirname, 'manifest.json');

/** @throws {Error} when an entry may not be in a corpus */
export function readManifest(file: string): Package[] {
  const packages = JSON.parse(readFileSync(file, 'utf8')) as Package[];
  const names = new Set<string>();
  for (const entry of packages) {
    const { name, licence, sha256 } = entry;
    if (names.has(name)) throw new Error(`${name}: expected one entry a name, got two`);
    names.add(name);
    if (!/^[\da-f]{64}$/.test(sha256)) throw new Error(`${name}: expected a SHA-256, got ${sha256}`);
    if (!isPermissive(licence)) throw new Error(`${name}: expected a permissive licence, got ${licence}`);
    if (isNamed(name)) throw new Error(`${name}: expected none of what quality is measured on`);
  }
  return packages;
}

export function writeManifest(file: string, packages: readonly Package[]): void {
  const sorted = packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(file, `[\n${sorted.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`);
}

/** What quality is measured on, by its name in any registry, and what is made to go with it and may copy its text. */
const named =
  /(^|[-/@_.])(rxjs|mobx|zod|eslint|tslint|mongoose|jinja2?|werkzeug|cobra|regex|regex-syntax|regex-automata)($|[-/_.])/;

/** What is measured on when the code is done, as packages: words as common as theirs would keep out what has nothing to do with them. */
const unseen = new Set([
  '@apollo/server',
  '@trpc/server',
  'golang-github-go-kit-kit-dev',
  'junit4',
  'librust-ureq-dev',
  'lz4',
  'php-slim',
  'python3-paramiko',
  'python3-websockets',
  'restify',
  'ruby-octokit',
  'yjs',
]);

/** @param name of a package or a folder */
export function isNamed(name: string): boolean {
  return unseen.has(name) || named.test(name.toLowerCase());
}
