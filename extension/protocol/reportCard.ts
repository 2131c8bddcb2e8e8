import type { PlainError } from './errors.ts';
import type { CorpusRequest } from './training.ts';

/** Who helps somebody to type: counts and transformer together, counts alone, or the editor's suggestions of words. */
export type Contestant = 'together' | 'counts' | 'words';

/** Shares are of 1. */
export interface ReportRow {
  readonly contestant: Contestant;
  /** of the keys that it takes to type the lines */
  readonly savedKeystrokes: number;
  /** null: words have no probabilities */
  readonly bitsPerByte: number | null;
  readonly top1: number | null;
}

/** How good a model is on files of its workspace that it has not learnt from. */
export interface ReportCard {
  /** in the order of `Contestant` */
  readonly rows: readonly ReportRow[];
  /** that it was judged by */
  readonly files: number;
  readonly bytes: number;
  /** that were typed */
  readonly lines: number;
  /** where suggestions of words were better: from the open document alone, or from all of its language */
  readonly wordsOf: 'document' | 'workspace';
  readonly seconds: number;
}

export interface ReportRequest {
  readonly corpus: CorpusRequest;
  /** absolute path of the model's folder */
  readonly checkpoint: string;
  readonly reproducible: boolean;
  /** after so long no other file is judged, unless there were too few */
  readonly seconds: number;
}

/** from the reporter; `share`: of the time, or of the work where that is sooner done */
export type ReportEvent =
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'done'; readonly card: ReportCard }
  | { readonly type: 'failed'; readonly error: PlainError };
