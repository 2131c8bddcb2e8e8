import picomatch from 'picomatch';

/** Tells whether a path relative to its root, of a file or a folder, is excluded. */
export type Exclusion = (path: string) => boolean;

/** @param patterns as in VS Code's `files.exclude`: `*` stays within a name, `**` does not, and `{a,b}` is either */
export function exclusion(patterns: readonly string[]): Exclusion {
  const literals = patterns.map((pattern) =>
    pattern
      .replace(/^\.\//, '')
      .replace(/(?<=[^/])\/+$/, '')
      .replaceAll(/[()|+]/g, String.raw`\$&`),
  );
  const globs = literals.filter((pattern) => pattern !== '');
  return picomatch(globs, { dot: true, nonegate: true, noextglob: true, posix: true });
}

/** The glob pattern of one path; parentheses, bars and plus signs mean themselves in any. */
export function onlyThis(path: string): string {
  return path.replaceAll(/[\\*?[\]{}]/g, String.raw`\$&`);
}
