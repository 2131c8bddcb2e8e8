import { readCorpus, readTexts } from '../corpus/corpus.ts';
import { hashText } from '../corpus/hash.ts';
import { findNearDuplicates } from '../corpus/similarity.ts';
import type { Text } from '../corpus/split.ts';
import type { FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { CorpusRequest } from '../protocol/training.ts';
import type { ByteRange } from './heldOutText.ts';

/** What is kept apart: a tenth of the files, whole folders of the same size, or what the newest commits add. */
export const splitNames = ['files', 'folders', 'commits'] as const;
export type SplitName = (typeof splitNames)[number];

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

const heldOutShare = 0.1;
/** A larger part of a workspace is no new corner of it. */
const mostShare = 0.3;

/**
 * By folders: whole ones, chosen by the seed, until they have a tenth of the text, so that what they define is used nowhere else. Files
 * in them that nearly repeat a training file are dropped.
 * @throws {NihiloError} corpusTooSmall, when no folder may be chosen; as readCorpus does
 */
export async function splitByFolders(
  files: FileSystem,
  request: CorpusRequest,
  seed: number,
  onProgress: (files: number) => void,
): Promise<EvaluationSplit> {
  const { texts } = await readTexts(files, request, { onProgress });
  const sorted = texts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const chosen = chosenFolders(sorted, seed);
  const isChosen = ({ path }: Text): boolean => chosen.has(folderOf(path));
  const training = sorted.filter((text) => !isChosen(text));
  const apart = sorted.filter(isChosen);
  if (training.length === 0 || apart.length === 0) {
    throw new NihiloError(
      'corpusTooSmall',
      say`--split folders should be of a folder with several folders of text, of which one has at most ${100 * mostShare} % of it, and ${request.folders.join(', ')} has none; use --split files.`,
    );
  }
  const isRepeated = findNearDuplicates(
    apart.map(({ bytes }) => bytes),
    training.map(({ bytes }) => bytes),
  );
  const heldOut = apart.filter((_, i) => !isRepeated[i]);
  return {
    training,
    heldOut: heldOut.map(({ path, bytes }) => ({ path, bytes, added: null })),
    nearDuplicates: apart.length - heldOut.length,
  };
}

function chosenFolders(texts: readonly Text[], seed: number): ReadonlySet<string> {
  const sizes = new Map<string, number>();
  let all = 0;
  for (const { path, bytes } of texts) {
    sizes.set(folderOf(path), (sizes.get(folderOf(path)) ?? 0) + bytes.length);
    all += bytes.length;
  }
  const ranked = [...sizes]
    .map(([folder, size]) => ({ folder, size, hash: hashText(`${seed}/${folder}`) }))
    .sort((a, b) => a.hash - b.hash || (a.folder < b.folder ? -1 : 1));
  const chosen = new Set<string>();
  let bytes = 0;
  for (const { folder, size } of ranked) {
    if (bytes >= heldOutShare * all) break;
    if (bytes + size > mostShare * all) continue;
    chosen.add(folder);
    bytes += size;
  }
  return chosen;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
