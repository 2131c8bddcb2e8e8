import * as vscode from 'vscode';
import { type FileEntry, type FileSystem, hiddenBeside, previousFolder } from '../platform/platform.ts';
import { type ErrorCode, NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import { uriAt } from './configuration.ts';

const { fs } = vscode.workspace;

/** The files that the editor reaches, wherever they are. Folders are replaced by renaming; nothing tells when a write is safe. */
export const editorFiles: FileSystem = {
  list: (folder) => explained('folderUnreadable', say`read the folder ${folder}`, () => list(folder)),
  size: (file) =>
    explained('storageFailed', say`read ${file}`, async () => (await fs.stat(uriAt(file))).size),
  modifiedMs: (file) =>
    explained('storageFailed', say`read ${file}`, async () => (await fs.stat(uriAt(file))).mtime),
  read: (file) => explained('storageFailed', say`read ${file}`, async () => await fs.readFile(uriAt(file))),
  exists: (path) => explained('storageFailed', say`look for ${path}`, () => exists(path)),
  replaceFolder: (folder, files) =>
    explained('storageFailed', say`write the folder ${folder}`, () => replaceFolder(folder, files)),
  recoverFolder: (folder) =>
    explained('storageFailed', say`restore the folder ${folder}`, () => recoverFolder(folder)),
  removeFolder: (folder) =>
    explained('storageFailed', say`remove the folder ${folder}`, () => removeFolder(folder)),
};

async function list(folder: string): Promise<FileEntry[]> {
  const entries = await fs.readDirectory(uriAt(folder));
  return entries.map(([name, type]) => ({ name, type: typeOf(type) }));
}

/** A link has the bit of what it leads to, and its own. */
function typeOf(type: vscode.FileType): FileEntry['type'] {
  if (type === vscode.FileType.File) return 'file';
  return type === vscode.FileType.Directory ? 'folder' : 'other';
}

async function exists(path: string): Promise<boolean> {
  const uri = uriAt(path);
  if (isAboveOpened(uri)) return false;
  try {
    await fs.stat(uri);
    return true;
  } catch (error) {
    if (codeOf(error) === 'FileNotFound' || codeOf(error) === 'FileNotADirectory') return false;
    throw error;
  }
}

/** What lies around a folder of a virtual workspace nobody has opened: to ask for it may be to ask a server for another project. */
function isAboveOpened(uri: vscode.Uri): boolean {
  const { workspaceFolders = [], getWorkspaceFolder } = vscode.workspace;
  if (uri.scheme === 'file' || uri.scheme === 'vscode-remote') return false;
  const isSameSystem = workspaceFolders.some(
    (folder) => folder.uri.scheme === uri.scheme && folder.uri.authority === uri.authority,
  );
  return isSameSystem && getWorkspaceFolder(uri) === undefined;
}

async function recoverFolder(folder: string): Promise<void> {
  const previous = previousFolder(folder);
  if ((await exists(folder)) || !(await exists(previous))) return;
  await fs.rename(uriAt(previous), uriAt(folder));
}

async function replaceFolder(...[folder, files]: Parameters<FileSystem['replaceFolder']>): Promise<void> {
  await recoverFolder(folder);
  const [fresh, previous] = [freshFolder(folder), previousFolder(folder)];
  await removeIfThere(fresh);
  try {
    for (const [name, content] of files) {
      // `remoteFiles` sends each file in one piece.
      for (const piece of content) await fs.writeFile(uriAt(`${fresh}/${name}`), piece);
    }
    if (await exists(folder)) {
      await fs.rename(uriAt(folder), uriAt(previous), { overwrite: true });
    }
    await fs.rename(uriAt(fresh), uriAt(folder));
  } catch (error) {
    await recoverFolder(folder);
    await removeIfThere(fresh);
    throw error;
  }
  await removeIfThere(previous);
}

/** First what could bring it back: a crash in between leaves the folder itself, or nothing. */
async function removeFolder(folder: string): Promise<void> {
  await removeIfThere(freshFolder(folder));
  await removeIfThere(previousFolder(folder));
  await removeIfThere(folder);
}

/** One name for all: of the windows on a workspace, one trains. */
function freshFolder(folder: string): string {
  return hiddenBeside(folder, 'new');
}

async function removeIfThere(folder: string): Promise<void> {
  if (await exists(folder)) await fs.delete(uriAt(folder), { recursive: true, useTrash: false });
}

/** @throws {NihiloError} `code`, for what the file system refuses; anything else as it is */
async function explained<T>(code: ErrorCode, purpose: Sentence, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const refusal = codeOf(error);
    if (refusal === null) throw error;
    throw new NihiloError(
      code,
      say`Expected to ${purpose}, got the editor's error ${refusal} (${(error as Error).message}); check the path and try again.`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof vscode.FileSystemError ? error.code : null;
}
