import { createHash, randomUUID } from 'node:crypto';
import { type Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ErrorCode, NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import {
  type FileContent,
  type FileEntry,
  type FileSystem,
  hiddenBeside,
  previousFolder,
} from './platform.ts';

export const nodeFiles: FileSystem = {
  list: (folder) => explained('folderUnreadable', say`read the folder ${folder}`, () => list(folder)),
  size: (file) => explained('storageFailed', say`read ${file}`, async () => (await stat(file)).size),
  modifiedMs: (file) => explained('storageFailed', say`read ${file}`, async () => (await stat(file)).mtimeMs),
  read: (file) => explained('storageFailed', say`read ${file}`, () => readWhole(file)),
  exists: (target) => explained('storageFailed', say`look for ${target}`, () => exists(target)),
  replaceFile: async (file, content) => void (await replaceFile(file, content)),
  replaceFolder: (folder, files, seal) =>
    explained('storageFailed', say`write the folder ${folder}`, () => replaceFolder(folder, files, seal)),
  recoverFolder: (folder) =>
    explained('storageFailed', say`restore the folder ${folder}`, () => recoverFolder(folder)),
  removeFolder: (folder) =>
    explained('storageFailed', say`remove the folder ${folder}`, () => removeFolder(folder)),
};

async function list(folder: string): Promise<FileEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.map((entry) => ({ name: nameOf(entry), type: typeOf(entry) }));
}

/** As editors, rules and git write it: macOS has many names with their accents behind the letters, and finds them by either form. */
function nameOf({ name }: Dirent): string {
  return process.platform === 'darwin' ? name.normalize('NFC') : name;
}

function typeOf(entry: Dirent): FileEntry['type'] {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : 'other';
}

/** A pipe may never be written to and a device may never end: whoever read one would hold a thread, or all memory, for good. */
async function readWhole(file: string): Promise<Uint8Array> {
  const found = await stat(file);
  if (found.isFile() || found.isDirectory()) {
    const { buffer, byteOffset, length } = await readFile(file);
    // Of Node's Buffer `slice` is a view, where everybody who has a Uint8Array counts on a copy.
    return new Uint8Array(buffer, byteOffset, length);
  }
  throw new NihiloError(
    'storageFailed',
    say`Expected to read ${file}, got a pipe or a device in its place; check the path.`,
  );
}

async function exists(target: string): Promise<boolean> {
  try {
    await stat(target);
    return true;
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw error;
  }
}

async function recoverFolder(folder: string): Promise<void> {
  if ((await exists(folder)) || !(await exists(previousFolder(folder)))) return;
  try {
    await renameHeld(previousFolder(folder), folder);
  } catch (error) {
    // What looked like a crash was a `replaceFolder` under way elsewhere, and the folder is there by now.
    if (!(await exists(folder))) throw error;
  }
}

async function replaceFolder(
  ...[folder, files, seal]: Parameters<FileSystem['replaceFolder']>
): Promise<void> {
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true });
  await recoverFolder(folder);
  await removeLeftovers(folder);
  // Its own name each time: two programs that write the same folder must not write into one another's.
  const fresh = `${freshPrefix(folder)}${process.pid}-${randomUUID()}`;
  try {
    await mkdir(fresh);
    const digests = new Map<string, string>();
    for (const [name, content] of files) {
      digests.set(name, await writeDurably(path.join(fresh, name), content));
    }
    if (seal !== undefined) {
      const [name, content] = seal(digests);
      await writeDurably(path.join(fresh, name), content);
    }
    await syncFolder(fresh);
    await swap(folder, fresh);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(parent);
  await rm(previousFolder(folder), { recursive: true, force: true });
}

/** Makes the folder, and those above it, where they are not there. @throws {NihiloError} storageFailed */
export function makeFolder(folder: string): Promise<void> {
  return explained('storageFailed', say`write the folder ${folder}`, async () => {
    await mkdir(folder, { recursive: true });
  });
}

/**
 * Replaces one file: new file, fsync, rename.
 * @returns the SHA-256 of what was written
 * @throws {NihiloError} storageFailed
 */
export function replaceFile(file: string, content: FileContent): Promise<string> {
  return explained('storageFailed', say`write ${file}`, async () => {
    await removeLeftovers(file);
    const fresh = `${freshPrefix(file)}${process.pid}-${randomUUID()}`;
    try {
      const digest = await writeDurably(fresh, content);
      await renameHeld(fresh, file);
      await syncFolder(path.dirname(file));
      return digest;
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  });
}

async function removeFolder(folder: string): Promise<void> {
  if (!(await exists(path.dirname(folder)))) return;
  // First what could bring it back: a crash in between leaves the folder itself, or nothing.
  await removeLeftovers(folder);
  await rm(folder, { recursive: true, force: true });
}

function freshPrefix(target: string): string {
  return hiddenBeside(target, 'new-');
}

/** What an earlier crash left behind. A file, or folder, is complete when this is called, was never written or is not wanted any more. */
async function removeLeftovers(target: string): Promise<void> {
  const parent = path.dirname(target);
  const base = path.basename(target);
  const prefix = freshPrefix(base);
  const leftovers = (await readdir(parent)).filter(
    (name) =>
      name === previousFolder(base) ||
      (name.startsWith(prefix) && !isRunning(Number.parseInt(name.slice(prefix.length), 10))),
  );
  for (const name of leftovers) await rm(path.join(parent, name), { recursive: true, force: true });
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // There is one, of another user.
    return isSystemError(error) && error.code === 'EPERM';
  }
}

const mostSwaps = 10;

/** Puts `fresh` in the place of `folder`, which is kept beside it; when that fails, `folder` is back where it was. */
async function swap(folder: string, fresh: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (await exists(folder)) await renameHeld(folder, previousFolder(folder));
      await renameHeld(fresh, folder);
      return;
    } catch (error) {
      await recoverFolder(folder);
      // A reader that came between the two renames has taken it for a crash, or another writer has been faster.
      const overtaken = isSystemError(error) && ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code);
      if (!overtaken || attempt === mostSwaps) throw error;
      await rm(previousFolder(folder), { recursive: true, force: true });
    }
  }
}

const mostHeldMs = 10_000;

/** Windows renames nothing that a scanner for viruses, or a reader, has open, nor a folder above it: a moment later it does. */
async function renameHeld(from: string, to: string): Promise<void> {
  const end = performance.now() + mostHeldMs;
  for (let pauseMs = 10; ; pauseMs = Math.min(2 * pauseMs, 500)) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const isHeld =
        process.platform === 'win32' &&
        isSystemError(error) &&
        ['EPERM', 'EACCES', 'EBUSY'].includes(error.code);
      if (!isHeld || performance.now() >= end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** @returns the SHA-256 of what was written */
async function writeDurably(file: string, content: FileContent): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'wx');
  try {
    for (const piece of content) {
      hash.update(piece);
      await handle.writeFile(piece);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

/** Makes the names in a folder durable, as `sync` of a file makes its bytes. */
async function syncFolder(folder: string): Promise<void> {
  // Windows can't open a folder; NTFS journals names itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws {NihiloError} `code`, for what the system refuses; anything else as it is */
async function explained<T>(code: ErrorCode, purpose: Sentence, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof NihiloError || !isSystemError(error)) throw error;
    throw new NihiloError(code, say`Expected to ${purpose}, got ${refusal(error.code)}.`, { cause: error });
  }
}

/** What came instead, and what to do about it. */
function refusal(code: string): Sentence {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return say`a full disk (${code}); free some space and try again`;
    case 'EACCES':
    case 'EPERM':
      return say`no permission (${code}); allow it or choose another place`;
    case 'EROFS':
      return say`a read-only disk (${code}); choose another place`;
    case 'ENOENT':
      return say`nothing there (${code}); check the path`;
    case 'EISDIR':
      return say`a folder in its place (${code}); check the path`;
    case 'ENOTDIR':
    case 'EEXIST':
      return say`a file in its place (${code}); check the path`;
    case 'EMFILE':
    case 'ENFILE':
      return say`too many open files (${code}); close some programs and try again`;
    default:
      return say`the system's error ${code}; check the disk and try again`;
  }
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
