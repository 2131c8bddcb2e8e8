import { originOf } from '../platform/address.ts';
import type { FileEntry, FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { GitIgnore } from './gitIgnore.ts';
import { rootFolder } from './roots.ts';

/** A folder's place in the git repository around it, and the rules from above that reach it. */
export interface RepositoryPlace {
  readonly rules: GitIgnore;
  /** relative to the repository's top, '' there */
  readonly path: string;
}

const mostRuleBytes = 1_000_000;

/**
 * Rules for a folder that somebody opened: those of its repository's settings and of each `.gitignore` above it. Outside any
 * repository the folder counts as the top of one.
 * @param topWhereIgnored it counts as one, too, where the repository ignores it
 */
export async function placeOpened(
  files: FileSystem,
  folder: string,
  topWhereIgnored = false,
): Promise<RepositoryPlace> {
  const outside = { rules: GitIgnore.none(false), path: '' };
  const top = await repositoryTop(files, folder);
  if (top === null) return outside;
  const { rules } = await placeTop(files, top);
  if (top === folder) return { rules, path: '' };
  const path = folder.slice(top.length).replace(/^\//, '');
  const names = path.split('/');
  let inherited = rules;
  for (let depth = 0; depth < names.length; depth++) {
    const above = names.slice(0, depth).join('/');
    const place = joinPath(top, above);
    const text = await readRules(files, place, await files.list(place));
    if (text !== null) inherited = inherited.with(above, text);
    if (topWhereIgnored && inherited.ignores(joinPath(above, names[depth]!), true)) return outside;
  }
  return { rules: inherited.opened(path), path };
}

/** The beginning of a walk through a repository: what its own settings say, without a `.gitignore`. */
export async function placeTop(files: FileSystem, top: string): Promise<RepositoryPlace> {
  const settings = await settingsFolder(files, top);
  const config = await readText(files, `${settings}/config`);
  const rules = GitIgnore.none(/^\s*ignorecase\s*=\s*(true|yes|on|1)\s*$/im.test(config ?? ''));
  const exclude = await readText(files, `${settings}/info/exclude`);
  return { rules: exclude === null ? rules : rules.with('', exclude), path: '' };
}

/**
 * The text of the `.gitignore` in a folder with these entries; null when there is none. Like git, follows no link to one.
 * @throws {NihiloError} storageFailed, when it can't be read: what it keeps out is not known then
 */
export async function readRules(
  files: FileSystem,
  folder: string,
  entries: readonly FileEntry[],
): Promise<string | null> {
  if (!entries.some(({ name, type }) => name === '.gitignore' && type === 'file')) return null;
  return readText(files, joinPath(folder, '.gitignore'));
}

export function joinPath(folder: string, name: string): string {
  return folder === '' || folder.endsWith('/') || name === '' ? `${folder}${name}` : `${folder}/${name}`;
}

async function repositoryTop(files: FileSystem, folder: string): Promise<string | null> {
  for (let place: string | null = folder; place !== null; place = folderAbove(place)) {
    if (await files.exists(joinPath(place, '.git'))) return place;
  }
  return null;
}

function folderAbove(folder: string): string | null {
  const end = folder.lastIndexOf('/');
  if (end < originOf(folder).length || folder.endsWith('/')) return null;
  return rootFolder(folder.slice(0, end + 1));
}

/** In a linked worktree or a submodule, `.git` is a file that says where the settings are. */
async function settingsFolder(files: FileSystem, top: string): Promise<string> {
  const git = joinPath(top, '.git');
  const entry = (await files.list(top)).find(({ name }) => name === '.git');
  const pointer = entry?.type === 'file' ? await readText(files, git) : null;
  const target = /^gitdir: (.+)$/m.exec(pointer ?? '')?.[1];
  if (target === undefined || isElsewhere(top, target)) return git;
  const own = resolvePath(top, target);
  const common = (await readText(files, `${own}/commondir`))?.trim();
  return common === undefined || isElsewhere(top, common) ? own : resolvePath(own, common);
}

/** On another machine, which no text of a workspace may have asked: in Windows, to look there for a file is to sign in. */
function isElsewhere(folder: string, path: string): boolean {
  const machine = /^[\\/]{2}[^\\/]*/.exec(path)?.[0].replaceAll('\\', '/');
  return machine !== undefined && !folder.startsWith(`${machine}/`);
}

function resolvePath(folder: string, path: string): string {
  return /^(\/|[A-Za-z]:)/.test(path) ? `${originOf(folder)}${path}` : joinPath(folder, path);
}

async function readText(files: FileSystem, file: string): Promise<string | null> {
  if (!(await files.exists(file))) return null;
  const size = await files.size(file);
  if (size > mostRuleBytes) {
    throw new NihiloError(
      'storageFailed',
      say`Expected ${file} to have at most ${mostRuleBytes} bytes, got ${size}; shorten it.`,
    );
  }
  return new TextDecoder().decode(await files.read(file));
}
