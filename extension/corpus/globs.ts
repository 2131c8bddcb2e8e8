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

/** Between a folder and a glob: no path and no glob has it. */
const separator = '\0';

/** A rule of one folder of a workspace, which says nothing of the others. @param folder absolute, as `Root` has it */
export function ruleWithin(folder: string, glob: string): string {
  return folder + separator + glob;
}

/** What the rules of a workspace exclude in one of its folders: those for all of them, and its own. */
export function exclusionIn(folder: string, rules: readonly string[]): Exclusion {
  const globs = rules.flatMap((rule) => {
    const [scope, glob] = rule.split(separator) as [string, string?];
    if (glob === undefined) return [rule];
    return scope === folder ? [glob] : [];
  });
  return exclusion(globs);
}

/** The glob pattern of one path; parentheses, bars and plus signs mean themselves in any. */
export function onlyThis(path: string): string {
  return path.replaceAll(/[\\*?[\]{}]/g, String.raw`\$&`);
}
