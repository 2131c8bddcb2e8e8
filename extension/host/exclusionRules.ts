import { type Exclusion, exclusion, onlyThis } from '../corpus/globs.ts';
import { conditionalGlobs, excludedGlobs } from './settings.ts';

/** The value of `nihilo.exclude` that leaves one more file or folder out. @param path relative to the folder of the workspace, without a slash at its end */
export function excluding(rules: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> {
  return { ...rules, [onlyThis(path)]: true };
}

/** The value without the rule for exactly this path; null when there is none. */
export function including(
  rules: Readonly<Record<string, unknown>>,
  path: string,
): Record<string, unknown> | null {
  const own = onlyThis(path);
  if (rules[own] !== true) return null;
  const { [own]: _, ...others } = rules;
  return others;
}

/** The rule that leaves a path out, which may leave out others, too. What it hangs on is taken to be there. */
export function ruleFor(rules: unknown, path: string): string | null {
  return excludingGlob([...excludedGlobs(rules), ...conditionalGlobs(rules).map(({ glob }) => glob)], path);
}

/** Asked at every key; the same few globs each time. */
const compiled = new Map<string, Exclusion>();
const mostCompiled = 500;

function compiledGlob(glob: string): Exclusion {
  const known = compiled.get(glob);
  if (known !== undefined) return known;
  if (compiled.size >= mostCompiled) compiled.clear();
  const excluded = exclusion([glob]);
  compiled.set(glob, excluded);
  return excluded;
}

/** The glob that a file, or a folder around it, agrees with; null: none. */
export function excludingGlob(globs: readonly string[], path: string): string | null {
  const names = path.split('/');
  const paths = names.map((_, i) => names.slice(0, i + 1).join('/'));
  return globs.find((glob) => paths.some((part) => compiledGlob(glob)(part))) ?? null;
}
