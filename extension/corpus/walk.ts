import type { FileEntry, FileSystem } from '../platform/platform.ts';
import type { LeftOutReason } from '../protocol/corpus.ts';
import { NihiloError } from '../protocol/errors.ts';
import { atOnce, mapConcurrently } from './concurrency.ts';
import type { Exclusion } from './globs.ts';
import type { LeftOut } from './leftOut.ts';
import { fileNameReason, folderContentReason, folderNameReason } from './names.ts';
import { joinPath, placeOpened, placeTop, readRules, type RepositoryPlace } from './repository.ts';
import { pathBelow, type Root } from './roots.ts';

/** A file that no rule about names keeps out. */
export interface Candidate {
  /** absolute */
  readonly file: string;
  /** relative to the workspace */
  readonly path: string;
  /** below its folder, where the path has the folder's name, too: that is another as soon as others are open */
  readonly place?: string;
}

export interface Walk {
  readonly candidates: readonly Candidate[];
  readonly leftOut: readonly LeftOut[];
}

interface Folder {
  readonly folder: string;
  /** relative to the root, '' there */
  readonly path: string;
  readonly place: RepositoryPlace;
}

interface Visit {
  readonly candidates: Candidate[];
  readonly leftOut: LeftOut[];
  readonly folders: Folder[];
}

/**
 * Every file below a root that may enter the corpus, in no particular order. Links are not followed; other roots are left to
 * their own walk.
 * @throws {NihiloError} folderUnreadable, for the root; what is unreadable below is left out
 */
export async function walkRoot(
  files: FileSystem,
  root: Root,
  otherRoots: ReadonlySet<string>,
  excluded: Exclusion,
  stopIfAsked: () => void,
): Promise<Walk> {
  const start = { folder: root.folder, path: '', place: await openRoot(files, root.folder) };
  return walkFolder(files, root, start, otherRoots, excluded, stopIfAsked);
}

/**
 * The same of a folder that may be of any size, a few folders at a time. A folder that the repository around it ignores counts as the top
 * of one: rules for what surrounds it say nothing of a text that somebody has put there.
 * @param folder absolute, with forward slashes
 * @throws {NihiloError} folderUnreadable, for the folder
 */
export async function* walkInParts(
  files: FileSystem,
  folder: string,
  excluded: Exclusion,
): AsyncGenerator<Walk> {
  const place = await openRoot(files, folder, true);
  yield* partsOf(files, { folder, prefix: '' }, { folder, path: '', place }, new Set(), excluded, () => {});
}

/** The part of a walk that begins in one folder. */
async function walkFolder(...[files, root, start, ...rest]: Parameters<typeof partsOf>): Promise<Walk> {
  const candidates: Candidate[] = [];
  const leftOut: LeftOut[] = [];
  for await (const part of partsOf(files, root, start, ...rest)) {
    for (const candidate of part.candidates) candidates.push(candidate);
    for (const entry of part.leftOut) leftOut.push(entry);
  }
  return { candidates, leftOut };
}

/** Deep folders first: of a wide tree, few folders wait. */
async function* partsOf(
  files: FileSystem,
  root: Root,
  start: Folder,
  otherRoots: ReadonlySet<string>,
  excluded: Exclusion,
  stopIfAsked: () => void,
): AsyncGenerator<Walk> {
  const waiting = [start];
  while (waiting.length > 0) {
    const visits = await mapConcurrently(waiting.splice(-atOnce), (folder) => {
      stopIfAsked();
      return visit(files, root, folder, otherRoots, excluded);
    });
    yield {
      candidates: visits.flatMap((found) => found.candidates),
      leftOut: visits.flatMap((found) => found.leftOut),
    };
    // One by one: more than a hundred thousand arguments are no call.
    for (const found of visits) for (const folder of found.folders) waiting.push(folder);
  }
}

/**
 * What `walkRoot` would find at a path below a root: a file, or all files of a folder; nothing where a rule about names keeps it out.
 * @param target absolute
 * @throws {NihiloError} folderUnreadable, for the root
 */
export async function candidatesAt(
  files: FileSystem,
  root: Root,
  otherRoots: ReadonlySet<string>,
  excluded: Exclusion,
  target: string,
): Promise<readonly Candidate[]> {
  const names = pathBelow(root, target).split('/');
  let folder: Folder = { folder: root.folder, path: '', place: await openRoot(files, root.folder) };
  for (const [depth, name] of names.entries()) {
    const { folders, candidates } = await visit(files, root, folder, otherRoots, excluded);
    const file =
      depth === names.length - 1 ? candidates.find((candidate) => candidate.file === target) : undefined;
    if (file !== undefined) return [file];
    const next = folders.find(({ path }) => path === joinPath(folder.path, name));
    if (next === undefined) return [];
    folder = next;
  }
  return (await walkFolder(files, root, folder, otherRoots, excluded, () => {})).candidates;
}

async function openRoot(
  files: FileSystem,
  folder: string,
  topWhereIgnored = false,
): Promise<RepositoryPlace> {
  try {
    return await placeOpened(files, folder, topWhereIgnored);
  } catch (error) {
    throw error instanceof NihiloError ? unreadableRoot(error) : error;
  }
}

function unreadableRoot(cause: NihiloError): NihiloError {
  return new NihiloError('folderUnreadable', cause.sentence, { cause });
}

async function visit(
  files: FileSystem,
  root: Root,
  folder: Folder,
  otherRoots: ReadonlySet<string>,
  excluded: Exclusion,
): Promise<Visit> {
  const opened = folder.path === '';
  const visited: Visit = { candidates: [], leftOut: [], folders: [] };
  const leaveOut = (reason: LeftOutReason): Visit => {
    return { ...visited, leftOut: [{ path: `${root.prefix}${folder.path}/`, reason }] };
  };
  let entries: readonly FileEntry[];
  let place: RepositoryPlace;
  try {
    entries = await files.list(folder.folder);
    const reason = opened ? null : folderContentReason(entries);
    if (reason !== null) return leaveOut(reason);
    place = await placeWithin(files, folder, entries);
  } catch (error) {
    if (!(error instanceof NihiloError)) throw error;
    if (opened) throw unreadableRoot(error);
    return leaveOut('unreadable');
  }
  const names = new Set(entries.map(({ name }) => name));
  const excludedHere = (path: string): boolean => excluded(path, (name) => names.has(name));
  for (const entry of entries) {
    const file = joinPath(folder.folder, entry.name);
    if (entry.type === 'folder' && otherRoots.has(file)) continue;
    const path = joinPath(folder.path, entry.name);
    const inRepository = joinPath(place.path, entry.name);
    const reason = entryReason(entry, path, excludedHere) ?? ignoredReason(entry, inRepository, place);
    if (reason !== null) {
      const ending = entry.type === 'folder' ? '/' : '';
      visited.leftOut.push({ path: `${root.prefix}${path}${ending}`, reason });
    } else if (entry.type === 'folder') {
      visited.folders.push({ folder: file, path, place: { rules: place.rules, path: inRepository } });
    } else {
      const named = { path: `${root.prefix}${path}`, place: path };
      visited.candidates.push({ file, ...(root.prefix === '' ? { path } : named) });
    }
  }
  return visited;
}

/** The folder's place with its own `.gitignore`; a repository within a repository begins anew, as it does for git. */
async function placeWithin(
  files: FileSystem,
  { folder, path, place }: Folder,
  entries: readonly FileEntry[],
): Promise<RepositoryPlace> {
  const isTop = path !== '' && entries.some(({ name }) => name === '.git');
  const within = isTop ? await placeTop(files, folder) : place;
  const text = await readRules(files, folder, entries);
  return text === null ? within : { rules: within.rules.with(within.path, text), path: within.path };
}

function entryReason({ name, type }: FileEntry, path: string, excluded: Exclusion): LeftOutReason | null {
  if (type === 'other') return 'link';
  return (
    (type === 'folder' ? folderNameReason(name) : fileNameReason(name)) ??
    (excluded(path) ? 'excluded' : null)
  );
}

function ignoredReason({ type }: FileEntry, path: string, place: RepositoryPlace): LeftOutReason | null {
  return place.rules.ignores(path, type === 'folder') ? 'ignored' : null;
}
