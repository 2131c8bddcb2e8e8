import type { PlainError } from '../protocol/errors.ts';
import type { InspectorRequest, NumberedAnswer, NumberedQuestion } from '../protocol/inspector.ts';
import type { Inspection } from '../protocol/prediction.ts';
import type { StageAnswer, StageAnswers, StageKind, StageQuestion } from '../protocol/stages.ts';
import type { SuggestedHere } from '../protocol/suggested.ts';
import type { InspectorState, Step } from './inspectorState.ts';
import { fitted } from './selection.ts';
import { growing, questionsOf } from './stageTable.ts';

/** A question about the run, with the last answer to one of its kind: until its own is there, the one before. */
export interface Asked {
  readonly sequence: number;
  /** null: of the inspection that is awaited */
  readonly run: number | null;
  readonly question: StageQuestion;
  readonly waiting: boolean;
  /** somebody has had enough of an answer that grows */
  readonly stopped: boolean;
  readonly answer: StageAnswer | null;
  /** what the answer is an answer to */
  readonly answered: StageQuestion | null;
  readonly error: PlainError | null;
}

export type Questions = Partial<Readonly<Record<StageKind, Asked>>>;

/** Answers to questions of the stages, as far as they are the last ones of their kinds. */
export function withAnswers(state: InspectorState, answers: readonly NumberedAnswer[]): InspectorState {
  return answers.reduce(
    (state, { sequence, answer }) => settled(state, sequence, answer.kind, answer, null),
    state,
  );
}

export function refused(
  state: InspectorState,
  sequence: number,
  kind: StageKind,
  error: PlainError,
): InspectorState {
  return settled(state, sequence, kind, null, error);
}

function settled(
  state: InspectorState,
  sequence: number,
  kind: StageKind,
  answer: StageAnswer | null,
  error: PlainError | null,
): InspectorState {
  const asked = state.questions[kind];
  if (asked?.sequence !== sequence) return state;
  const told = { ...asked, waiting: false, answer, answered: asked.question, error };
  return { ...state, questions: { ...state.questions, [kind]: told } };
}

/** What has come so far stays; the rest is not waited for. */
export function stopped(state: InspectorState, kind: StageKind): Step {
  const asked = state.questions[kind];
  if (asked === undefined) return { state, send: [] };
  const questions = { ...state.questions, [kind]: { ...asked, stopped: true } };
  return { state: { ...state, questions }, send: [{ type: 'stop', kind }] };
}

/** Asks whatever the open stage needs and has not been asked of this run. */
export function withQuestions(state: InspectorState): Step {
  const { answer } = state;
  if (answer === null) {
    const clean = Object.keys(state.questions).length === 0 && state.look === null;
    return { state: clean ? state : { ...state, questions: {}, look: null }, send: [] };
  }
  // Until it is answered the run on the screen is the one before.
  if (state.waiting || answer.revision !== state.subject?.revision) return { state, send: [] };
  const { inspection, revision } = answer;
  const { run } = inspection;
  const asking = askingOf(state, inspection, run);
  const { questions, asked, stop } = asking;
  const isSame =
    asked.length === 0 &&
    stop.length === 0 &&
    Object.keys(state.questions).length === Object.keys(questions).length;
  const ask: InspectorRequest[] =
    asked.length === 0 ? [] : [{ type: 'ask', revision, run, questions: asked }];
  return {
    state: isSame ? state : { ...state, questions, questioned: asking.questioned },
    send: [...ask, ...stop],
  };
}

/** What the open stage will need of a token that has just been chosen: asked with it, one message says all. */
export function withQuestionsAhead(state: InspectorState): {
  readonly state: InspectorState;
  readonly asked: readonly NumberedQuestion[];
} {
  const { answer, chosen } = state;
  if (answer === null || chosen === null || answer.revision !== state.subject?.revision)
    return { state, asked: [] };
  const { questions, questioned, asked } = askingOf(state, { ...answer.inspection, position: chosen }, null);
  return { state: { ...state, questions, questioned }, asked };
}

/** The inspection that was awaited is there: what was asked with it is of its run. */
export function ofRun(questions: Questions, run: number): Questions {
  return Object.fromEntries(
    Object.entries(questions).map(([kind, asked]) => [kind, asked.run === null ? { ...asked, run } : asked]),
  );
}

/** @param run of the questions that are new; null: of the inspection that is awaited */
function askingOf(
  state: InspectorState,
  inspection: Inspection,
  run: number | null,
): {
  readonly questions: Questions;
  /** the number of the last */
  readonly questioned: number;
  readonly asked: readonly NumberedQuestion[];
  readonly stop: readonly InspectorRequest[];
} {
  const wanted: StageQuestion[] = [
    ...questionsOf(state.stage, fitted(state.selection, inspection), inspection),
  ];
  if (state.stage === 'why' && state.suggestion !== null) wanted.push(alongOf(state.suggestion));
  if (state.look !== null && state.look.number !== null)
    wanted.push({ kind: 'explain', number: state.look.number });
  let questioned = state.questioned;
  // What nobody looks at is forgotten: it may be of another run when it is looked at again.
  const questions: Partial<Record<StageKind, Asked>> = {};
  const asked: NumberedQuestion[] = [];
  for (const question of wanted) {
    const before = state.questions[question.kind];
    const isSame =
      before?.run === inspection.run && JSON.stringify(before.question) === JSON.stringify(question);
    if (isSame) {
      questions[question.kind] = before;
      continue;
    }
    questioned += 1;
    questions[question.kind] = {
      sequence: questioned,
      run,
      question,
      waiting: true,
      stopped: false,
      answer: before?.answer ?? null,
      answered: before?.answered ?? null,
      error: null,
    };
    asked.push({ sequence: questioned, question });
  }
  const stop = growing
    .filter((kind) => state.questions[kind] !== undefined && questions[kind] === undefined)
    .map((kind) => ({ type: 'stop', kind }) as const);
  return { questions, questioned, asked, stop };
}

function alongOf({ tokens, back, typed }: SuggestedHere): StageQuestion {
  const named = tokens.map(({ id, bytes }) => ({ id, bytes }));
  return { kind: 'along', taken: back - typed, tokens: named };
}

/** The answer of a kind, with what it answers; null before there is one. */
export function answerOf<Kind extends StageKind>(
  { questions }: Pick<InspectorState, 'questions'>,
  kind: Kind,
): { readonly answer: StageAnswers[Kind]; readonly question: Extract<StageQuestion, { kind: Kind }> } | null {
  const asked = questions[kind];
  if (asked?.answer === null || asked?.answer === undefined || asked.answered === null) return null;
  // What is kept under a kind is of that kind.
  const answer = asked.answer.answer as StageAnswers[Kind];
  return { answer, question: asked.answered as Extract<StageQuestion, { kind: Kind }> };
}
