import picomatch from 'picomatch';

/**
 * Tells whether a path relative to its root, of a file or a folder, is excluded.
 * @param isSibling whether the folder that it is in has an entry of that name; absent: what hangs on one excludes nothing
 */
export type Exclusion = (path: string, isSibling?: (name: string) => boolean) => boolean;

/** @param rules globs as in VS Code's `files.exclude`, where `*` stays within a name, `**` does not, and `{a,b}` is either; or `ruleWhen` */
export function exclusion(rules: readonly string[]): Exclusion {
  const always = matching(rules.filter((rule) => !rule.includes(conditionMark)));
  const conditional = rules.flatMap((rule) => {
    const [glob, name] = rule.split(conditionMark) as [string, string?];
    return name === undefined ? [] : [{ matches: matching([glob]), name }];
  });
  return (path, isSibling) =>
    always(path) ||
    (isSibling !== undefined &&
      conditional.some(({ matches, name }) => matches(path) && isSibling(siblingOf(path, name))));
}

/** The pattern of one path, as `onlyThis` writes it. */
const onePath = /^(?:[^\\*?[\]{}]|\\.)*$/su;

function matching(patterns: readonly string[]): (path: string) => boolean {
  const trimmed = patterns
    .flatMap(alternatives)
    .map((pattern) => pattern.replace(/^\.\//, '').replace(/(?<=[^/])\/+$/, ''))
    .filter((pattern) => pattern !== '');
  // Of several backslashes, and of some before a sign, picomatch drops one.
  const paths = new Set(
    trimmed.filter((pattern) => onePath.test(pattern)).map((pattern) => pattern.replaceAll(/\\(.)/gsu, '$1')),
  );
  const globs = trimmed
    .filter((pattern) => !onePath.test(pattern))
    .map((pattern) => pattern.replaceAll(/[()|+"]/g, String.raw`\$&`));
  const matches = picomatch(globs, { dot: true, nonegate: true, noextglob: true, posix: true });
  return (path) => paths.has(path) || matches(path);
}

/** An escaped sign, a class, or any other sign. */
const part = /\\.|\[(?:\\.|[^\]\\/])+\]|[^]/gu;
/** Whoever writes more in one pattern leaves it to picomatch, which needs no time for each. */
const mostAlternatives = 1_000;

/** The patterns that one with braces stands for. Within them picomatch takes the double star of a pattern's beginning for one folder at least. */
function alternatives(pattern: string): readonly string[] {
  /** what is open, the innermost last: choices that have ended, and the one that is read */
  const groups: { ended: string[]; read: string[] }[] = [{ ended: [], read: [''] }];
  for (const [sign] of pattern.matchAll(part)) {
    const group = groups.at(-1)!;
    const outer = groups.at(-2);
    if (sign === '{') groups.push({ ended: [], read: [''] });
    else if (outer !== undefined && sign === ',') {
      group.ended.push(...group.read);
      group.read = [''];
    } else if (outer !== undefined && sign === '}') {
      groups.pop();
      const choices = [...group.ended, ...group.read];
      if (outer.read.length * choices.length > mostAlternatives) return [pattern];
      outer.read = outer.read.flatMap((before) => choices.map((choice) => before + choice));
    } else group.read = group.read.map((before) => before + sign);
  }
  return groups.length === 1 ? groups[0]!.read : [pattern];
}

/** Between a glob and a condition: no glob and no name has it. */
const conditionMark = '\u0001';

/** A rule that holds where an entry beside it has a name. @param name where `$(basename)` stands for its own, without the last ending */
export function ruleWhen(glob: string, name: string): string {
  return glob + conditionMark + name;
}

function siblingOf(path: string, name: string): string {
  const own = path.slice(path.lastIndexOf('/') + 1).replace(/(?<=.)\.[^.]*$/, '');
  return name.replace('$(basename)', () => own);
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

/** The glob pattern of one path; parentheses, bars, plus signs and quotation marks mean themselves in any. */
export function onlyThis(path: string): string {
  return path.replaceAll(/[\\*?[\]{}]/g, String.raw`\$&`);
}
