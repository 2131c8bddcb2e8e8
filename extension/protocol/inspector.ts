import type { PlainError } from './errors.ts';
import type { EssayAction, EssayState, EssayWay } from './inspecting.ts';
import type { Inspection, ModelSummary } from './prediction.ts';
import type { NumberName, StageAnswer, StageId, StageKind, StageQuestion } from './stages.ts';
import type { SuggestedHere } from './suggested.ts';
import type { TrainingProgress, TrainingSample, TrainingStage, Yardsticks } from './training.ts';

/** Where the inspected text comes from; lines and columns from 1, columns in UTF-16 code units. */
export interface Place {
  readonly uri: string;
  /** path relative to its workspace folder, for people */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a model comes from. */
export type ModelOrigin = 'trained' | 'imported' | 'base';

/** Whether there is a model to inspect. `failed` carries one sentence that says what to do. */
export type ModelState =
  | { readonly state: 'missing' }
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly model: ModelSummary; readonly origin: ModelOrigin }
  | { readonly state: 'failed'; readonly error: PlainError };

/** One point of a curve; seconds of training, without pauses. */
export type CurvePoint = readonly [step: number, bitsPerByte: number, seconds: number, epoch: number];

/** One of the training loss, with what else was told of that step. */
export type TrainPoint = readonly [
  ...point: CurvePoint,
  tokens: number,
  learningRate: number,
  gradientNorm: number,
];

export type TrainingPhase = 'none' | TrainingStage | 'done' | 'cancelled' | 'failed';

/** The curves of one training: from their beginning when `restart`, else what came since the tick before; a long one comes in parts. */
export interface TrainingTick {
  readonly phase: TrainingPhase;
  readonly restart: boolean;
  readonly train: readonly TrainPoint[];
  readonly heldOut: readonly CurvePoint[];
  readonly samples: readonly TrainingSample[];
  /** null: none yet, or told in a tick before */
  readonly yardsticks: Yardsticks | null;
  /** the held-out point with the lowest loss so far */
  readonly best: CurvePoint | null;
  readonly latest: TrainingProgress | null;
  readonly error: PlainError | null;
}

/** What a command gives the keyboard to. */
export type PagePart = 'inspector' | 'tokenStrip' | 'details';

/** What somebody wants to know of the token that follows the place: why it came, or how its probability is computed. */
export type Wonder =
  /** where a suggestion is shown or was taken there, of that one */
  { readonly about: 'why'; readonly suggestion: SuggestedHere | null } | { readonly about: 'pencil' };

/** What the menu of a number does with it. */
export type NumberAction = 'pencil' | 'copy';

/** What the curves of a training are drawn over, and how. */
export const axes = ['step', 'epoch', 'seconds'] as const;
export interface CurveScales {
  readonly axis: (typeof axes)[number];
  readonly logX: boolean;
  readonly logY: boolean;
}

/** What the Inspector keeps over a reload: no text of the user's, no tensors. */
export interface InspectorMemory {
  readonly pinned: boolean;
  readonly place: Pick<Place, 'uri' | 'line' | 'column'> | null;
  /** the chosen token, counted back from the cursor: 0 is the last one before it; null when none was chosen */
  readonly tokensBack: number | null;
  readonly stage: StageId;
  readonly layer: number;
  readonly head: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  /** null: the one that fires most */
  readonly neuron: number | null;
  readonly hidesFirst: boolean;
  readonly map: boolean;
  readonly flow: boolean;
  readonly scales: CurveScales;
  /** the essay's example, where that was looked at, and the learning rate of its next step */
  readonly essay: (EssayWay & { readonly rate: number }) | null;
  /** the number that is looked at, and whether its sheet is open */
  readonly look: { readonly number: NumberName; readonly sheet: boolean } | null;
}

/** Numbers rise; a question of a kind overtakes the one before, whether it has been answered or not. */
export interface NumberedQuestion {
  readonly sequence: number;
  readonly question: StageQuestion;
}

export interface NumberedAnswer {
  readonly sequence: number;
  readonly answer: StageAnswer;
}

/**
 * From the Inspector. `inspect` numbers its requests upwards; a request is answered unless a later one overtakes it
 * or the text it asks about (`revision`) has been replaced, which a `moved` has then said.
 */
export type InspectorRequest =
  | { readonly type: 'ready'; readonly memory: InspectorMemory | null }
  | {
      readonly type: 'inspect';
      readonly sequence: number;
      readonly revision: number;
      /** index into the tokens of the revision; null = the last before the cursor */
      readonly position: number | null;
      /** what the open stage asks of that place, where it is known beforehand */
      readonly questions: readonly NumberedQuestion[];
    }
  | {
      readonly type: 'ask';
      readonly revision: number;
      /** of the inspection that they are about */
      readonly run: number;
      readonly questions: readonly NumberedQuestion[];
    }
  /** enough of an answer that grows */
  | { readonly type: 'stop'; readonly kind: StageKind }
  | { readonly type: 'pin'; readonly pinned: boolean }
  /** to the essay's example, which is begun or taught; null: back to the editor's text */
  | { readonly type: 'essay'; readonly action: EssayAction | null }
  | {
      readonly type: 'reveal';
      /** by its address, or as the corpus names a file */
      readonly place: ({ readonly uri: string } | { readonly file: string }) & { readonly line: number };
    }
  | { readonly type: 'copy'; readonly text: string }
  /** a page of the Inspector's, to be kept as a file or printed */
  | {
      readonly type: 'keep';
      readonly what: 'sheet' | 'printedSheet' | 'printedPass' | 'curves';
      readonly content: string;
    }
  | { readonly type: 'train' }
  /** the tab, where there is room for every stage */
  | { readonly type: 'openInspector' }
  /** and keep the best that there is */
  | { readonly type: 'stopTraining' }
  | { readonly type: 'showLog' }
  /** a part of the page could not be drawn: it says so, and the log should have the reason */
  | { readonly type: 'broken'; readonly stack: string }
  /** give the keyboard back to the code */
  | { readonly type: 'leave' };

/** To the Inspector, and only while it is on screen and has said `ready`. */
export type InspectorMessage =
  | { readonly type: 'model'; readonly model: ModelState }
  /** the text to look at has changed; `place` is null when there is none */
  | {
      readonly type: 'moved';
      readonly revision: number;
      readonly place: Place | null;
      readonly pinned: boolean;
      /** the essay's example is looked at, and stands so; null: the editor's text is */
      readonly essay: EssayState | null;
      /** what was asked of the example last failed */
      readonly essayFailure: PlainError | null;
      /** the stage that somebody asked for; null: none in particular */
      readonly stage: StageId | null;
      /** and what they want to know there; null: nothing in particular */
      readonly wonder: Wonder | null;
    }
  /** of the number whose menu was opened last */
  | { readonly type: 'number'; readonly action: NumberAction }
  /** a part of the page gets the keyboard, as soon as it is there */
  | { readonly type: 'focus'; readonly part: PagePart }
  /** those that can be told at once come together; one that grows comes again and again, each time as a whole */
  | { readonly type: 'answered'; readonly answers: readonly NumberedAnswer[] }
  | {
      readonly type: 'refused';
      readonly sequence: number;
      readonly kind: StageKind;
      readonly error: PlainError;
    }
  | {
      readonly type: 'inspected';
      readonly sequence: number;
      readonly revision: number;
      readonly inspection: Inspection;
      /** to the questions that came with it, as far as they can be told at once */
      readonly answers: readonly NumberedAnswer[];
    }
  | {
      readonly type: 'failed';
      readonly sequence: number;
      readonly revision: number;
      readonly error: PlainError;
    }
  | { readonly type: 'training'; readonly tick: TrainingTick };
