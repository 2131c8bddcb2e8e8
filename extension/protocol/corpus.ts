import type { CorpusRequest } from './training.ts';

/** Why a file or folder does not enter the corpus. */
export type LeftOutReason =
  | 'versionControl'
  | 'ignored'
  | 'excluded'
  | 'dependency'
  | 'secret'
  | 'lockFile'
  | 'generated'
  | 'minified'
  | 'media'
  | 'binary'
  | 'tooLarge'
  | 'empty'
  | 'duplicate'
  | 'nearDuplicate'
  | 'link'
  | 'unreadable'
  | 'changed'
  | 'known'
  | 'beyondBudget';

export type CorpusSide = 'learnt' | 'leftOut';

/** A page of what is in one folder of what is learnt from, or of what is left out. */
export interface CorpusQuery {
  readonly corpus: CorpusRequest;
  /** absolute path of the model's folder, whether it exists or not */
  readonly checkpoint: string;
  /** the folders are read anew when it is another one than before */
  readonly edition: number;
  readonly side: CorpusSide;
  /** as the corpus names it, with a slash at its end; '': the top */
  readonly folder: string;
  /** so many entries are passed over */
  readonly from: number;
}

export interface CorpusEntry {
  /** as the corpus names it; a folder ends with a slash */
  readonly path: string;
  /** 1 for a file; of a folder that is left out as a whole nobody counts them: 0 */
  readonly files: number;
  /** of the text that is learnt, or of the file on the disk; null: not known */
  readonly bytes: number | null;
  /** secrets that are replaced before anything is learnt */
  readonly secrets: number;
  /** null for what is learnt, and for a folder in which something is left out */
  readonly reason: LeftOutReason | null;
  /** left out by now, yet the trained model has learnt from it */
  readonly inModel: boolean;
}

export interface CorpusPage {
  /** folders first, each kind in the order of its names */
  readonly entries: readonly CorpusEntry[];
  /** entries of the folder, those of other pages included */
  readonly total: number;
  /** of the folder with all that is in it */
  readonly files: number;
  readonly bytes: number;
}

/** Most entries of a page: an editor takes them up in a few milliseconds. */
export const pageEntries = 500;
