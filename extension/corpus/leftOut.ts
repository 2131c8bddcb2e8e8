import type { LeftOutReason } from '../protocol/corpus.ts';

/** Why a file or folder does not enter the corpus, in words for a person. */
export const leftOutReasons = {
  versionControl: 'kept by version control',
  ignored: 'ignored by .gitignore',
  excluded: 'excluded by settings',
  dependency: 'third-party code',
  secret: 'may hold secrets',
  lockFile: 'lock file',
  generated: 'generated',
  minified: 'minified',
  media: 'media or data',
  binary: 'not UTF-8 text',
  tooLarge: 'too large',
  empty: 'empty',
  duplicate: 'the same as another file',
  nearDuplicate: 'nearly the same as another file',
  link: 'a link or no regular file',
  unreadable: 'unreadable',
  changed: 'changed since the model was trained',
  known: 'known to the model already',
  beyondBudget: 'more than is learnt from at once',
} as const satisfies Record<LeftOutReason, string>;

export interface LeftOut {
  /** relative to the workspace, as a document's; a folder, which stands for all that is in it, ends with a slash */
  readonly path: string;
  readonly reason: LeftOutReason;
  /** of the file; absent where nobody had to look */
  readonly size?: number;
}

/** For example `8 not UTF-8 text, 3 generated`: the most frequent reasons first. */
export function summarizeReasons(leftOut: readonly LeftOut[], most: number): string {
  const counts = new Map<LeftOutReason, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([reason, count]) => `${count} ${leftOutReasons[reason]}`)
    .join(', ');
}
