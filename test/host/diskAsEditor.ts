import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What stands in for a `vscode.Uri`. */
export class Address {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;

  constructor({ scheme, authority, path }: Pick<Address, 'scheme' | 'authority' | 'path'>) {
    this.scheme = scheme;
    this.authority = authority;
    this.path = path;
  }

  static from(parts: Pick<Address, 'scheme' | 'authority' | 'path'>): Address {
    return new Address(parts);
  }

  static file(path: string): Address {
    return new Address({ scheme: 'file', authority: '', path });
  }

  get fsPath(): string {
    return this.path;
  }
}

export class EditorFileError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`${code} (FileSystemError)`);
    this.code = code;
  }
}

/** The editor's file system with the disk beneath, as its contract says. `refuse` names paths that can't be written. */
export function diskAsEditor(refuse: (path: string) => boolean) {
  const explained = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new EditorFileError('FileNotFound');
      throw error;
    }
  };
  const typeOf = (entry: { isFile(): boolean; isDirectory(): boolean }): number =>
    entry.isFile() ? 1 : entry.isDirectory() ? 2 : 64;
  return {
    stat: (uri: Address) =>
      explained(async () => {
        const { size, mtimeMs } = await stat(uri.path);
        return { size, mtime: mtimeMs };
      }),
    readFile: (uri: Address) => explained(() => readFile(uri.path)),
    readDirectory: (uri: Address) =>
      explained(async () => {
        const entries = await readdir(uri.path, { withFileTypes: true });
        return entries.map((entry) => [entry.name, typeOf(entry)] as const);
      }),
    writeFile: async (uri: Address, content: Uint8Array) => {
      if (refuse(uri.path)) throw new EditorFileError('NoPermissions');
      await mkdir(path.dirname(uri.path), { recursive: true });
      await writeFile(uri.path, content);
    },
    rename: (from: Address, to: Address, { overwrite = false } = {}) =>
      explained(async () => {
        if (overwrite) await rm(to.path, { recursive: true, force: true });
        await rename(from.path, to.path);
      }),
    delete: (uri: Address) => explained(() => rm(uri.path, { recursive: true })),
  };
}
