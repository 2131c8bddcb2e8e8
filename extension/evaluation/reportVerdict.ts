import type { Contestant, ReportCard } from '../protocol/reportCard.ts';

/** Keystrokes saved, in whole percent, as they are said. */
export type SavedPercent = Readonly<Record<Contestant, number>>;

/** Whether it was worth it: better than both of the others, or not. */
export type Verdict = 'ahead' | 'behindCounts' | 'behindWords';

export function savedPercent({ rows }: ReportCard): SavedPercent {
  const of = (wanted: Contestant): number => {
    const row = rows.find(({ contestant }) => contestant === wanted);
    return Math.round(100 * (row?.savedKeystrokes ?? 0));
  };
  return { together: of('together'), counts: of('counts'), words: of('words') };
}

/** By the figures that are shown; a tie is no success. */
export function verdictOf({ together, counts, words }: SavedPercent): Verdict {
  if (together <= words) return 'behindWords';
  return together <= counts ? 'behindCounts' : 'ahead';
}
