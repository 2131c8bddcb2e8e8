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

/** For example `8 not UTF-8 text, 3 generated`: the most frequent reasons first. @param leftOut not nothing */
export function summarizeReasons(leftOut: readonly LeftOut[], most: number): Sentence {
  const counts = new Map<LeftOutReason, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([reason, count]) => say`${count} ${leftOutReasons[reason]}`)
    .reduce((before, next) => say`${before}, ${next}`);
}
