import { mapConcurrently } from '../corpus/concurrency.ts';
import { readAnyTexts } from '../corpus/corpus.ts';
import { Inventory } from '../corpus/inventory.ts';
import type { LeftOut } from '../corpus/leftOut.ts';
import { fileOfPath, pathBelow, rootOf, workspaceRoots } from '../corpus/roots.ts';
import { type Exclusion, exclusionIn } from '../corpus/globs.ts';
import { readTrainerState } from '../engine/checkpoint.ts';
import type { FileSystem } from '../platform/platform.ts';
import type { CorpusEntry, CorpusPage, CorpusQuery } from '../protocol/corpus.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { CorpusRequest, Provenance } from '../protocol/training.ts';

/** Of so many files that are left out by their names it is looked how large they are. */
const mostSizes = 5_000;

/** Answers what is asked of a workspace from one reading of it, until another is asked for. */
export class Lister {
  readonly #files: FileSystem;
  #edition = -1;
  #inventory: Promise<Inventory> | null = null;

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** @throws {NihiloError} folderUnreadable */
  async page(query: CorpusQuery): Promise<CorpusPage> {
    if (this.#inventory === null || query.edition !== this.#edition) {
      this.#edition = query.edition;
      this.#inventory = listCorpus(this.#files, query);
    }
    return (await this.#inventory).page(query);
  }
}

/**
 * What is learnt from in a workspace and what is not: by the reading and judging that the index is made with.
 * @throws {NihiloError} folderUnreadable
 */
async function listCorpus(
  files: FileSystem,
  { corpus, checkpoint }: Pick<CorpusQuery, 'corpus' | 'checkpoint'>,
): Promise<Inventory> {
  const { texts, leftOut } = await readAnyTexts(files, corpus, {});
  const provenance = await provenanceAt(files, checkpoint);
  const sized = await withSizes(files, corpus, leftOut);
  return new Inventory(
    texts.map(({ path, bytes, secrets = 0 }) => {
      return { path, files: 1, bytes: bytes.length, secrets, reason: null, inModel: false };
    }),
    sized.map(({ path, reason, size }): CorpusEntry => {
      const inModel = reason === 'excluded' && wasLearnt(corpus, provenance, path);
      const count = path.endsWith('/') ? 0 : 1;
      return { path, files: count, bytes: size ?? null, secrets: 0, reason, inModel };
    }),
  );
}

async function withSizes(
  files: FileSystem,
  { folders }: CorpusRequest,
  leftOut: readonly LeftOut[],
): Promise<readonly LeftOut[]> {
  const roots = workspaceRoots(folders);
  let looks = 0;
  return mapConcurrently(leftOut, async (entry) => {
    const isKnown = entry.size !== undefined || entry.path.endsWith('/') || entry.reason === 'link';
    const file = isKnown || ++looks > mostSizes ? null : fileOfPath(roots, entry.path);
    if (file === null) return entry;
    try {
      return { ...entry, size: await files.size(file) };
    } catch (error) {
      if (error instanceof NihiloError) return entry;
      throw error;
    }
  });
}

/** A model that can't be read has learnt nothing that could be told. */
async function provenanceAt(files: FileSystem, checkpoint: string): Promise<Provenance | null> {
  try {
    return (await readTrainerState(files, checkpoint)).provenance;
  } catch (error) {
    if (error instanceof NihiloError) return null;
    throw error;
  }
}

/**
 * Whether no rule kept a file or folder out when the model was trained. One that came later counts likewise: what was saved may have been
 * learnt, too.
 */
function wasLearnt({ folders }: CorpusRequest, provenance: Provenance | null, path: string): boolean {
  const target = fileOfPath(workspaceRoots(folders), path.replace(/\/$/, ''));
  if (provenance === null || target === null) return false;
  return provenance.corpora.some((then) => {
    const root = rootOf(workspaceRoots(then.folders), target);
    return root !== null && !isExcluded(exclusionIn(root.folder, then.exclude), pathBelow(root, target));
  });
}

/** A path, or a folder that it is in. */
function isExcluded(excluded: Exclusion, path: string): boolean {
  const names = path.split('/');
  return names.some((_, i) => excluded(names.slice(0, i + 1).join('/')));
}
