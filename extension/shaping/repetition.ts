import { headOf, isBlank, type RefusalReason, type Shaped, type Surroundings } from './place.ts';

/** So many times is a repetition: the same twice in a row is common in code. */
const times = 3;
const longestPeriod = 8;

const tellsSomething = /\p{L}/u;
/** One letter may be part of a sign, as in `\n`. */
const isWord = /\p{L}{2}/u;

/** Ends the text where it begins to repeat itself; refuses one that repeats the lines above it. */
export function withoutRepetition(draft: Shaped, at: Surroundings): Shaped | RefusalReason {
  const lines = draft.text.split('\n');
  const head = headOf(draft, at);
  const whole = lines.map((line, i) => (i === 0 ? head + line : line).trimEnd());
  if (repeatsAbove(whole, at.linesAbove, at.restOfLine.slice(draft.replaced))) return 'repeatsAbove';
  const line = firstRepetition(whole);
  const kept = line === null ? lines : lines.slice(0, line);
  const once = kept.map(withinLine);
  // What stands below a line without its end would be read as its end.
  const cut = once.findIndex((line, i) => line !== kept[i]);
  return { ...draft, text: once.slice(0, cut < 0 ? once.length : cut + 1).join('\n') };
}

/** Whether the first lines are the nearest above, in their order. */
function repeatsAbove(lines: readonly string[], above: readonly string[], rest: string): boolean {
  const written = lines.filter((line) => !isBlank(line));
  if (written.length === 1 && lines[0] === written[0]) written[0] += rest;
  const nearest = above.filter((line) => !isBlank(line)).map((line) => line.trimEnd());
  return (
    written.length > 0 &&
    written.length <= nearest.length &&
    written.some((line) => tellsSomething.test(line)) &&
    written.every((line, i) => line === nearest[nearest.length - written.length + i])
  );
}

/** Index of the line with which a group of lines comes the second of `times` times in a row; null: none does. */
function firstRepetition(lines: readonly string[]): number | null {
  return secondOf(lines, (group) => group.some((line) => tellsSomething.test(line)));
}

/** A line without a group of words and signs that it repeats. */
function withinLine(line: string): string {
  const tokens = line.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]/gu) ?? [];
  const second = secondOf(tokens, (group) => group.some((token) => isWord.test(token)));
  return second === null
    ? line
    : tokens
        .slice(0, second)
        .join('')
        .replace(/[\s,;|&+]+$/, '');
}

function secondOf(items: readonly string[], counts: (group: readonly string[]) => boolean): number | null {
  for (let start = 0; start < items.length; start++) {
    for (let period = 1; period <= longestPeriod && start + times * period <= items.length; period++) {
      const group = items.slice(start, start + period);
      const last = start + times * period;
      const repeats = items.slice(start, last).every((item, i) => item === group[i % period]);
      if (repeats && counts(group)) return start + period;
    }
  }
  return null;
}
