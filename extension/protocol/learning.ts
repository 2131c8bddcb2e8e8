import type { PlainError } from './errors.ts';
import type { BeforeAndAfter } from './training.ts';

/** How much is learnt at a save; at least one step. */
export type SaveLimit = { readonly ms: number } | { readonly steps: number };

/** What became of a saved document. */
export interface SaveOutcome {
  /** of the way that the steps went, what is kept; 0: held-out text would have cost more, and the weights are as before */
  readonly share: number;
  readonly steps: number;
  /** of the changed part */
  readonly newTokens: number;
  /** bits per byte on sampled held-out text, of the weights that were tried last */
  readonly heldOut: BeforeAndAfter;
  readonly ms: number;
}

export interface SaveLearning {
  /** absolute path of the model's folder, read at first and written now and then */
  readonly checkpoint: string;
  readonly limit: SaveLimit;
  readonly threads: number;
  readonly memoryLimitMb: number;
  /** glob patterns of what must not be learnt any more, or repeated, whatever the model was trained on */
  readonly exclude: readonly string[];
  /** between two writings */
  readonly writeEveryMs: number;
}

/** to the worker that learns on save */
export type SaveCommand =
  | { readonly type: 'open'; readonly learning: SaveLearning }
  /** absolute path of a file that was saved */
  | { readonly type: 'learn'; readonly file: string }
  /** write what is not written yet, then say `closed` */
  | { readonly type: 'close' };

/** from it */
export type SaveEvent =
  /** outcome null: the file is held out, left out of what is learnt from, or holds nothing new */
  | { readonly type: 'learnt'; readonly outcome: SaveOutcome | null }
  | { readonly type: 'written' }
  | { readonly type: 'closed' }
  /** nothing more is learnt */
  | { readonly type: 'failed'; readonly error: PlainError };
