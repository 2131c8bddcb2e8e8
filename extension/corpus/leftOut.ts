import type { LeftOutReason } from '../protocol/corpus.ts';
import { say, type Sentence } from '../protocol/sentence.ts';

/** Why a file or folder does not enter the corpus, in words for a person. */
export const leftOutReasons: Readonly<Record<LeftOutReason, Sentence>> = {
  versionControl: say`kept by version control`,
  ignored: say`ignored by .gitignore`,
  excluded: say`excluded by settings`,
  dependency: say`third-party code`,
  secret: say`may hold secrets`,
  lockFile: say`lock file`,
  generated: say`generated`,
  minified: say`minified`,
  media: say`media or data`,
  binary: say`not UTF-8 text`,
  tooLarge: say`too large`,
  empty: say`empty`,
  duplicate: say`the same as another file`,
  nearDuplicate: say`nearly the same as another file`,
  link: say`a link or no regular file`,
  unreadable: say`unreadable`,
  changed: say`changed since the model was trained`,
  known: say`known to the model already`,
  beyondBudget: say`more than is learnt from at once`,
};

export interface LeftOut {
  /** relative to the workspace, as a document's; a folder, which stands for all that is in it, ends with a slash */
  readonly path: string;
  readonly reason: LeftOutReason;
  /** of the file; absent where nobody had to look */
  readonly size?: number;
}

/** How many files, or folders as wholes, are left out for each reason. */
export type LeftOutCounts = Partial<Record<LeftOutReason, number>>;

/** @param counts is added to */
export function countLeftOut(counts: LeftOutCounts, reason: LeftOutReason, times = 1): void {
  counts[reason] = (counts[reason] ?? 0) + times;
}

/** For example `8 not UTF-8 text, 3 generated`: the most frequent reasons first. @param leftOut not nothing */
export function summarizeReasons(leftOut: readonly LeftOut[], most: number): Sentence {
  const counts: LeftOutCounts = {};
  for (const { reason } of leftOut) countLeftOut(counts, reason);
  return summarizeCounts(counts, most);
}

/** The same of what was counted. @param counts not nothing */
export function summarizeCounts(counts: LeftOutCounts, most: number): Sentence {
  return (Object.entries(counts) as [LeftOutReason, number][])
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([reason, count]) => say`${count} ${leftOutReasons[reason]}`)
    .reduce((before, next) => say`${before}, ${next}`);
}
