import { type Corpus, readCorpus } from '../corpus/corpus.ts';
import { type Document, wholeTexts } from '../corpus/split.ts';
import type { FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { CorpusRequest, Provenance } from '../protocol/training.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { learntCorpora, type LearntCorpus } from './provenance.ts';

/** What is left of the text that a model has learnt from, split as it was then. */
export interface KnownText {
  readonly documents: readonly Document[];
  /** whose text it is */
  readonly corpora: readonly LearntCorpus[];
}

/** What a model has learnt from, without what is excluded by now: that is not to be learnt or repeated any more. */
export function withoutExcluded<Corpus extends CorpusRequest>(
  corpus: Corpus,
  exclude: readonly string[],
): Corpus {
  return { ...corpus, exclude: [...new Set([...corpus.exclude, ...exclude])] };
}

/**
 * Reads the text that a model has learnt from where it still is what was learnt; folders that are gone are passed over.
 * @param replay more of it
 * @param exclude glob patterns of what must not be repeated
 * @throws {NihiloError} trainingCancelled
 */
export async function readKnownText(
  files: FileSystem,
  provenance: Provenance | null,
  replay: CorpusRequest | null,
  exclude: readonly string[],
  seed: number,
  shouldStop: () => boolean,
): Promise<KnownText> {
  const replayed = replay === null ? null : { ...replay, readAtMs: Date.now() };
  const asked = [
    ...learntCorpora(provenance).map((corpus) => ({ corpus, unchangedSinceMs: corpus.readAtMs })),
    ...(replayed === null ? [] : [{ corpus: replayed, unchangedSinceMs: Infinity }]),
  ];
  const documents: Document[] = [];
  const corpora: LearntCorpus[] = [];
  for (const { corpus, unchangedSinceMs } of asked) {
    const known = wholeTexts(documents);
    const read = await orNothing(() =>
      readCorpus(files, withoutExcluded(corpus, exclude), { seed, unchangedSinceMs, known, shouldStop }),
    );
    // As it was: what is gone or excluded by now is in the weights all the same.
    if (read !== null || corpus !== replayed) corpora.push(corpus);
    documents.push(...(read?.documents ?? []));
  }
  return { documents, corpora };
}

/** Of each corpus what is there, in their order; nothing for one that is gone. */
export function readCorpora(
  files: FileSystem,
  corpora: readonly CorpusRequest[],
  seed: number,
): Promise<(readonly Document[])[]> {
  return readEach(files, corpora, seed, () => Infinity);
}

/** The same without what was changed after it was learnt. */
export function readUnchanged(
  files: FileSystem,
  corpora: readonly LearntCorpus[],
  seed: number,
): Promise<(readonly Document[])[]> {
  return readEach(files, corpora, seed, ({ readAtMs }) => readAtMs);
}

async function readEach<Corpus extends CorpusRequest>(
  files: FileSystem,
  corpora: readonly Corpus[],
  seed: number,
  unchangedSince: (corpus: Corpus) => number,
): Promise<(readonly Document[])[]> {
  const found: (readonly Document[])[] = [];
  for (const corpus of corpora) {
    const unchangedSinceMs = unchangedSince(corpus);
    const read = await orNothing(() => readCorpus(files, corpus, { seed, unchangedSinceMs }));
    found.push(read?.documents ?? []);
  }
  return found;
}

/** null where there is nothing to read */
async function orNothing(read: () => Promise<Corpus>): Promise<Corpus | null> {
  try {
    return await read();
  } catch (error) {
    const absent = error instanceof NihiloError && ['corpusEmpty', 'folderUnreadable'].includes(error.code);
    if (!absent) throw error;
    return null;
  }
}

/** Tokens of each document that is held out, or of each that is not. */
export function encoded(
  tokenizer: Tokenizer,
  documents: readonly Document[],
  side: 'training' | 'heldOut',
): Uint16Array[] {
  return documents
    .filter(({ heldOut }) => heldOut === (side === 'heldOut'))
    .map(({ bytes }) => tokenizer.encode(bytes));
}
