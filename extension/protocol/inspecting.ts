import type { PlainError } from './errors.ts';
import type { Inspection, ModelSummary } from './prediction.ts';
import type { RunQuestion, StageAnswer } from './stages.ts';
import type { WorkspaceText } from './workspaceText.ts';

/** Of the essay's example, as it opens. */
export const essaySeed = 1;

/** Steps at one learning rate. */
export interface Lesson {
  readonly steps: number;
  readonly rate: number;
}

/** How the essay's model became what it is: from the random numbers of a seed, by lessons. The same way leads to the same bits. */
export interface EssayWay {
  readonly seed: number;
  readonly lessons: readonly Lesson[];
}

/** Of a way that is kept over a reload: it is gone again then, in a second or two. */
export const mostKeptOfWay = { lessons: 40, steps: 10_000 } as const;

/** Where the essay's model stands, and how it came there. */
export interface EssayState extends EssayWay {
  readonly step: number;
  /** mean loss in nats, of the model as it is after each step; of random numbers first */
  readonly losses: readonly number[];
  /** what it would say after "… keeps the doctor", and how likely that and the true word are */
  readonly says: string;
  readonly saysProbability: number;
  readonly trueProbability: number;
  /** the last step was taken back: at that learning rate the numbers grew beyond all bounds */
  readonly diverged: boolean;
}

/** A token of a text, by its bytes, and how surprising it is there. */
export interface Surprise {
  readonly start: number;
  readonly length: number;
  /** −log₂ p */
  readonly bits: number;
  /** among all tokens that might have come, from 1 */
  readonly rank: number;
  /** the likeliest of the others */
  readonly others: readonly { readonly bytes: string; readonly probability: number }[];
}

/** What is done to the essay's model: begun anew from a seed, or taught. */
export type EssayAction =
  | { readonly type: 'begin'; readonly seed: number }
  | { readonly type: 'step'; readonly steps: number; readonly rate: number };

/** What the inspector's thread is started with. */
export interface InspectorData {
  /** the last run that a thread before it has told of: its own have other numbers */
  readonly lastRun: number;
}

/** To the inspector; every request is answered once, by `id`. */
export type InspectingRequest = { readonly id: number } & (
  | { readonly type: 'load'; readonly checkpoint: string; readonly reproducible: boolean }
  | {
      readonly type: 'inspect';
      readonly prefix: string;
      readonly suffix: string;
      /** which token's successor to predict: index into the reply's tokens; null = the last before the cursor */
      readonly position: number | null;
      readonly topK: number;
    }
  /** what becomes of the essay's model of a page, on this way */
  | { readonly type: 'essay'; readonly page: string; readonly way: EssayWay }
  | {
      readonly type: 'inspectEssay';
      readonly page: string;
      readonly way: EssayWay;
      readonly position: number | null;
      readonly topK: number;
    }
  /** how surprising each token of a text is that ends behind its byte `from` and not behind its byte `to` */
  | { readonly type: 'surprises'; readonly text: string; readonly from: number; readonly to: number }
  /** text of the workspace in the loaded model's tokens: what `firingLines` is asked of from now on */
  | { readonly type: 'read'; readonly text: WorkspaceText }
  | {
      readonly type: 'ask';
      /** of an inspection; only those of the last few are known */
      readonly run: number;
      readonly question: RunQuestion;
    }
);

/** A request, or that nobody waits for one any more. */
export type InspectingMessage = InspectingRequest | { readonly type: 'cancel'; readonly id: number };

/** What a request of each type is answered with. */
export interface InspectingAnswers {
  readonly load: ModelSummary;
  readonly inspect: Inspection;
  readonly essay: EssayState;
  readonly inspectEssay: Inspection;
  readonly surprises: readonly Surprise[];
  readonly read: null;
  readonly ask: StageAnswer;
}

export type InspectingReply = { readonly id: number } & (
  | { readonly type: 'answered'; readonly answer: InspectingAnswers[keyof InspectingAnswers] }
  | { readonly type: 'failed'; readonly error: PlainError }
);
