import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readTexts } from '../../extension/corpus/corpus.ts';
import { hashText } from '../../extension/corpus/hash.ts';
import type { LeftOutReason } from '../../extension/protocol/corpus.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { type Language, languageOf, minorLanguages, mostMinorBytes } from './languages.ts';
import { headForbids } from './licences.ts';
import { isNamed, type Package } from './manifest.ts';
import { unpack } from './registries.ts';

export interface SourceFile {
  /** below its package */
  readonly path: string;
  readonly language: Language;
  readonly text: string;
}

/** Beside the reasons of a workspace's corpus. */
export type Reason =
  | LeftOutReason
  /** its head names other terms than its package's */
  | 'licence'
  /** the text, or the neighbour, of what quality is measured on */
  | 'measuredOn'
  /** of no language of the corpus */
  | 'language'
  /** made from a source that is there or elsewhere */
  | 'compiled'
  /** mostly numbers */
  | 'numbers';

export interface Tally {
  readonly files: number;
  readonly bytes: number;
}

/** What was left out, for each language (`other`: of none, and whole folders) and reason. */
export type LeftOutTally = Record<string, Partial<Record<Reason, Tally>>>;

export interface Selection {
  readonly files: readonly SourceFile[];
  readonly leftOut: LeftOutTally;
}

const mostFileBytes = 128_000;
const mostJsonBytes = 16_000;
const mostPackageBytes = 1_000_000;
/** Of a package's share, for its tests: they are long and alike. */
const testShare = 0.15;

/** In every package: the data of tests, what others wrote, translations, and what says the same in all of them. */
const excluded = [
  '**/{testdata,test-data,test_data,fixtures,__fixtures__,fixture,snapshots,golden,goldens,corpus,baselines,cassettes}',
  '**/{locale,locales,translations,l10n,cldr,i18n,lang,langs}',
  '**/{external,externals,extern,deps,submodules,subprojects,bundled,_vendor,_vendored,vendored_packages,contrib,graph_objs}',
  '**/{LICENSE,LICENCE,COPYING,NOTICE,AUTHORS,CONTRIBUTORS,CHANGELOG,CHANGES,HISTORY,NEWS,SECURITY,CODE_OF_CONDUCT}{,.*,-*}',
  '{debian,usr/share/doc}',
];

/** What no rule lets in, spared the unpacking. */
const notUnpacked =
  '*/vendor */node_modules */.git */dist *.map *.min.js *.png *.jpg *.gif *.svg *.woff *.woff2 *.ttf *.wasm *.jar';

/** The text of a package that may be learnt from. */
export async function selectFiles(entry: Package, archive: string): Promise<Selection> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nihilo-package-'));
  try {
    await unpack(entry.registry, archive, folder, notUnpacked.split(' '));
    const selector = new Selector(folder);
    for (const part of entry.only ?? ['']) await selector.read(part, [...excluded, ...(entry.without ?? [])]);
    if (entry.registry === 'npm') selector.dropCompiled();
    selector.dropBeyond(entry.mostBytes ?? mostPackageBytes);
    return selector.selection();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Selector {
  readonly #folder: string;
  readonly #leftOut: LeftOutTally = {};
  #files: SourceFile[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param part of the package, '' for all of it */
  async read(part: string, exclude: readonly string[]): Promise<void> {
    const prefix = part === '' ? '' : `${part}/`;
    const request = { folders: [path.join(this.#folder, part)], exclude };
    const read = await readTexts(nodeFiles, request, {}).catch((error: unknown) => {
      if (error instanceof NihiloError && error.code === 'corpusEmpty') return { texts: [], leftOut: [] };
      throw error;
    });
    for (const { path: place, reason } of read.leftOut) addTo(this.#leftOut, languageOf(place), reason, 0);
    for (const { path: place, bytes, secrets } of read.texts) {
      if (secrets !== undefined) {
        // There is enough other code: nothing is learnt from around a secret, or from the placeholder in its place.
        addTo(this.#leftOut, languageOf(place), 'secret', bytes.length);
        continue;
      }
      const file = sourceFile(prefix + place, bytes, () => this.#head(prefix + place));
      if ('text' in file) this.#files.push(file);
      else addTo(this.#leftOut, languageOf(place), file.reason, bytes.length);
    }
  }

  /** As it was before its licence was taken out. */
  #head(place: string): string {
    return readFileSync(path.join(this.#folder, place), 'utf8');
  }

  dropCompiled(): void {
    const places = new Set(this.#files.map(({ path: place }) => place));
    const typed = this.#files.some(({ path: place }) => isTyped(place));
    const scripted = this.#files.some(({ path: place }) => /^(src|lib)\/.*\.[cm]?jsx?$/.test(place));
    this.#keep(({ path: place }) => {
      const stem = place.replace(/(\.d)?\.[cm]?[jt]sx?$/, '');
      if (!isTyped(place) && ['.ts', '.tsx', '.mts'].some((end) => places.has(stem + end))) return 'compiled';
      if (typed && /\.([cm]?js|d\.[cm]?ts|json)$/.test(place) && outputOfTyped.test(place)) return 'compiled';
      return !typed && scripted && outputOfScripts.test(place) ? 'compiled' : null;
    });
  }

  /** Which files stay is decided by a hash of their path, so that they are of all parts of the package. */
  dropBeyond(mostBytes: number): void {
    const ranked = this.#files
      .map((file) => ({ file, rank: hashText(file.path) }))
      .sort((a, b) => a.rank - b.rank || (a.file.path < b.file.path ? -1 : 1));
    const bytes = new Map<Language | 'tests' | 'code', number>();
    const most = { tests: testShare * mostBytes, code: mostBytes };
    const kept = new Set<SourceFile>();
    for (const { file } of ranked) {
      const minor = minorLanguages.has(file.language);
      const kind = isTest(file.path) ? 'tests' : 'code';
      const budget = minor ? file.language : kind;
      const sum = (bytes.get(budget) ?? 0) + Buffer.byteLength(file.text);
      if (sum > (minor ? mostMinorBytes : most[kind])) continue;
      bytes.set(budget, sum);
      kept.add(file);
    }
    this.#keep((file) => (kept.has(file) ? null : 'beyondBudget'));
  }

  selection(): Selection {
    return { files: this.#files, leftOut: this.#leftOut };
  }

  #keep(reasonOf: (file: SourceFile) => Reason | null): void {
    this.#files = this.#files.filter((file) => {
      const reason = reasonOf(file);
      if (reason !== null) addTo(this.#leftOut, file.language, reason, Buffer.byteLength(file.text));
      return reason === null;
    });
  }
}

export function addTo(tally: LeftOutTally, language: Language | null, reason: Reason, bytes: number): void {
  const ofLanguage = (tally[language ?? 'other'] ??= {});
  const { files, bytes: before } = ofLanguage[reason] ?? { files: 0, bytes: 0 };
  ofLanguage[reason] = { files: files + 1, bytes: before + bytes };
}

const outputOfTyped =
  /^([^/]*dist[^/]*|lib|lib-\w+|es|esm|cjs|umd|build|out|output|types|typings|dts|commonjs|module|_\w+)\//;
const outputOfScripts = /^(es|esm|es6|cjs|umd|amd|iife|build|out|output|[^/]*dist[^/]*)\//;

function isTest(place: string): boolean {
  return /(^|\/)(tests?|specs?|__tests__|e2e|bench(es|marks?)?|examples?)\/|[._-](test|spec)s?\.\w+$|(^|\/)test_[^/]+$|\/\w+Tests?\.java$/i.test(
    place,
  );
}

function isTyped(place: string): boolean {
  return /\.[cm]?tsx?$/.test(place) && !/\.d\.[cm]?ts$/.test(place);
}

function sourceFile(place: string, bytes: Uint8Array, head: () => string): SourceFile | { reason: Reason } {
  const language = languageOf(place);
  if (language === null) return { reason: 'language' };
  if (place.split('/').some(isNamed)) return { reason: 'measuredOn' };
  if (bytes.length > (language === 'json' ? mostJsonBytes : mostFileBytes)) return { reason: 'tooLarge' };
  const text = strictUtf8(bytes);
  if (text === null) return { reason: 'binary' };
  if (generated.test(text.slice(0, 2_048))) return { reason: 'generated' };
  if (headForbids(head())) return { reason: 'licence' };
  if (language.endsWith('script') && compiled.test(text)) return { reason: 'compiled' };
  return isNumbers(text) ? { reason: 'numbers' } : { path: place, language, text };
}

/** What generators say beside what a workspace's corpus knows; here it is known that others wrote all of it. */
const generated = /\b(auto|automatically)[- ]?generated\b|\bgenerated (by|from|with|using) /i;

/** What compilers leave in their output. */
const compiled =
  /^\/\/[#@] sourceMappingURL=|^Object\.defineProperty\(exports, ["']__esModule|_interopRequire(Default|Wildcard)\(|^(var|const) __(awaiter|extends|decorate|assign|create|importDefault|importStar)\b|__webpack_require__|^\s*_createClass\(|_classCallCheck\(/m;

function strictUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Tables of numbers: longer than a person writes, and more than a third digits. */
function isNumbers(text: string): boolean {
  if (text.length < 4_000) return false;
  const digits = text.match(/\d|\b0x[\da-f]+/gi)?.reduce((sum, { length }) => sum + length, 0) ?? 0;
  const spaces = text.match(/\s/g)?.length ?? 0;
  return digits > (text.length - spaces) / 3;
}
