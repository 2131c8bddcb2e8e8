import type { PlainError } from '../protocol/errors.ts';
import type {
  CurvePoint,
  InspectorMemory,
  InspectorMessage,
  InspectorRequest,
  ModelState,
  Place,
  TrainingTick,
} from '../protocol/inspector.ts';
import type { Inspection } from '../protocol/prediction.ts';

/** The text the host looks at now. */
interface Subject {
  readonly revision: number;
  readonly place: Place | null;
  readonly pinned: boolean;
}

/** An answer, kept together with what it answers: only such a whole is ever drawn. */
export interface Answer {
  readonly sequence: number;
  readonly revision: number;
  readonly place: Place;
  readonly inspection: Inspection;
}

export interface TrainingView extends Omit<TrainingTick, 'restart'> {
  readonly train: readonly CurvePoint[];
  readonly heldOut: readonly CurvePoint[];
}

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
  /** the choice to restore after a reload, until the first answer */
  readonly remembered: InspectorMemory | null;
  readonly training: TrainingView;
}

export type InspectorEvent =
  | InspectorMessage
  | { readonly type: 'choose'; readonly position: number }
  | { readonly type: 'setPinned'; readonly pinned: boolean };

export interface Step {
  readonly state: InspectorState;
  readonly send: readonly InspectorRequest[];
}

export function initialState(memory: InspectorMemory | null): InspectorState {
  return {
    model: null,
    subject: null,
    asked: 0,
    waiting: false,
    chosen: null,
    answer: null,
    failure: null,
    remembered: memory,
    training: { phase: 'none', train: [], heldOut: [], best: null, latest: null, error: null },
  };
}

/** The next state and the requests to send, by what happened. An answer to any but the last request changes nothing. */
export function step(state: InspectorState, event: InspectorEvent): Step {
  switch (event.type) {
    case 'model':
      // Another model may cut the text differently: positions of the old one mean nothing to it.
      return ask({ ...state, model: event.model, chosen: null, answer: null });
    case 'moved':
      return moved(state, { revision: event.revision, place: event.place, pinned: event.pinned });
    case 'choose':
      // A click may meet tokens of a text that has just been replaced.
      if (state.answer === null || state.answer.revision !== state.subject?.revision)
        return { state, send: [] };
      return ask({ ...state, chosen: event.position, remembered: null });
    case 'setPinned':
      return { state: { ...state, remembered: null }, send: [{ type: 'pin', pinned: event.pinned }] };
    case 'inspected':
      return event.sequence === state.asked ? answered(state, event) : { state, send: [] };
    case 'failed':
      if (event.sequence !== state.asked) return { state, send: [] };
      return { state: { ...state, waiting: false, answer: null, failure: event.error }, send: [] };
    case 'training':
      return { state: { ...state, training: grown(state.training, event.tick) }, send: [] };
  }
}

function moved(state: InspectorState, subject: Subject): Step {
  const same = subject.revision === state.subject?.revision;
  return same ? { state: { ...state, subject }, send: [] } : ask({ ...state, subject, chosen: null });
}

function ask(state: InspectorState): Step {
  const { subject, model } = state;
  // The number rises even when nothing can be asked, so that an answer under way is no longer the last one's.
  const asked = state.asked + 1;
  if (subject === null || subject.place === null || model?.state !== 'ready') {
    return { state: { ...state, asked, waiting: false, answer: null, failure: null }, send: [] };
  }
  return {
    state: { ...state, asked, waiting: true, failure: null },
    send: [{ type: 'inspect', sequence: asked, revision: subject.revision, position: state.chosen }],
  };
}

function answered(state: InspectorState, reply: Extract<InspectorMessage, { type: 'inspected' }>): Step {
  const place = state.subject?.place;
  if (place === null || place === undefined) return { state, send: [] };
  const { sequence, revision, inspection } = reply;
  const next: InspectorState = {
    ...state,
    waiting: false,
    answer: { sequence, revision, place, inspection },
    remembered: null,
  };
  const position = rememberedPosition(state.remembered, place, inspection);
  return position === null ? { state: next, send: [] } : ask({ ...next, chosen: position });
}

/** The token chosen before a reload, found again by its distance from the cursor: the text before it may have changed. */
function rememberedPosition(
  memory: InspectorMemory | null,
  place: Place,
  inspection: Inspection,
): number | null {
  if (memory === null || memory.place === null || memory.tokensBack === null) return null;
  const { uri, line, column } = memory.place;
  if (uri !== place.uri || line !== place.line || column !== place.column) return null;
  const position = inspection.cursor - 1 - memory.tokensBack;
  return position >= 0 && position < inspection.tokens.length ? position : null;
}

function grown(view: TrainingView, tick: TrainingTick): TrainingView {
  const { restart, train, heldOut, ...rest } = tick;
  return {
    ...rest,
    train: restart ? train : [...view.train, ...train],
    heldOut: restart ? heldOut : [...view.heldOut, ...heldOut],
  };
}

/** What to keep over a reload. */
export function memoryOf(state: InspectorState): InspectorMemory {
  // Until the first answer there is nothing newer than what was kept before.
  if (state.remembered !== null && state.answer === null) return state.remembered;
  const place = state.subject?.place ?? null;
  return {
    pinned: state.subject?.pinned ?? false,
    place: place === null ? null : { uri: place.uri, line: place.line, column: place.column },
    tokensBack:
      state.chosen === null || state.answer === null
        ? null
        : state.answer.inspection.cursor - 1 - state.chosen,
  };
}
