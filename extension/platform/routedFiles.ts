import { originOf } from './address.ts';
import type { FileSystem } from './platform.ts';

/** Paths of the disk by `local`, addresses of other file systems by `remote`. */
export function routedFiles(local: FileSystem, remote: FileSystem): FileSystem {
  const of = (path: string): FileSystem => (originOf(path) === '' ? local : remote);
  return {
    list: (path) => of(path).list(path),
    size: (path) => of(path).size(path),
    modifiedMs: (path) => of(path).modifiedMs(path),
    read: (path) => of(path).read(path),
    exists: (path) => of(path).exists(path),
    replaceFile: (path, content) => of(path).replaceFile(path, content),
    replaceFolder: (path, files, seal) => of(path).replaceFolder(path, files, seal),
    recoverFolder: (path) => of(path).recoverFolder(path),
    removeFolder: (path) => of(path).removeFolder(path),
  };
}
