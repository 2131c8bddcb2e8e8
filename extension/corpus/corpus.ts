import type { FileSystem } from '../platform/platform.ts';
import type { LeftOutReason } from '../protocol/corpus.ts';
import { NihiloError } from '../protocol/errors.ts';
import { inEnglish, say } from '../protocol/sentence.ts';
import type { CorpusRequest, CorpusSummary } from '../protocol/training.ts';
import { mapConcurrently } from './concurrency.ts';
import { contentReason } from './content.ts';
import { hashBytes, hashText } from './hash.ts';
import { type LeftOut, summarizeReasons } from './leftOut.ts';
import { withoutLicence } from './licence.ts';
import { type RemovedLines, withLineFeeds } from './lines.ts';
import { rootOf, workspaceRoots } from './roots.ts';
import { redact } from './secrets.ts';
import { type Document, splitHeldOut, type Text } from './split.ts';
import { exclusionIn } from './globs.ts';
import { type Candidate, candidatesAt, walkRoot } from './walk.ts';

/** The texts of a workspace that a model may learn from, and everything else with the reason why not. */
export interface Corpus {
  /** in the order of their paths; a held-out tail follows its beginning */
  readonly documents: readonly Document[];
  /** in the order of their paths */
  readonly leftOut: readonly LeftOut[];
  readonly summary: CorpusSummary;
}

export interface CorpusOptions {
  /** of the held-out split */
  readonly seed: number;
  /** called now and then with the number of files read so far */
  readonly onProgress?: (files: number) => void;
  /** ms since 1970: files that were changed later are left out */
  readonly unchangedSinceMs?: number;
  /** texts that are left out */
  readonly known?: readonly Uint8Array[];
  /** told of every file that holds secrets, with its text as it is */
  readonly onSecrets?: (path: string, text: Uint8Array, removed?: RemovedLines) => void;
  /** polled at every file; true ends the reading */
  readonly shouldStop?: () => boolean;
}

/** A person's files are smaller; larger ones are data. */
export const mostFileBytes = 1_000_000;
/** What fits into memory several times over. */
export const mostCorpusBytes = 64_000_000;
const filesBetweenProgress = 100;

/**
 * Reads what can be learnt from in the folders of a workspace. The same files, request and seed give the same corpus.
 * @throws {NihiloError} folderUnreadable, for a folder of the request; corpusEmpty; trainingCancelled, when asked to stop
 */
export async function readCorpus(
  files: FileSystem,
  request: CorpusRequest,
  options: CorpusOptions,
): Promise<Corpus> {
  const { texts, leftOut } = await readTexts(files, request, options);
  return splitCorpus(texts, leftOut, options.seed);
}

/**
 * The same before anything is held out.
 * @throws {NihiloError} as readCorpus
 */
export async function readTexts(
  files: FileSystem,
  request: CorpusRequest,
  options: Omit<CorpusOptions, 'seed'>,
): Promise<{ readonly texts: readonly Text[]; readonly leftOut: readonly LeftOut[] }> {
  const read = await readAnyTexts(files, request, options);
  if (read.texts.length === 0) throw empty(request, read.leftOut);
  return read;
}

/**
 * The same where nothing may be learnt from, which is something to show, too.
 * @throws {NihiloError} folderUnreadable; trainingCancelled
 */
export async function readAnyTexts(
  files: FileSystem,
  request: CorpusRequest,
  options: Omit<CorpusOptions, 'seed'>,
): Promise<{ readonly texts: readonly Text[]; readonly leftOut: readonly LeftOut[] }> {
  const reader = new CorpusReader(files, options);
  await reader.walk(request);
  await reader.dropBySize();
  await reader.read();
  return { texts: reader.texts, leftOut: reader.leftOut };
}

/**
 * What the corpus would hold now of a file, or of all files of a folder; nothing where there is none or the rules keep it out.
 * @param target absolute
 * @throws {NihiloError} folderUnreadable, for the folder of the workspace; storageFailed, for a file that is gone again
 */
export async function readTextsAt(
  files: FileSystem,
  { folders, exclude }: CorpusRequest,
  target: string,
): Promise<readonly Text[]> {
  const roots = workspaceRoots(folders);
  const root = rootOf(roots, target);
  if (root === null) return [];
  const others = new Set(roots.map(({ folder }) => folder));
  const candidates = await candidatesAt(files, root, others, exclusionIn(root.folder, exclude), target);
  const texts = await mapConcurrently(candidates, async (candidate) => {
    const size = await files.size(candidate.file);
    return size === 0 || size > mostFileBytes ? null : textAt(candidate, await files.read(candidate.file));
  });
  return texts.filter((text) => text !== null && typeof text !== 'string');
}

interface SizedCandidate extends Candidate {
  readonly size: number;
}

class CorpusReader {
  readonly #files: FileSystem;
  readonly #options: Omit<CorpusOptions, 'seed'>;
  readonly leftOut: LeftOut[] = [];
  texts: readonly Text[] = [];
  #candidates: readonly Candidate[] = [];

  constructor(files: FileSystem, options: Omit<CorpusOptions, 'seed'>) {
    this.#files = files;
    this.#options = options;
  }

  async walk({ folders, exclude }: CorpusRequest): Promise<void> {
    const roots = workspaceRoots(folders);
    const rootFolders = new Set(roots.map(({ folder }) => folder));
    const candidates: Candidate[] = [];
    for (const root of roots) {
      const excluded = exclusionIn(root.folder, exclude);
      const walk = await walkRoot(this.#files, root, rootFolders, excluded, () => this.#stopIfAsked());
      for (const candidate of walk.candidates) candidates.push(candidate);
      for (const entry of walk.leftOut) this.leftOut.push(entry);
    }
    this.#candidates = candidates.sort(byPath);
  }

  /** Files that are too large are never read; nor are, beyond what fits into memory, files chosen by a hash of their path. */
  async dropBySize(): Promise<void> {
    const sized = await mapConcurrently(
      this.#candidates,
      async (candidate): Promise<SizedCandidate | null> => {
        this.#stopIfAsked();
        const size = await this.#unlessUnreadable(candidate, () => this.#files.size(candidate.file));
        if (size === null) return null;
        if (await this.#isChanged(candidate)) return this.#leaveOut(candidate, 'changed');
        if (size > 0 && size <= mostFileBytes) return { ...candidate, size };
        return this.#leaveOut({ ...candidate, size }, size === 0 ? 'empty' : 'tooLarge');
      },
    );
    const present = sized.filter((candidate) => candidate !== null);
    const ranked = present.map((candidate) => ({ candidate, rank: hashText(candidate.path) }));
    const kept = new Set<Candidate>();
    let bytes = 0;
    for (const { candidate } of ranked.sort((a, b) => a.rank - b.rank)) {
      bytes += candidate.size;
      if (bytes <= mostCorpusBytes) kept.add(candidate);
      else this.#leaveOut(candidate, 'beyondBudget');
    }
    this.#candidates = present.filter((candidate) => kept.has(candidate));
  }

  async read(): Promise<void> {
    let count = 0;
    const texts = await mapConcurrently(this.#candidates, async (candidate): Promise<Text | null> => {
      this.#stopIfAsked();
      const text = await this.#readText(candidate);
      if (++count % filesBetweenProgress === 0 || count === this.#candidates.length) {
        this.#options.onProgress?.(count);
      }
      return text;
    });
    this.texts = this.#withoutDuplicates(texts.filter((text) => text !== null));
  }

  async #readText(candidate: Candidate): Promise<Text | null> {
    const bytes = await this.#unlessUnreadable(candidate, () => this.#files.read(candidate.file));
    if (bytes === null) return null;
    const text = textAt(candidate, bytes, this.#options.onSecrets);
    return typeof text === 'string' ? this.#leaveOut(candidate, text) : text;
  }

  async #isChanged(candidate: Candidate): Promise<boolean> {
    const { unchangedSinceMs } = this.#options;
    if (unchangedSinceMs === undefined) return false;
    const modified = await this.#unlessUnreadable(candidate, () => this.#files.modifiedMs(candidate.file));
    return modified === null || modified > unchangedSinceMs;
  }

  /** Of equal texts the first stays. */
  #withoutDuplicates(texts: readonly Text[]): Text[] {
    const known = new TextSet();
    for (const bytes of this.#options.known ?? []) known.add(bytes);
    const kept = new TextSet();
    return texts.filter((text) => {
      const isKnown = known.has(text.bytes);
      if (!isKnown && kept.add(text.bytes)) return true;
      this.#leaveOut(text, isKnown ? 'known' : 'duplicate');
      return false;
    });
  }

  #leaveOut({ path, size }: { readonly path: string; readonly size?: number }, reason: LeftOutReason): null {
    this.leftOut.push(size === undefined ? { path, reason } : { path, reason, size });
    return null;
  }

  async #unlessUnreadable<Result>(
    candidate: Candidate,
    action: () => Promise<Result>,
  ): Promise<Result | null> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof NihiloError)) throw error;
      return this.#leaveOut(candidate, 'unreadable');
    }
  }

  #stopIfAsked(): void {
    if (this.#options.shouldStop?.() === true) {
      throw new NihiloError(
        'trainingCancelled',
        say`The training was stopped while it read the files, before there was anything to keep; train again to go on.`,
      );
    }
  }
}

/** Texts by their bytes. */
class TextSet {
  readonly #byHash = new Map<number, readonly Uint8Array[]>();

  has(bytes: Uint8Array): boolean {
    return this.#alike(bytes).some((other) => sameBytes(other, bytes));
  }

  /** @returns false when it was there */
  add(bytes: Uint8Array): boolean {
    if (this.has(bytes)) return false;
    this.#byHash.set(hashBytes(bytes), [...this.#alike(bytes), bytes]);
    return true;
  }

  #alike(bytes: Uint8Array): readonly Uint8Array[] {
    return this.#byHash.get(hashBytes(bytes)) ?? [];
  }
}

function textAt(
  { path, place }: Candidate,
  bytes: Uint8Array,
  onSecrets?: CorpusOptions['onSecrets'],
): Text | LeftOutReason {
  const text = textOf(path, bytes, onSecrets);
  return typeof text === 'string' || place === undefined ? text : { ...text, place };
}

/** A file's text, its secrets replaced, or why it is none that may be learnt from. */
export function textOf(
  path: string,
  bytes: Uint8Array,
  onSecrets?: CorpusOptions['onSecrets'],
): Text | LeftOutReason {
  const reason = contentReason(bytes);
  if (reason !== null) return reason;
  const text = withoutLicence(withLineFeeds(withoutByteOrderMark(bytes)));
  if (text.bytes.length === 0) return 'empty';
  const { bytes: safe, secrets } = redact(text.bytes);
  if (secrets === 0) return { path, ...text };
  onSecrets?.(path, text.bytes, text.removed);
  // A file of keys is none that a person writes code in.
  return 2 * safe.length < text.bytes.length ? 'secret' : { path, ...text, bytes: safe, secrets };
}

/** The corpus of these texts, a tenth of which is held out. @param leftOut what was left out of them already */
export function splitCorpus(texts: readonly Text[], leftOut: readonly LeftOut[], seed: number): Corpus {
  const split = splitHeldOut(texts, seed);
  const documents = split.documents.sort((a, b) => byPath(a, b) || Number(a.heldOut) - Number(b.heldOut));
  const repeated = split.nearDuplicates.map(({ path }): LeftOut => ({ path, reason: 'nearDuplicate' }));
  const allLeftOut = [...leftOut, ...repeated].sort(byPath);
  return { documents, leftOut: allLeftOut, summary: summarize(documents, allLeftOut) };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function summarize(documents: readonly Document[], leftOut: readonly LeftOut[]): CorpusSummary {
  const training = documents.filter(({ heldOut }) => !heldOut);
  const heldOut = documents.filter((document) => document.heldOut);
  const total = (some: readonly Document[]): number => some.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return {
    trainFiles: training.length,
    heldOutFiles: heldOut.length,
    trainBytes: total(training),
    heldOutBytes: total(heldOut),
    leftOutFiles: leftOut.length,
    leftOutReasons: leftOut.length === 0 ? '' : inEnglish(summarizeReasons(leftOut, Infinity)),
  };
}

function empty({ folders }: CorpusRequest, leftOut: readonly LeftOut[]): NihiloError {
  const found =
    leftOut.length === 0
      ? say`no file at all`
      : say`none that can be learnt from: ${leftOut.length} left out (${summarizeReasons(leftOut, 3)})`;
  const where = folders.length === 0 ? say`an open folder` : folders.join(', ');
  // Whoever asks for text that is new has opened the right folder.
  const isAllKnown = leftOut.some(({ reason }) => reason === 'known');
  return new NihiloError(
    'corpusEmpty',
    isAllKnown
      ? say`Expected files with text in ${where}, got ${found}; change or add some first, or train further.`
      : say`Expected files with text in ${where}, got ${found}; open a folder with source code.`,
  );
}
