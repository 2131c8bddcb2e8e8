import type { PlainError } from '../protocol/errors.ts';
import type { Explanation } from '../protocol/explanation.ts';
import type {
  CurveScales,
  InspectorMemory,
  InspectorMessage,
  InspectorRequest,
  ModelState,
  Place,
  TrainingTick,
  Wonder,
} from '../protocol/inspector.ts';
import { type EssayState, type EssayWay, type Lesson, mostKeptOfWay } from '../protocol/inspecting.ts';
import type { Inspection } from '../protocol/prediction.ts';
import type { NumberName, StageId, StageKind } from '../protocol/stages.ts';
import type { SuggestedHere } from '../protocol/suggested.ts';
import { byteCount } from '../protocol/tokenBytes.ts';
import {
  ofRun,
  type Questions,
  refused,
  stopped,
  withAnswers,
  withQuestions,
  withQuestionsAhead,
} from './questions.ts';
import { essayRate, initialSelection, ofNoText, type Selection, withChange } from './selection.ts';

/** The text the host looks at now. */
interface Subject {
  readonly revision: number;
  readonly place: Place | null;
  readonly pinned: boolean;
  /** the essay's example as it stands; null: the editor's text is looked at */
  readonly essay: EssayState | null;
  readonly essayFailure: PlainError | null;
}

/** An answer, kept together with what it answers: only such a whole is ever drawn. */
export interface Answer {
  readonly sequence: number;
  readonly revision: number;
  /** null: the essay's */
  readonly place: Place | null;
  readonly inspection: Inspection;
}

/** A number that somebody looks at; its operands are asked for. */
export type Look =
  | {
      readonly number: NumberName;
      /** its sheet is open */
      readonly sheet: boolean;
    }
  /** one whose operands the page knows */
  | {
      readonly number: null;
      readonly sheet: true;
      readonly explanation: Explanation;
      /** what the number is, in words */
      readonly sentence: string;
    };

export type TrainingView = Omit<TrainingTick, 'restart'>;

export interface InspectorState {
  /** null until the host has said */
  readonly model: ModelState | null;
  readonly subject: Subject | null;
  /** the number of the last request; only its answer counts */
  readonly asked: number;
  /** the last request has not been answered yet */
  readonly waiting: boolean;
  /** the token chosen by the user, as an index into the answer's tokens; null = the last before the cursor */
  readonly chosen: number | null;
  readonly answer: Answer | null;
  readonly failure: PlainError | null;
  readonly stage: StageId;
  readonly selection: Selection;
  readonly questions: Questions;
  /** the number of the last question */
  readonly questioned: number;
  readonly look: Look | null;
  /** what the next answer is to be asked of the token that follows */
  readonly wonder: Wonder | null;
  /** the suggestion that is asked about, whose tokens are the branch; null: none is */
  readonly suggestion: SuggestedHere | null;
  /** the choice to restore after a reload, until the first answer */
  readonly remembered: InspectorMemory | null;
  readonly training: TrainingView;
  readonly scales: CurveScales;
}

export type InspectorEvent =
  | Exclude<InspectorMessage, { type: 'focus' | 'number' }>
  | { readonly type: 'stop'; readonly kind: StageKind }
  | { readonly type: 'choose'; readonly position: number }
  | { readonly type: 'setPinned'; readonly pinned: boolean }
  | { readonly type: 'openStage'; readonly stage: StageId }
  | { readonly type: 'select'; readonly change: Partial<Selection> }
  | { readonly type: 'scale'; readonly scales: CurveScales }
  | { readonly type: 'look'; readonly look: Look | null }
  | { readonly type: 'show'; readonly explanation: Explanation; readonly sentence: string };

export interface Step {
  readonly state: InspectorState;
  readonly send: readonly InspectorRequest[];
}

const noTraining: TrainingView = {
  phase: 'none',
  train: [],
  heldOut: [],
  samples: [],
  yardsticks: null,
  best: null,
  latest: null,
  error: null,
};

/** @param isCompact it is of the side bar's page, which shows why alone */
export function initialState(memory: InspectorMemory | null, isCompact = false): InspectorState {
  const selection = { ...initialSelection, ...rememberedSelection(memory) };
  return {
    model: null,
    subject: null,
    asked: 0,
    waiting: false,
    chosen: null,
    answer: null,
    failure: null,
    stage: isCompact ? 'why' : (memory?.stage ?? 'scores'),
    selection: isCompact ? { ...selection, flow: false } : selection,
    questions: {},
    questioned: 0,
    look: null,
    wonder: null,
    suggestion: null,
    remembered: memory,
    training: noTraining,
    scales: memory?.scales ?? { axis: 'step', logX: false, logY: false },
  };
}

function rememberedSelection(memory: InspectorMemory | null): Partial<Selection> {
  if (memory === null) return {};
  const { layer, head, temperature, topK, topP, seed, neuron, hidesFirst, map, flow } = memory;
  return { layer, head, temperature, topK, topP, seed, neuron, hidesFirst, map, flow };
}

/** The next state and the requests to send, by what happened. An answer to any but the last request changes nothing. */
export function step(state: InspectorState, event: InspectorEvent): Step {
  const next = advanced(state, event);
  const asked = withQuestions(next.state);
  return { state: asked.state, send: [...next.send, ...asked.send] };
}

function advanced(state: InspectorState, event: InspectorEvent): Step {
  switch (event.type) {
    case 'model':
      return withModel(state, event.model);
    case 'moved':
      return moved(state, event);
    case 'choose':
      // A click may meet tokens of a text that has just been replaced.
      if (state.answer === null || state.answer.revision !== state.subject?.revision)
        return { state, send: [] };
      return ask({
        ...state,
        chosen: event.position,
        wonder: null,
        selection: { ...state.selection, vocabularyFrom: null },
        remembered: null,
      });
    case 'setPinned':
      return { state: { ...state, remembered: null }, send: [{ type: 'pin', pinned: event.pinned }] };
    case 'inspected':
      return event.sequence === state.asked ? answered(state, event) : { state, send: [] };
    case 'failed':
      if (event.sequence !== state.asked) return { state, send: [] };
      return {
        state: { ...state, waiting: false, answer: null, wonder: null, failure: event.error },
        send: [],
      };
    case 'answered':
      return { state: withAnswers(state, event.answers), send: [] };
    case 'refused':
      return { state: refused(state, event.sequence, event.kind, event.error), send: [] };
    case 'stop':
      return stopped(state, event.kind);
    case 'training':
      return { state: { ...state, training: grown(state.training, event.tick) }, send: [] };
    case 'openStage':
      return {
        state: {
          ...state,
          stage: event.stage,
          look: null,
          wonder: null,
          selection: { ...state.selection, paper: initialSelection.paper },
        },
        send: [],
      };
    case 'select': {
      const selection = withChange(state.selection, event.change);
      return { state: { ...state, selection, look: lookAfter(state, selection) }, send: [] };
    }
    case 'scale':
      return { state: { ...state, scales: event.scales }, send: [] };
    case 'show': {
      const { explanation, sentence } = event;
      return { state: { ...state, look: { number: null, sheet: true, explanation, sentence } }, send: [] };
    }
    case 'look':
      return { state: { ...state, look: event.look }, send: [] };
  }
}

/** Where texts are cut as before, as after a save that was learnt, what was looked at stays, and its numbers are asked for anew. */
function withModel(state: InspectorState, model: ModelState): Step {
  const next = { ...state, model };
  // The essay has its own.
  if (state.subject !== null && state.subject.essay !== null) return { state: next, send: [] };
  const isCutAlike =
    model.state === 'ready' &&
    state.model?.state === 'ready' &&
    model.model.tokenizer === state.model.model.tokenizer;
  // Positions and tokens of another cut mean nothing to this one.
  if (!isCutAlike) return ask({ ...next, chosen: null, selection: ofNoText(state.selection), answer: null });
  const { state: asked, send } = ask(next);
  const { selection, suggestion } = state;
  return { state: { ...asked, selection, suggestion }, send };
}

/** A number that is sampled with is looked at as it is with the selection, or no longer: at temperature 0 nothing is computed. */
function lookAfter({ look, stage, selection: before }: InspectorState, selection: Selection): Look | null {
  const { temperature, topK, topP, seed } = selection;
  // Learning and Why are of the model as it is, at temperature 1.
  if (look === null || look.number === null || stage === 'learning' || stage === 'why') return look;
  const { number } = look;
  if (number.of === 'interval') return { ...look, number: { ...number, temperature, topK, topP, seed } };
  if (number.of !== 'probability' || number.temperature !== before.temperature) return look;
  return temperature === 0 ? null : { ...look, number: { ...number, temperature } };
}

function moved(state: InspectorState, event: Extract<InspectorMessage, { type: 'moved' }>): Step {
  const { revision, place, pinned, essay, essayFailure } = event;
  const before = state.subject;
  const stage = event.stage ?? state.stage;
  // A lesson changes the numbers of the example, not its words: what was looked at stays.
  const isSameText = revision === before?.revision || (essay !== null && (before?.essay ?? null) !== null);
  const withItsRate = withRate(state, essay !== null);
  const selection = isSameText ? withItsRate : ofNoText(withItsRate);
  const wonder = event.wonder ?? (revision === before?.revision ? state.wonder : null);
  const subject = { revision, place, pinned, essay, essayFailure };
  // A sheet would hide what somebody asks for.
  const look = event.stage === null ? state.look : null;
  const next = { ...state, stage, selection, wonder, subject, look };
  // Of what follows the cursor, whatever was chosen before, or kept.
  if (event.wonder !== null) {
    const asking = { ...next, chosen: null, remembered: null };
    return ask(revision === before?.revision ? asking : { ...asking, answer: null, questions: {} });
  }
  if (revision === before?.revision) return { state: next, send: [] };
  if (isSameText) return ask(next);
  return ask({ ...next, chosen: null, answer: null, questions: {}, look: null });
}

/** Steps that teach the example quickly would ruin a trained model: each has a rate of its own. */
function withRate({ subject, selection, remembered }: InspectorState, isEssay: boolean): Selection {
  const wasEssay = subject !== null && subject.essay !== null;
  if (wasEssay === isEssay) return selection;
  const rate = isEssay ? (remembered?.essay?.rate ?? essayRate) : initialSelection.rate;
  return { ...selection, rate };
}

function ask(state: InspectorState): Step {
  const { subject, model } = state;
  // The number rises even when nothing can be asked, so that an answer under way is no longer the last one's.
  const asked = state.asked + 1;
  // What was supposed to come, or was to be printed, belongs to the place before.
  const selection = { ...state.selection, branch: initialSelection.branch, paper: initialSelection.paper };
  const isEssay = subject !== null && subject.essay !== null;
  if (subject === null || (!isEssay && (subject.place === null || model?.state !== 'ready'))) {
    return {
      state: { ...state, selection, suggestion: null, asked, waiting: false, answer: null, failure: null },
      send: [],
    };
  }
  const ahead = withQuestionsAhead({ ...state, selection });
  const { revision } = subject;
  return {
    state: { ...ahead.state, suggestion: null, asked, waiting: true, failure: null },
    send: [{ type: 'inspect', sequence: asked, revision, position: state.chosen, questions: ahead.asked }],
  };
}

function answered(state: InspectorState, reply: Extract<InspectorMessage, { type: 'inspected' }>): Step {
  const { subject } = state;
  if (subject === null) return { state, send: [] };
  const place = subject.essay === null ? subject.place : null;
  const { sequence, revision } = reply;
  const before = state.answer?.inspection;
  // Of the same run: the same tokens, which need not be compared again.
  const inspection =
    before?.run === reply.inspection.run ? { ...reply.inspection, tokens: before.tokens } : reply.inspection;
  const questions = ofRun(state.questions, inspection.run);
  const next = withAnswers(
    {
      ...state,
      waiting: false,
      answer: { sequence, revision, place, inspection },
      questions,
      look: state.look ?? (isOf(state.remembered, place) ? state.remembered.look : null),
      remembered: null,
    },
    reply.answers,
  );
  const position = rememberedPosition(state.remembered, place, inspection);
  return position === null ? wondering(next, inspection) : ask({ ...next, chosen: position });
}

/** What somebody wanted to know is asked of the token that is there; where the text ends, of the likeliest. */
function wondering(state: InspectorState, inspection: Inspection): Step {
  const { wonder } = state;
  const { position, distribution } = inspection;
  const token = (distribution.actual ?? distribution.top[0])?.id;
  if (wonder === null || token === undefined) return { state, send: [] };
  const next = { ...state, wonder: null };
  if (wonder.about === 'pencil') {
    const number = { of: 'probability', position, token, temperature: 1 } as const;
    return { state: { ...next, look: { number, sheet: true } }, send: [] };
  }
  const { suggestion } = wonder;
  // The model may have become another since the suggestion was found: its tokens mean others to that.
  const isRead = state.model?.state === 'ready' && state.model.model.tokenizer === suggestion?.tokenizer;
  const before = suggestion !== null && isRead ? positionBefore(suggestion, inspection) : null;
  if (suggestion === null || before === null)
    return { state: { ...next, selection: { ...state.selection, whyToken: token } }, send: [] };
  // Of what came behind the place where the suggestion begins.
  if (before !== position) return ask({ ...state, chosen: before });
  const branch = suggestion.tokens.map(({ id }) => id);
  const selection = { ...state.selection, whyToken: branch[0]!, branch };
  return { state: { ...next, suggestion, selection }, send: [] };
}

/** The token behind which a suggestion begins; null: none ends there. */
function positionBefore({ back }: SuggestedHere, { tokens, cursor }: Inspection): number | null {
  const last = tokens[cursor - 1];
  if (last === undefined) return null;
  const start = last.start + byteCount(last.bytes) - back;
  const position = tokens.findIndex((token) => token.start + byteCount(token.bytes) === start);
  return position < 0 ? null : position;
}

/** The token chosen before a reload, found again by its distance from the cursor: the text before it may have changed. */
function rememberedPosition(
  memory: InspectorMemory | null,
  place: Place | null,
  inspection: Inspection,
): number | null {
  if (!isOf(memory, place) || memory.tokensBack === null) return null;
  const position = inspection.cursor - 1 - memory.tokensBack;
  return position >= 0 && position < inspection.tokens.length ? position : null;
}

/** Whether it was kept of a page that looked at the same. @param place null: the essay's example is looked at */
function isOf(memory: InspectorMemory | null, place: Place | null): memory is InspectorMemory {
  if (memory === null) return false;
  if (place === null || memory.essay !== null) return place === null && memory.essay !== null;
  if (memory.place === null) return false;
  const { uri, line, column } = memory.place;
  return uri === place.uri && line === place.line && column === place.column;
}

function grown(view: TrainingView, tick: TrainingTick): TrainingView {
  const { restart, train, heldOut, samples, yardsticks, ...rest } = tick;
  if (restart) return { ...rest, train, heldOut, samples, yardsticks };
  return {
    ...rest,
    train: longer(view.train, train),
    heldOut: longer(view.heldOut, heldOut),
    samples: longer(view.samples, samples),
    yardsticks: yardsticks ?? view.yardsticks,
  };
}

/** The same list where nothing came: nothing is drawn anew for it. */
function longer<Item>(list: readonly Item[], more: readonly Item[]): readonly Item[] {
  return more.length === 0 ? list : [...list, ...more];
}

/** What to keep over a reload. */
export function memoryOf(state: InspectorState): InspectorMemory {
  // Until the first answer there is nothing newer than what was kept before.
  if (state.remembered !== null && state.answer === null) return state.remembered;
  const place = state.subject?.place ?? null;
  const essay = state.subject?.essay ?? null;
  const { stage, selection, scales, look } = state;
  const { layer, head, temperature, topK, topP, seed, neuron, hidesFirst, map, flow } = selection;
  return {
    stage,
    layer,
    head,
    temperature,
    topK,
    topP,
    seed,
    neuron,
    hidesFirst,
    map,
    flow,
    scales,
    essay: essay === null ? null : { ...keptWay(essay), rate: selection.rate },
    // A number of a line of the workspace means nothing before the workspace is searched again.
    look: look === null || look.number === null || 'at' in look.number ? null : look,
    pinned: state.subject?.pinned ?? false,
    place: place === null ? null : { uri: place.uri, line: place.line, column: place.column },
    tokensBack:
      state.chosen === null || state.answer === null
        ? null
        : state.answer.inspection.cursor - 1 - state.chosen,
  };
}

/** The beginning of a way that is longer than what is kept. */
function keptWay({ seed, lessons }: EssayWay): EssayWay {
  let left = mostKeptOfWay.steps;
  const kept: Lesson[] = [];
  for (const { steps, rate } of lessons.slice(0, mostKeptOfWay.lessons)) {
    if (left > 0) kept.push({ steps: Math.min(steps, left), rate });
    left -= steps;
  }
  return { seed, lessons: kept };
}
