import type { AskedCall, CallMessage } from './calling.ts';
import type { PlainError } from './errors.ts';
import type { FileChange, WorkspaceIndex } from './indexing.ts';
import type { ModelConfig, PresetName } from './model.ts';
import type { RemoteEndpoint, RemoteStatus } from './remote.ts';
import type { Precedent } from './precedent.ts';
import type { Parts, PartsAlong } from './parts.ts';
import type { NamedToken } from './tokenBytes.ts';
import type { WorkspaceText } from './workspaceText.ts';

/** One candidate for the next token. */
export interface ScoredToken extends NamedToken {
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

export interface InspectedToken extends NamedToken {
  /** byte offset in the text that was sent */
  readonly start: number;
}

/** A text that may come next. */
export interface Candidate {
  /** what would be inserted at the cursor; empty when nothing is likely enough */
  readonly text: string;
  /** how likely all of it is; 0 without text */
  readonly probability: number;
  readonly tokens: readonly ScoredToken[];
  /**
   * where it may end, behind each token, and within one where others at its place go another way: how much of `text` there is, in UTF-16 code
   * units; only whole characters
   */
  readonly ends: readonly number[];
  /** for each end: how likely the text is up to it */
  readonly probabilities: readonly number[];
  /** and how likely the rest of the line follows there; null where that was not asked for */
  readonly follows: readonly number[] | null;
  /** and whether it would more likely than not break a part of a word to end there */
  readonly withinWord: readonly boolean[];
  /** and of how many tokens it is, be it the beginning of the last */
  readonly made: readonly number[];
  /** how likely it would be with the token that was not likely enough; null where another reason ended it */
  readonly unlikely: number | null;
  readonly stop: StopReason;
}

export interface Completion extends Candidate {
  /** other texts, as many as were asked for at most, that begin with other tokens, likelier beginnings first */
  readonly alternatives: readonly Candidate[];
  /** what the model asks for, where it may ask and does; the completion is what there is without an answer */
  readonly asks: AskedCall | null;
  /** that the texts were chosen by, where there was an answer */
  readonly message: CallMessage | null;
  readonly milliseconds: number;
}

/**
 * Why a completion goes no further: the last line or the text ends here; it would not be likely enough; there are as many tokens as were
 * asked for or fit into the context; the cancellation flag or the time cap.
 */
export type StopReason = 'lineEnd' | 'unlikely' | 'limit' | 'cut';

export interface CompletionOptions {
  /** a completion ends before the product of its tokens' probabilities falls below this */
  readonly leastProbability: number;
  readonly maxTokens: number;
  readonly maxMilliseconds: number;
  /** absent: one */
  readonly maxLines?: number;
  /** so many other texts beside the likeliest; absent: none */
  readonly alternatives?: number;
  /** how likely the rest of the line follows is told, too */
  readonly restFollows?: boolean;
  /** the application can be asked for names; absent: it can't */
  readonly calls?: boolean;
  /** names that it has returned: the texts begin with one of them */
  readonly returned?: readonly string[];
  /** of the transformer alone; absent: the most likely token, always */
  readonly sampling?: SamplingOptions & { readonly seed: number };
}

/** A word that may come next. */
export interface ScoredWord {
  /** as a whole */
  readonly word: string;
  /** so many characters of it stand before the cursor already */
  readonly typed: number;
  readonly probability: number;
}

export interface WordOptions {
  /** most words */
  readonly count: number;
  /** less likely ones are left out */
  readonly minProbability: number;
  readonly maxMilliseconds: number;
}

export interface SamplingOptions {
  /** 0 = the most likely token, always; 1 = as the model says; above = flatter */
  readonly temperature: number;
  /** only the k most likely tokens; all when absent */
  readonly topK?: number;
  /** only the most likely tokens that together reach this probability; all when absent */
  readonly topP?: number;
}

/** Whether a proposed text was right, and how likely the model took it to be. */
export interface Trial {
  /** above 0, at most 1 */
  readonly probability: number;
  readonly right: boolean;
  /** how much it counts */
  readonly weight: number;
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

/** Where the text before a place has been seen before. */
export interface EarlierMatch {
  /** how much of the text's end: tokens */
  readonly tokens: number;
  /** how often it stands elsewhere */
  readonly count: number;
  /** the first of them: a file as the corpus names it; the text that followed begins on this line of it, from 1 */
  readonly places: readonly { readonly file: string; readonly line: number }[];
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
  /** a server whose model takes part from now on; null: none does, and nothing is asked of anybody */
  | { readonly type: 'remote'; readonly id: number; readonly endpoint: RemoteEndpoint | null }
  /** counts that replace those before, and the files they were made of */
  | { readonly type: 'index'; readonly id: number; readonly index: WorkspaceIndex }
  /** there is no index any more */
  | { readonly type: 'dropIndex'; readonly id: number }
  /** files have changed; those of another edition than the index's are as old as it; null: whatever the index */
  | {
      readonly type: 'learn';
      readonly id: number;
      readonly edition: number | null;
      readonly changes: readonly FileChange[];
    }
  /** another document is being written from now on: what can be done before the first completion is done */
  | {
      readonly type: 'open';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
    }
  /** completions at places whose rest is known, in a file that the model is new to; cancelled as completions are */
  | { readonly type: 'try'; readonly id: number; readonly seed: number }
  /** the likeliest words at the cursor, from the index alone */
  | {
      readonly type: 'words';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
      readonly options: WordOptions;
    }
  | {
      readonly type: 'find';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
      /** the last word is still being written: it is not looked for */
      readonly isTyped: boolean;
    }
  /** what the workspace has of a text that may come behind `prefix` */
  | {
      readonly type: 'precedent';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
      /** not empty */
      readonly coming: string;
    }
  /** text of the workspace in the model's tokens, to be read by it */
  | { readonly type: 'passages'; readonly id: number }
  /** how often each of the model's tokens stands in the workspace */
  | { readonly type: 'frequencies'; readonly id: number }
  /** what each part of the mixture says of tokens at a place of a document */
  | {
      readonly type: 'parts';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
      /** byte offset in prefix and suffix together: the token behind it is predicted */
      readonly at: number;
      readonly tokens: readonly number[];
    }
  /** and of tokens that come one after the other behind `prefix`, the first of them with what is typed of them */
  | {
      readonly type: 'along';
      readonly id: number;
      readonly prefix: string;
      readonly open: OpenDocument;
      readonly tokens: readonly NamedToken[];
    };

/** to the predictor: a request, or, where no memory is shared, the highest id of a completion that nobody waits for any more */
export type PredictorMessage = PredictorRequest | { readonly type: 'cancel'; readonly upTo: number };

/** What may be called off while it is answered. */
export function isCancellable({ type }: Pick<PredictorRequest, 'type'>): boolean {
  return type === 'complete' || type === 'words' || type === 'try';
}

export interface ModelSummary {
  readonly checkpoint: string;
  /** SHA-256 of its tokenizer: models of the same one cut texts alike, and number tokens alike */
  readonly tokenizer: string;
  readonly config: ModelConfig;
  readonly parameters: number;
  readonly steps: number;
  /** that its training took, pauses aside */
  readonly seconds: number;
  /** null where nobody has scored it */
  readonly heldOutBitsPerByte: number | null;
  /** of what others have trained it says nothing */
  readonly preset: PresetName;
}

export interface Inspection {
  /** what stages ask about; only the last few runs are known */
  readonly run: number;
  /** of the model */
  readonly layers: number;
  readonly heads: number;
  readonly hiddenSize: number;
  /** tokens around the cursor as the model sees them (at most its context), the cursor's place among them */
  readonly tokens: readonly InspectedToken[];
  /** number of tokens before the cursor */
  readonly cursor: number;
  readonly position: number;
  readonly distribution: Distribution;
}

export type PredictorReply =
  | { readonly type: 'loaded'; readonly id: number; readonly model: ModelSummary }
  | {
      readonly type: 'completed';
      readonly id: number;
      readonly completion: Completion;
      /** how a server's part in it went; null: none was to take part */
      readonly remote: RemoteStatus | null;
    }
  | { readonly type: 'remoteChanged'; readonly id: number }
  | { readonly type: 'indexed'; readonly id: number; readonly predicting: Predicting }
  | { readonly type: 'indexDropped'; readonly id: number }
  /** `outdated`: more was counted than the index has room for */
  | { readonly type: 'learnt'; readonly id: number; readonly outdated: boolean }
  | { readonly type: 'opened'; readonly id: number }
  | { readonly type: 'tried'; readonly id: number; readonly trials: readonly Trial[] }
  | { readonly type: 'worded'; readonly id: number; readonly words: readonly ScoredWord[] }
  | { readonly type: 'found'; readonly id: number; readonly match: EarlierMatch | null }
  | { readonly type: 'precedent'; readonly id: number; readonly precedent: Precedent | null }
  | { readonly type: 'parts'; readonly id: number; readonly parts: Parts | null }
  | { readonly type: 'along'; readonly id: number; readonly parts: PartsAlong | null }
  /** null before there is an index of the model's tokens */
  | { readonly type: 'passages'; readonly id: number; readonly text: WorkspaceText | null }
  | { readonly type: 'frequencies'; readonly id: number; readonly counts: Uint32Array | null }
  | { readonly type: 'failed'; readonly id: number; readonly error: PlainError };
