import { readCorpus } from '../corpus/corpus.ts';
import type { FileSystem } from '../platform/platform.ts';
import type { CorpusRequest } from '../protocol/training.ts';
import type { ByteRange } from './heldOutText.ts';

/** What predictors learn from, and what they are judged by. */
export interface EvaluationSplit {
  /** in the order of their paths */
  readonly training: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly heldOut: readonly {
    readonly path: string;
    readonly bytes: Uint8Array;
    /** null: all of it counts */
    readonly added: readonly ByteRange[] | null;
  }[];
  readonly nearDuplicates: number;
}

/** By files: a tenth of them, chosen by the seed. @throws {NihiloError} as readCorpus does */
export async function splitByFiles(
  files: FileSystem,
  request: CorpusRequest,
  seed: number,
  onProgress: (files: number) => void,
): Promise<EvaluationSplit> {
  const { documents, leftOut } = await readCorpus(files, request, { seed, onProgress });
  return {
    training: documents.filter(({ heldOut }) => !heldOut),
    heldOut: documents
      .filter(({ heldOut }) => heldOut)
      .map(({ path, bytes }) => ({ path, bytes, added: null })),
    nearDuplicates: leftOut.filter(({ reason }) => reason === 'nearDuplicate').length,
  };
}
