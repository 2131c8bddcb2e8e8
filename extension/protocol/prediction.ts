import type { PlainError } from './errors.ts';
import type { FileChange, WorkspaceIndex } from './indexing.ts';
import type { ModelConfig } from './model.ts';

/** One candidate for the next token. */
export interface ScoredToken {
  readonly id: number;
  /** the token's bytes, as Latin-1 (one character a byte), because a token may end inside a UTF-8 character */
  readonly bytes: string;
  readonly logit: number;
  readonly probability: number;
}

/** The next-token distribution at one position; `top` + `others` totals 1 within 1e-6. */
export interface Distribution {
  readonly top: readonly ScoredToken[];
  readonly others: { readonly count: number; readonly probability: number };
  /** bits */
  readonly entropy: number;
  /** the token that really follows, where there is one, and its rank from 1 */
  readonly actual: (ScoredToken & { readonly rank: number }) | null;
}

export interface InspectedToken {
  readonly id: number;
  readonly bytes: string;
  /** byte offset in the text that was sent */
  readonly start: number;
}

export interface Completion {
  /** what would be inserted at the cursor; empty when nothing is likely enough */
  readonly text: string;
  /** product of the tokens' probabilities */
  readonly probability: number;
  readonly tokens: readonly ScoredToken[];
  readonly milliseconds: number;
  readonly stop: StopReason;
}

/**
 * Why a completion goes no further: the line or the text ends here; no token is likely enough; there are as many as were asked for
 * or fit into the context; the cancellation flag or the time cap.
 */
export type StopReason = 'lineEnd' | 'unlikely' | 'limit' | 'cut';

export interface CompletionOptions {
  /** a token less likely than this ends the completion */
  readonly minTokenProbability: number;
  readonly maxTokens: number;
  readonly maxMilliseconds: number;
  /** absent: the most likely token, always */
  readonly sampling?: SamplingOptions & { readonly seed: number };
}

export interface SamplingOptions {
  /** 0 = the most likely token, always; 1 = as the model says; above = flatter */
  readonly temperature: number;
  /** only the k most likely tokens; all when absent */
  readonly topK?: number;
  /** only the most likely tokens that together reach this probability; all when absent */
  readonly topP?: number;
}

/** The document that is being written. */
export interface OpenDocument {
  /** as the corpus names it, if it does; else any name that no other document has */
  readonly name: string;
  /** text behind the cursor; its end may be cut */
  readonly suffix: string;
}

/** What takes part in completions. */
export type Predicting = 'counts' | 'counts + transformer';

/** Where the text before a cursor has been seen before. */
export interface EarlierMatch {
  /** how much of the text's end: tokens */
  readonly tokens: number;
  /** as the corpus names it; the text that followed begins on this line of the file, from 1 */
  readonly file: string;
  readonly line: number;
}

/** to the predictor; every request is answered once, by `id` */
export type PredictorRequest =
  | {
      readonly type: 'load';
      readonly id: number;
      readonly checkpoint: string;
      readonly reproducible: boolean;
    }
  | {
      readonly type: 'complete';
      readonly id: number;
      /** text before the cursor; its end is what counts, the beginning may be cut */
      readonly prefix: string;
      /** null: a text on its own, which the transformer alone goes on with */
      readonly open: OpenDocument | null;
      readonly options: CompletionOptions;
    }
  /** counts that replace those before, and the files they were made of */
  | { readonly type: 'index'; readonly id: number; readonly index: WorkspaceIndex }
  /** files have changed; those of another edition than the index's are as old as it */
  | {
      readonly type: 'learn';
      readonly id: number;
      readonly edition: number;
      readonly changes: readonly FileChange[];
    }
  /** another document is being written from now on: what can be done before the first completion is done */
  | {
      readonly type: 'open';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
    }
  | {
      readonly type: 'find';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
    }
  | {
      readonly type: 'inspect';
      readonly id: number;
      readonly prefix: string;
      readonly suffix: string;
      /** which token's successor to predict: index into the reply's tokens; null = the last before the cursor */
      readonly position: number | null;
      readonly topK: number;
    };

/** to the predictor: a request, or, where no memory is shared, the highest id of a completion that nobody waits for any more */
export type PredictorMessage = PredictorRequest | { readonly type: 'cancel'; readonly upTo: number };

export interface ModelSummary {
  readonly checkpoint: string;
  readonly config: ModelConfig;
  readonly parameters: number;
  readonly steps: number;
  readonly heldOutBitsPerByte: number;
}

export interface Inspection {
  /** tokens around the cursor as the model sees them (at most its context), the cursor's place among them */
  readonly tokens: readonly InspectedToken[];
  /** number of tokens before the cursor */
  readonly cursor: number;
  readonly position: number;
  readonly distribution: Distribution;
}

export type PredictorReply =
  | { readonly type: 'loaded'; readonly id: number; readonly model: ModelSummary }
  | { readonly type: 'completed'; readonly id: number; readonly completion: Completion }
  | { readonly type: 'indexed'; readonly id: number; readonly predicting: Predicting }
  /** `outdated`: more was counted than the index has room for */
  | { readonly type: 'learnt'; readonly id: number; readonly outdated: boolean }
  | { readonly type: 'opened'; readonly id: number }
  | { readonly type: 'found'; readonly id: number; readonly match: EarlierMatch | null }
  | { readonly type: 'inspected'; readonly id: number; readonly inspection: Inspection }
  | { readonly type: 'failed'; readonly id: number; readonly error: PlainError };
