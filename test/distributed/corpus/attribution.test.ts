import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { permissiveIds } from '../../../distributed/corpus/licenceTexts.ts';
import { manifestFile, readManifest } from '../../../distributed/corpus/manifest.ts';

/** What is committed, against the manifest: the archives that it was made of are not needed here. */
const file = path.join(import.meta.dirname, '..', '..', '..', 'base', 'ATTRIBUTIONS.md');
const text = readFileSync(file, 'utf8');
const manifest = readManifest(manifestFile);
const [head, packages, notices, licences] = partsOf(text);
const items = itemsOf(packages);

test('every package of the manifest, and no other, is attributed with its version and licence', () => {
  const expected = manifest.map(
    ({ name, version, registry, licence }) => `${name} ${version} (${registry}): ${licence}`,
  );
  expect([...items.keys()]).toEqual(expected);
});

test('every package says whose it is, says that it does not, or is referred to', () => {
  const silent = [...items].filter(([, lines]) => lines.length === 0);
  expect(silent).toEqual([]);
  const referred = [...items.values()].filter((lines) => lines.includes('see the package')).length;
  expect(head + packages).toContain(`Of ${referred} packages`);
  const told = [...items.values()].filter((lines) => /^Copyright|©|\(c\)|^author: /im.test(lines.join('\n')));
  expect(told.length).toBeGreaterThan(0.9 * manifest.length);
});

test('every licence that text was taken under has its text', () => {
  const texts = sectionsOf(licences);
  const ids = new Set(manifest.flatMap(({ licence }) => permissiveIds(licence)));
  expect([...texts.keys()]).toEqual([...ids].sort());
  // The shortest are ISC's and a dedication to the public domain.
  for (const [id, licence] of texts)
    expect(licence.length, id).toBeGreaterThan(id.startsWith('LicenseRef') ? 40 : 500);
  expect(texts.get('Apache-2.0')).toContain('END OF TERMS AND CONDITIONS');
  expect(texts.get('MIT')).toContain(
    'The above copyright notice and this permission notice shall be included',
  );
  expect(texts.get('BSD-3-Clause')).toMatch(/endorse\s+or\s+promote/);
  expect(texts.get('BSD-2-Clause')).not.toMatch(/endorse/);
});

test('every NOTICE that a package refers to is there, of packages under Apache-2.0 only, and none is without a package', () => {
  const texts = sectionsOf(notices);
  const referring = [...items].filter(([, lines]) => lines.some((line) => /^NOTICE \d+$/.test(line)));
  for (const [item] of referring) expect(permissiveIds(item.split('): ')[1]!), item).toContain('Apache-2.0');
  const asked = new Set(referring.flatMap(([, lines]) => lines.filter((line) => /^NOTICE \d+$/.test(line))));
  expect(asked.size).toBeGreaterThan(0);
  expect([...texts.keys()].sort()).toEqual([...asked].sort());
  for (const [name, notice] of texts) expect(notice.trim(), name).not.toBe('');
});

test("the weights' licence is stated, and nothing in the file controls a terminal or a reader", () => {
  expect(head).toMatch(/weights[^.]* licensed under the MIT License/);
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
});

test('it takes at most 150 kB of the package', () => {
  expect(deflateRawSync(text, { level: 9 }).length).toBeLessThanOrEqual(150_000);
});

/** Before, between and behind the headings; the texts of others that follow one may have the same. */
function partsOf(whole: string): [string, string, string, string] {
  const [before, packagesOn] = splitAt(whole, '\n## Packages\n');
  const [list, noticesOn] = splitAt(packagesOn, '\n## Notices\n');
  return [before, list, ...splitAt(noticesOn, '\n## Licences\n')];
}

function splitAt(whole: string, heading: string): [string, string] {
  const at = whole.indexOf(heading);
  expect(at, heading).toBeGreaterThan(0);
  return [whole.slice(0, at), whole.slice(at + heading.length)];
}

/** Package with version and licence → its lines. */
function itemsOf(section: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of section.split('\n')) {
    if (line.startsWith('- ')) found.set(line.slice(2), (lines = []));
    else if (line.startsWith('    ')) lines.push(line.slice(4));
  }
  return found;
}

/** What stands in the fence below each heading. */
function sectionsOf(section: string): ReadonlyMap<string, string> {
  const pattern = /^### (.+)\n\n(`{3,})text\n([^]*?)\n\2$/gm;
  return new Map([...section.matchAll(pattern)].map(([, name, , content]) => [name!, content!]));
}
