import { vocabularyPage } from '../protocol/stages.ts';
import type { VocabularyRows } from '../protocol/workspaceText.ts';
import { named, type Run } from './subject.ts';

/**
 * Some of the vocabulary by frequency.
 * @param from rank of the first row; null: so that the token at the position is in their middle
 * @param counts how often each token stands in the text, u32[vocabSize]; null: nobody has counted
 */
export function vocabularyOf(
  { subject, ids }: Run,
  from: number | null,
  position: number,
  counts: ArrayLike<number> | null,
): VocabularyRows {
  const size = subject.model.config.vocabSize;
  const countOf = (id: number): number => counts?.[id] ?? 0;
  const ranked = Array.from({ length: size }, (_, id) => id).sort((a, b) => countOf(b) - countOf(a) || a - b);
  const chosen = ranked.indexOf(ids[position]!);
  const first = from ?? chosen - Math.floor(vocabularyPage / 2);
  const start = Math.max(0, Math.min(first, size - vocabularyPage));
  let before = ranked.slice(0, start).reduce((sum, id) => sum + countOf(id), 0);
  const rows = ranked.slice(start, start + vocabularyPage).map((id) => {
    const row = { ...named(subject, id), count: countOf(id), before };
    before += row.count;
    return row;
  });
  const total = counts === null ? null : ranked.reduce((sum, id) => sum + countOf(id), 0);
  return { size, from: start, rows, total, chosen };
}

/** How often each token stands in a text. */
export function countsIn(ids: readonly number[], size: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (const id of ids) counts[id]!++;
  return counts;
}
