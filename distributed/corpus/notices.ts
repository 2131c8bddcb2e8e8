import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { copyrightOf, readDebianCopyright, shortened, withoutCopyright } from './copyright.ts';
import { permissiveIds } from './licenceTexts.ts';
import type { Package } from './manifest.ts';
import { plainText } from './plainText.ts';
import { unpack } from './registries.ts';

/** What a package says of whose work it is. */
export interface Notices {
  /** lines, each once */
  readonly copyright: readonly string[];
  /** the whole texts that Apache-2.0 wants passed on; none of packages under other licences */
  readonly notices: readonly string[];
  /** what may be a licence's text, with a placeholder for copyright lines */
  readonly texts: readonly string[];
}

const mostFileBytes = 256_000;
const mostNamedAuthors = 10;
/** Longer ones list what a program was linked with. */
const mostNoticeCharacters = 16_000;

const legalName = /^(licen[cs]es?|copying|copyright|notices?|authors)(?=$|[-._])[-._\w]*?(\.gz)?$/i;
/** What looks like it by its name only: code, and other people's notices. */
const otherName =
  /third[-_]?party|\.(c|cc|cpp|cs|css|go|h|hs|java|js|json|kt|php|pl|pm|po|py|rb|rs|sh|svg|swift|tsx?|ya?ml)(\.gz)?$/i;
/** Folders of what others wrote, which isn't learnt from, and of tests' data. */
const elsewhere =
  /(^|\/)(node_modules|vendor(s|ed|ing)?|_vendor(ed)?|vendored_packages|third[-_]?party|3rdparty|externals?|extern|deps|submodules|subprojects|bundled|contrib|test-?_?data|fixtures?|__fixtures__|goldens?)\//i;
const source = /\.(c|cc|cpp|cs|go|h|hh|hpp|java|js|kt|m|php|py|rb|rs|scala|swift|ts)$/;

/** Lines of AUTHORS that name somebody. */
const authorsName = /^\p{Lu}[^:]{2,80}$/u;
/** Lines that speak of them. */
const prose = /^(this|these|names|please|see|the)\b|\b(is|are|was|were|have|who|you|by)\b/i;

const notUnpacked =
  '*/vendor */node_modules */.git */dist *.map *.min.js *.png *.jpg *.gif *.svg *.woff *.woff2 *.ttf *.wasm *.jar';
/** Spared as well, unless they are asked: most packages say in a file of its own what all of their sources repeat. */
const sources =
  '*.c *.cc *.cpp *.cs *.go *.h *.hpp *.java *.js *.kt *.php *.py *.rb *.rs *.scala *.swift *.ts *.xml';

const execute = promisify(execFile);

/** @param archive of the package */
export async function noticesOf(entry: Package, archive: string): Promise<Notices> {
  const found = await unpacked(entry, archive, `${notUnpacked} ${sources}`, (folder) =>
    noticesIn(entry, folder),
  );
  if (found.copyright.length > 0) return found;
  const copyright = await unpacked(entry, archive, notUnpacked, copyrightOfSources);
  return { ...found, copyright };
}

async function unpacked<Result>(
  entry: Package,
  archive: string,
  without: string,
  use: (folder: string) => Result,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nihilo-notices-'));
  try {
    await unpack(entry.registry, archive, folder, without.split(' '));
    if (entry.registry !== 'debian') await unpackTop(archive, folder);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What lies in an archive beside its one folder, or in one that has none: unpacking a package passes over it. */
async function unpackTop(archive: string, folder: string): Promise<void> {
  await execute('tar', ['-xf', archive, '-C', folder, '--no-same-owner', '--exclude=*/*']);
}

/** @param folder of the unpacked package */
function noticesIn(entry: Package, folder: string): Notices {
  const ids = permissiveIds(entry.licence);
  const copyright: string[] = [];
  const notices: string[] = [];
  const texts: string[] = [];
  const authors: string[] = [];
  for (const place of legalFiles(folder, entry.only)) {
    const text = textOf(path.join(folder, place));
    const name = path.basename(place);
    if (/^authors/i.test(name)) {
      authors.push(...namesIn(text));
    } else if (/(^|\/)usr\/share\/doc\/[^/]+\/copyright$|^debian\/copyright$/.test(place)) {
      const debian = readDebianCopyright(text);
      copyright.push(...debian.notices);
      texts.push(...debian.texts);
    } else {
      const read = withoutCopyright(text);
      copyright.push(...read.notices);
      if (/^notice/i.test(name)) notices.push(beginningOf(text));
      else texts.push(read.rest);
    }
  }
  if (copyright.some((line) => /\bAUTHORS\b|authors file/.test(line))) copyright.push(...named(authors));
  if (copyright.length === 0 && entry.registry === 'npm') copyright.push(...authorOfNpm(folder));
  return {
    copyright: once(copyright),
    notices: ids.includes('Apache-2.0') ? once(notices.filter((text) => text !== '')) : [],
    texts,
  };
}

/** The package's own, those at the top first. @param only of the package's entry */
function legalFiles(folder: string, only: readonly string[] | undefined): string[] {
  const learntFrom = (place: string): boolean =>
    only === undefined ||
    /^[^/]+$|^usr\/share\/doc\/|^debian\//.test(place) ||
    only.some((part) => place.startsWith(`${part}/`));
  return filesIn(folder)
    .filter((place) => {
      const name = path.basename(place);
      return legalName.test(name) && !otherName.test(name) && !elsewhere.test(place) && learntFrom(place);
    })
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
}

/** Links are not followed: they may lead out of the package. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

function textOf(file: string): string {
  const bytes = readFileSync(file);
  const whole = file.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: 16 * mostFileBytes }) : bytes;
  const text = plainText(whole.subarray(0, mostFileBytes));
  return /\.html?$/.test(file) ? text.replaceAll(/<[^>]*>/g, '').trim() : text;
}

function beginningOf(notice: string): string {
  if (notice.length <= mostNoticeCharacters) return notice;
  const end = notice.lastIndexOf('\n', mostNoticeCharacters);
  return `${notice.slice(0, end < 0 ? mostNoticeCharacters : end)}\n\n[The rest is in the package.]`;
}

function namesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^[\s*-]+/, '').replaceAll(/\s+/g, ' '))
    .filter((line) => authorsName.test(line) && !prose.test(line))
    .map((line) => shortened(line.trim()));
}

function named(authors: readonly string[]): string[] {
  const more = authors.length - mostNamedAuthors;
  const first = authors.slice(0, mostNamedAuthors).map((name) => `AUTHORS: ${name}`);
  return more > 0 ? [...first, `AUTHORS: and ${more} more, see the package`] : first;
}

function authorOfNpm(folder: string): string[] {
  const file = path.join(folder, 'package.json');
  const text = filesIn(folder).includes('package.json') ? textOf(file) : '{}';
  const { author, contributors } = JSON.parse(text) as { author?: unknown; contributors?: unknown };
  const people = author !== undefined ? [author] : Array.isArray(contributors) ? contributors : [];
  return people
    .map((person: unknown) => {
      if (typeof person === 'string') return person;
      const name = (person as { name?: unknown } | null)?.name;
      return typeof name === 'string' ? name : '';
    })
    .map((person) => shortened(plainText(person).replaceAll(/\s+/g, ' ').trim()))
    .filter((person) => person !== '')
    .map((person) => `author: ${person}`);
}

/** At the heads of its sources, those that most of them have first. */
function copyrightOfSources(folder: string): string[] {
  const times = new Map<string, number>();
  for (const place of filesIn(folder).filter((file) => source.test(file) && !elsewhere.test(file))) {
    const head = plainText(readFileSync(path.join(folder, place)).subarray(0, 4_096));
    for (const line of new Set(head.split('\n').map(copyrightOf))) {
      if (line !== null) times.set(line, (times.get(line) ?? 0) + 1);
    }
  }
  const ranked = [...times].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return once(ranked.map(([line]) => line));
}

/** Without what differs from an earlier one in case, spaces and marks only. */
function once(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const key = line
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .replace(/ all rights reserved ?$/, '')
      .trim();
    return !seen.has(key) && seen.add(key);
  });
}
