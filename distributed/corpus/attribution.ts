import { LicenceTexts, permissiveIds } from './licenceTexts.ts';
import type { Package } from './manifest.ts';
import type { Notices } from './notices.ts';
import { fenced } from './plainText.ts';

const mostLines = 60;

/**
 * Whose text a model has learnt from, as Markdown: packages with their copyright lines, NOTICE texts, licences' texts. What strangers wrote
 * stands in fenced blocks.
 * @param notices by name; a package that has none is referred to
 * @throws {Error} when no package has the text of a licence
 */
export function attributionText(packages: readonly Package[], notices: ReadonlyMap<string, Notices>): string {
  const licences = new LicenceTexts();
  for (const entry of packages)
    licences.add(permissiveIds(entry.licence), notices.get(entry.name)?.texts ?? []);
  const ids = [...new Set(packages.flatMap(({ licence }) => permissiveIds(licence)))].sort();
  const noticeTexts = [...new Set(packages.flatMap(({ name }) => notices.get(name)?.notices ?? []))];
  const list = packages.map((entry) => itemOf(entry, notices.get(entry.name), noticeTexts));
  const missing = packages.length - notices.size;
  return `# Whose text the base model has learnt from

The weights of the base model and its tokenizer are licensed under the MIT License, as Nihilo itself is: Copyright (c) 2026 The Nihilo
authors, with the text of [MIT](#mit) below. They were learnt from text of the ${packages.length} packages below, which are other people's work, under
licences of their own. Which files of a package were chosen, \`distributed/README.md\` in Nihilo's sources says.

## Packages

Name, version, where from, and the licence as an SPDX expression; where it leaves a choice, text was taken under those alternatives whose
text is below. Under each package what its archive says of its copyright, at most ${mostLines} lines, each once. Of ${missing} packages the archives
were not at hand when this list was made: it refers to them.

${fenced(list.join('\n'))}
## Notices

What packages under Apache-2.0 ask to be passed on (NOTICE), each text once; the packages above refer to them by number.

${noticeTexts.map((text, i) => `### NOTICE ${i + 1}\n\n${fenced(text)}`).join('\n')}
## Licences

The wording that most of the packages have. A package's copyright lines stand where it has a placeholder, and in BSD-3-Clause a package may name
its holders where it has "the copyright holder".

${ids.map((id) => `### ${id}\n\n${fenced(licences.textOf(id))}`).join('\n')}`;
}

function itemOf(entry: Package, notices: Notices | undefined, noticeTexts: readonly string[]): string {
  const { name, version, registry, licence } = entry;
  return [
    `- ${name} ${version} (${registry}): ${licence}`,
    ...linesOf(notices, noticeTexts).map((line) => `    ${line}`),
  ].join('\n');
}

function linesOf(notices: Notices | undefined, noticeTexts: readonly string[]): string[] {
  if (notices === undefined) return ['see the package'];
  const { copyright } = notices;
  const numbers = notices.notices.map((text) => `NOTICE ${noticeTexts.indexOf(text) + 1}`);
  const more = copyright.length - mostLines;
  if (copyright.length === 0) return ['no copyright line in the package', ...numbers];
  if (more <= 0) return [...copyright, ...numbers];
  return [...copyright.slice(0, mostLines), `and ${more} more lines, see the package`, ...numbers];
}
