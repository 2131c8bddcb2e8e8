import type { CorpusRequest, Provenance } from '../protocol/training.ts';

/** Text that is in a model's weights. */
export interface LearntCorpus extends CorpusRequest {
  /** ms since 1970 when all of it was read: what was changed later is not in the weights */
  readonly readAtMs: number;
}

/** Each with its own time: one that is of none was read when all were. */
export function learntCorpora(provenance: Provenance | null): LearntCorpus[] {
  if (provenance === null) return [];
  return provenance.corpora.map((corpus) => ({ readAtMs: provenance.readAtMs, ...corpus }));
}

/**
 * Of the same folders, what one of them has read is in the model: excluded is only what all of them exclude. A later reading that leaves
 * out what an earlier one had did not see what was changed there: the earlier time stays.
 * @param corpora in the order in which they were read
 */
export function withoutRepetition(corpora: readonly LearntCorpus[]): LearntCorpus[] {
  const byFolders = new Map<string, LearntCorpus>();
  for (const corpus of corpora) {
    const key = JSON.stringify(corpus.folders);
    const known = byFolders.get(key) ?? corpus;
    const exclude = corpus.exclude.filter((glob) => known.exclude.includes(glob));
    const isWhole = exclude.length === corpus.exclude.length;
    byFolders.set(key, { ...corpus, exclude, readAtMs: isWhole ? corpus.readAtMs : known.readAtMs });
  }
  return [...byFolders.values()];
}
