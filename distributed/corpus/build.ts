import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashText } from '../../extension/corpus/hash.ts';
import { readTexts } from '../../extension/corpus/corpus.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { archiveOf, inLanes } from './fetch.ts';
import { allLanguages, type Language, languages } from './languages.ts';
import type { Package } from './manifest.ts';
import { MeasuredTexts, NearDuplicates } from './repetition.ts';
import {
  addTo,
  type LeftOutTally,
  type Reason,
  selectFiles,
  type Selection,
  type SourceFile,
  type Tally,
} from './selection.ts';

export interface BuildPlaces {
  /** of the archives */
  readonly archives: string;
  /** where selections are kept between runs */
  readonly selections: string;
  /** is replaced as a whole */
  readonly text: string;
  /** of the texts that quality is measured on */
  readonly corpora: string;
}

export interface Report {
  readonly packages: number;
  readonly languages: Record<string, { readonly train: Tally; readonly heldOut: Tally }>;
  readonly total: { readonly train: Tally; readonly heldOut: Tally };
  readonly leftOut: LeftOutTally;
}

interface Candidate extends SourceFile {
  readonly package: string;
  readonly bytes: Uint8Array;
}

/** Of all files. */
const heldOutShare = 0.005;

/** The packages' archives → text. The same manifest gives the same bytes, in whatever order its entries are. */
export async function buildText(
  entries: readonly Package[],
  places: BuildPlaces,
  onProgress: (text: string) => void,
): Promise<Report> {
  const packages = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const selections = await selectAll(packages, places, onProgress);
  const measured = new MeasuredTexts(await measuredTexts(places.corpora));
  const report = new Reporter(packages.length);
  const unfinished = `${places.text}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const language of allLanguages) {
    const candidates = candidatesOf(language, packages, selections);
    const kept = withinBudget(withoutRepetition(candidates, measured, report), report);
    for (const file of kept) {
      const side = hashText(pathOf(file)) < heldOutShare * 2 ** 32 ? 'heldOut' : 'train';
      const target = path.join(unfinished, side, language, pathOf(file));
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, file.bytes);
      report.keep(language, side, file.bytes.length);
    }
    onProgress(`${language}: ${kept.length} of ${candidates.length} files`);
  }
  rmSync(places.text, { recursive: true, force: true });
  renameSync(unfinished, places.text);
  return report.with(packages.map(({ name }) => selections.get(name)!.leftOut));
}

async function selectAll(
  packages: readonly Package[],
  { archives, selections }: BuildPlaces,
  onProgress: (text: string) => void,
): Promise<ReadonlyMap<string, Selection>> {
  mkdirSync(selections, { recursive: true });
  const rules = rulesDigest();
  const selected = new Map<string, Selection>();
  await inLanes(packages, 4, async (entry) => {
    const key = createHash('sha256')
      .update(rules + JSON.stringify(entry))
      .digest('hex')
      .slice(0, 16);
    const kept = path.join(selections, `${entry.name.replaceAll('/', '%')}-${key}.json`);
    if (!existsSync(kept)) {
      const archive = archiveOf(entry, archives);
      if (archive === null)
        throw new Error(`expected the archive of ${entry.name}, got none; fetch it first`);
      const selection = await selectFiles(entry, archive);
      writeFileSync(`${kept}.unfinished`, JSON.stringify(selection));
      renameSync(`${kept}.unfinished`, kept);
      const bytes = selection.files.reduce((sum, { text }) => sum + text.length, 0);
      onProgress(`${entry.name}: ${selection.files.length} files, ${(bytes / 1e6).toFixed(2)} MB`);
    }
    selected.set(entry.name, JSON.parse(readFileSync(kept, 'utf8')) as Selection);
  });
  return selected;
}

/** Of the text of the rules, so that a selection by other ones is made anew. */
function rulesDigest(): string {
  const digest = createHash('sha256');
  const extension = path.join(import.meta.dirname, '..', '..', 'extension', 'corpus');
  const ours = ['selection', 'languages', 'licences', 'manifest', 'registries'].map((name) =>
    path.join(import.meta.dirname, `${name}.ts`),
  );
  const theirs = readdirSync(extension)
    .sort()
    .map((name) => path.join(extension, name));
  for (const file of [...ours, ...theirs]) digest.update(readFileSync(file));
  return digest.digest('hex');
}

async function measuredTexts(corpora: string): Promise<Uint8Array[]> {
  const { texts } = await readTexts(nodeFiles, { folders: [corpora], exclude: [] }, {});
  return texts.map(({ bytes }) => bytes);
}

function candidatesOf(
  language: Language,
  packages: readonly Package[],
  selections: ReadonlyMap<string, Selection>,
): Candidate[] {
  return packages.flatMap(({ name }) =>
    selections
      .get(name)!
      .files.filter((file) => file.language === language)
      .map((file) => ({ ...file, package: name, bytes: Buffer.from(file.text) })),
  );
}

function withoutRepetition(
  candidates: readonly Candidate[],
  measured: MeasuredTexts,
  report: Reporter,
): Candidate[] {
  const isMeasured = measured.repeatedBy(candidates.map(({ bytes }) => bytes));
  const seen = new Set<string>();
  const near = new NearDuplicates();
  return candidates.filter((file, i) => {
    if (isMeasured[i]) return report.leaveOut(file, 'measuredOn');
    const digest = createHash('sha256').update(file.bytes).digest('base64');
    if (seen.has(digest)) return report.leaveOut(file, 'duplicate');
    seen.add(digest);
    return near.add(file.bytes) ? report.leaveOut(file, 'nearDuplicate') : true;
  });
}

function withinBudget(files: readonly Candidate[], report: Reporter): Candidate[] {
  const ranked = files
    .map((file) => ({ file, rank: hashText(`budget/${pathOf(file)}`) }))
    .sort((a, b) => a.rank - b.rank || (pathOf(a.file) < pathOf(b.file) ? -1 : 1));
  const kept = new Set<Candidate>();
  let bytes = 0;
  for (const { file } of ranked) {
    bytes += file.bytes.length;
    if (bytes <= languages[file.language].mostBytes) kept.add(file);
  }
  return files.filter((file) => kept.has(file) || report.leaveOut(file, 'beyondBudget'));
}

function pathOf(file: Candidate): string {
  return `${file.package}/${file.path}`;
}

class Reporter {
  readonly #packages: number;
  readonly #leftOut: LeftOutTally = {};
  readonly #kept = new Map<string, { train: Tally; heldOut: Tally }>();

  constructor(packages: number) {
    this.#packages = packages;
  }

  leaveOut(file: Candidate, reason: Reason): false {
    addTo(this.#leftOut, file.language, reason, file.bytes.length);
    return false;
  }

  keep(language: string, side: 'train' | 'heldOut', bytes: number): void {
    for (const name of [language, 'total']) {
      const none = { files: 0, bytes: 0 };
      const kept = this.#kept.get(name) ?? { train: none, heldOut: none };
      const { files, bytes: before } = kept[side];
      this.#kept.set(name, { ...kept, [side]: { files: files + 1, bytes: before + bytes } });
    }
  }

  /** @param selections what was left out before */
  with(selections: readonly LeftOutTally[]): Report {
    for (const selection of selections) {
      for (const [language, reasons] of Object.entries(selection)) {
        for (const [reason, { files, bytes }] of Object.entries(reasons) as [Reason, Tally][]) {
          const ofLanguage = (this.#leftOut[language] ??= {});
          const known = ofLanguage[reason] ?? { files: 0, bytes: 0 };
          ofLanguage[reason] = { files: known.files + files, bytes: known.bytes + bytes };
        }
      }
    }
    const { total, ...byLanguage } = Object.fromEntries(this.#kept);
    return { packages: this.#packages, languages: byLanguage, total: total!, leftOut: this.#leftOut };
  }
}
