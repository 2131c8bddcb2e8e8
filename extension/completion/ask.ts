import type { Question } from './suggester.ts';

/**
 * What the engine has to do for an ask: another document or another place of it is the `first` there; behind it come those of who types on,
 * `next`, for which hardly anything has changed.
 */
export type AskKind = 'first' | 'next';

/** Nobody types as much between two asks; it was pasted. */
const mostTyped = 100;

/** @param before the question that the engine was asked last; null: none */
export function askKind(before: Question | null, now: Question): AskKind {
  if (before === null || before.name !== now.name || before.place.suffix !== now.place.suffix) return 'first';
  const [shorter, longer] = [before.place.prefix, now.place.prefix].toSorted((a, b) => a.length - b.length);
  const isTyped = longer!.length - shorter!.length <= mostTyped && longer!.startsWith(shorter!);
  return isTyped ? 'next' : 'first';
}
