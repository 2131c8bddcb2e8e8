import { exclusion, onlyThis } from '../corpus/globs.ts';

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

/** The rule that leaves a path out, which may leave out others, too. */
export function ruleFor(rules: Readonly<Record<string, unknown>>, path: string): string | null {
  const names = path.split('/');
  const places = names.map((_, i) => names.slice(0, i + 1).join('/'));
  const isOn = ([, value]: readonly [string, unknown]): boolean => value === true;
  for (const [glob] of Object.entries(rules).filter(isOn)) {
    const excluded = exclusion([glob]);
    if (places.some((place) => excluded(place))) return glob;
  }
  return null;
}
