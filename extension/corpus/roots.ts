/** A folder of the workspace. */
export interface Root {
  /** absolute, with forward slashes, without one at its end; see `rootFolder` */
  readonly folder: string;
  /** what the paths of its documents begin with: '' in a workspace of one folder, else ends with a slash */
  readonly prefix: string;
}

/** Each folder once, in the order of their paths; where there are several, their names tell them apart. */
export function workspaceRoots(folders: readonly string[]): Root[] {
  const unique = [...new Set(folders.map(rootFolder))].sort();
  if (unique.length < 2) return unique.map((folder) => ({ folder, prefix: '' }));
  const names = namesOf(unique);
  return unique.map((folder, i) => ({ folder, prefix: `${names[i]!}/` }));
}

/** The folder of the workspace that a file belongs to: the deepest around it; null when it is in none. */
export function rootOf(roots: readonly Root[], file: string): Root | null {
  const around = roots.filter(({ folder }) => file.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
  return around.toSorted((a, b) => b.folder.length - a.folder.length)[0] ?? null;
}

/** What the corpus calls a file, whether or not it may be learnt from; null when it is in no folder of the workspace. */
export function pathInWorkspace(folders: readonly string[], file: string): string | null {
  const root = rootOf(workspaceRoots(folders), file);
  return root === null ? null : root.prefix + pathBelow(root, file);
}

/** The file, or folder, that the corpus calls so; null when no folder of the workspace is its beginning. */
export function fileOfPath(roots: readonly Root[], path: string): string | null {
  const root = roots
    .filter(({ prefix }) => path.startsWith(prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
  if (root === undefined) return null;
  return `${root.folder.replace(/\/$/, '')}/${path.slice(root.prefix.length)}`;
}

/** @param file in the root's folder */
export function pathBelow({ folder }: Root, file: string): string {
  return file.slice(folder.length).replace(/^\//, '');
}

/** A folder as roots have it: the slash at its end stays only where a disk, or a file system without an authority, has no other. */
export function rootFolder(folder: string): string {
  const path = /^([A-Za-z]:|\\\\)/.test(folder) ? folder.replaceAll('\\', '/') : folder;
  const top = /^(?:[A-Za-z]:|[A-Za-z][\w+.-]+:\/\/)\//.exec(path)?.[0] ?? '';
  const bare = path.replace(/(?<=[^/])\/+$/, '');
  return bare.length < top.length ? top : bare;
}

/** The last names of each folder's path: as few as no other folder ends with, and as no file of another one is called by. */
function namesOf(folders: readonly string[]): readonly string[] {
  const paths = folders.map((folder) => folder.split('/').filter((name) => name !== ''));
  const whole = paths.map((path) => path.join('/'));
  const counts = paths.map((path, at) => shortestName(path, whole.toSpliced(at, 1)));
  for (;;) {
    const names = paths.map((path, at) => path.slice(-counts[at]!).join('/'));
    const [one, other] = clash(names, whole) ?? [];
    if (one === undefined || other === undefined) return names;
    counts[counts[one]! < paths[one]!.length ? one : other]!++;
  }
}

/** Of the last names of a path, as few as no other path ends with. */
function shortestName(path: readonly string[], others: readonly string[]): number {
  for (let count = 1; count < path.length; count++) {
    const ending = path.slice(-count).join('/');
    if (others.every((other) => other !== ending && !other.endsWith(`/${ending}`))) return count;
  }
  return path.length;
}

/** The first folder that may have a file which is called as one of another, and that one; null: there is none. */
function clash(names: readonly string[], whole: readonly string[]): readonly [number, number] | null {
  for (const [one, name] of names.entries()) {
    const beginning = `${name}/`;
    for (const [other, longer] of names.entries()) {
      // What lies in a folder of another's is that one's to name.
      if (longer.startsWith(beginning) && whole[one]! + longer.slice(name.length) !== whole[other]) {
        return [one, other];
      }
    }
  }
  return null;
}
