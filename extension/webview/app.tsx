import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import type { InspectorRequest, TrainingPhase } from '../protocol/inspector.ts';
import { Details, useExplanation } from './details.tsx';
import { EssayBar } from './essayBar.tsx';
import { Header, SideHeader } from './header.tsx';
import type { Answer, InspectorEvent, InspectorState } from './inspectorState.ts';
import { ErrorNotice, Guarded } from './guarded.tsx';
import { numberSentence } from './numberSentence.ts';
import { phrases } from './phrases/phrases.ts';
import { Rail } from './rail.tsx';
import { SheetView } from './sheetView.tsx';
import { awaitedApart, questionsOf } from './stageTable.ts';
import { still } from './still.tsx';
import { stageViews } from './stageViews.tsx';
import { TokenStrip } from './tokenStrip.tsx';
import { TrainingPanel } from './training/trainingPanel.tsx';
import { type StageState, useStageState, useView, ViewContext, viewOf } from './view.ts';

interface AppProps {
  readonly state: InspectorState;
  /** of the side bar: why, and how a training gets on; all else is a button away */
  readonly isCompact: boolean;
  readonly dispatch: (event: InspectorEvent) => void;
  readonly send: (request: InspectorRequest) => void;
}

/** The Inspector: every number from text to prediction, and how the model learnt. */
export function App({ state, isCompact, dispatch, send }: AppProps): JSX.Element {
  const stageState = useStageState(state);
  const isTraining = isUnderWay(state.training.phase);
  const training = state.training.phase !== 'none' && (
    <Guarded of={state.training.phase} send={send}>
      <TrainingPanel
        training={state.training}
        scales={state.scales}
        canShowWay={state.answer !== null}
        isCompact={isCompact}
        dispatch={dispatch}
        send={send}
      />
    </Guarded>
  );
  return (
    <main>
      {isCompact && training}
      <Guarded of={stageState} send={send}>
        <Stages
          state={stageState}
          isTraining={isTraining}
          isCompact={isCompact}
          dispatch={dispatch}
          send={send}
        />
      </Guarded>
      {!isCompact && training}
    </main>
  );
}

interface StageProps extends Omit<AppProps, 'state' | 'isCompact'> {
  readonly state: StageState;
}

interface PredictionProps extends StageProps, Pick<AppProps, 'isCompact'> {
  readonly isTraining: boolean;
}

/** A training's ticks leave the open stage alone. */
const Stages = still(function Stages({
  state,
  isTraining,
  isCompact,
  dispatch,
  send,
}: PredictionProps): JSX.Element {
  const essayFailure = state.subject?.essayFailure ?? null;
  return (
    <>
      {isCompact ? (
        <SideHeader state={state} send={send} />
      ) : (
        <Header state={state} dispatch={dispatch} send={send} />
      )}
      {essayFailure !== null && <ErrorNotice sentence={essayFailure.message} send={send} />}
      <Prediction
        state={state}
        isTraining={isTraining}
        isCompact={isCompact}
        dispatch={dispatch}
        send={send}
      />
    </>
  );
});

function Prediction({ state, isTraining, isCompact, dispatch, send }: PredictionProps): JSX.Element {
  const { model, subject, answer, failure } = state;
  if (model === null || subject === null) return <Notice>{phrases.starting}</Notice>;
  if (subject.essay === null) {
    switch (model.state) {
      case 'missing':
        return <NoModel isTraining={isTraining} send={send} />;
      case 'loading':
        return <Notice>{phrases.loadingModel}</Notice>;
      case 'failed':
        return (
          <ErrorNotice sentence={model.error.message} send={send}>
            <button type="button" onClick={() => send({ type: 'train' })}>
              {phrases.trainAgain}
            </button>
          </ErrorNotice>
        );
      case 'ready':
    }
    if (subject.place === null) return <Notice>{phrases.noText}</Notice>;
  }
  if (failure !== null) return <ErrorNotice sentence={failure.message} send={send} />;
  if (answer === null) return <Notice>{phrases.reading}</Notice>;
  return (
    <ViewContext.Provider value={viewOf(state, answer.inspection, dispatch, send)}>
      {subject.essay !== null && <EssayBar essay={subject.essay} />}
      {isCompact ? (
        <SideInspected answer={answer} waiting={state.waiting} />
      ) : (
        <Inspected answer={answer} chosen={state.chosen} waiting={state.waiting} dispatch={dispatch} />
      )}
    </ViewContext.Provider>
  );
}

interface InspectedProps {
  readonly answer: Answer;
  readonly chosen: number | null;
  readonly waiting: boolean;
  readonly dispatch: AppProps['dispatch'];
}

/** One answer as a whole. While a newer one is awaited its numbers are covered (aria-busy; see inspector.css). */
function Inspected({ answer, chosen, waiting, dispatch }: InspectedProps): JSX.Element {
  const { state } = useView();
  const { tokens, cursor, position } = answer.inspection;
  const isOld = waiting || state.questions.overview?.waiting === true;
  const choose = useCallback((next: number) => dispatch({ type: 'choose', position: next }), [dispatch]);
  return (
    <div class="inspected">
      <Rail isOld={isOld} />
      <Stage answer={answer} waiting={waiting} />
      <Details isOld={isOld} />
      <section class="tokens" aria-labelledby="tokens-heading">
        <h2 id="tokens-heading" class="spoken-only">
          {phrases.tokensHeading}
        </h2>
        <p class="spoken-only">{phrases.tokensHint(tokens.length, cursor)}</p>
        <TokenStrip tokens={tokens} cursor={cursor} chosen={chosen ?? position} onChoose={choose} />
      </section>
    </div>
  );
}

/** The side bar has no room for more than why, and what somebody looks at. */
function SideInspected({ answer, waiting }: Pick<InspectedProps, 'answer' | 'waiting'>): JSX.Element {
  const { look } = useView().state;
  return (
    <div class="inspected side">
      <Stage answer={answer} waiting={waiting} />
      {look !== null && <Details isOld={waiting} />}
    </div>
  );
}

/** The open stage, or the sheet of the number that is looked at. */
function Stage({ answer, waiting }: Pick<InspectedProps, 'answer' | 'waiting'>): JSX.Element {
  const { state, inspection, selection, dispatch, send } = useView();
  const explanation = useExplanation();
  const { stage, look, questions } = state;
  const StageView = stageViews[stage];
  const needed = questionsOf(stage, selection, inspection).map(({ kind }) => questions[kind]);
  const stale = needed.some(
    (asked) => asked?.waiting === true && !awaitedApart.includes(asked.question.kind),
  );
  const isSheet = look !== null && look.sheet && explanation !== null;
  const panel = useKeyboardKept(isSheet);
  const refused = needed.find((asked) => asked !== undefined && asked.error !== null)?.error ?? null;
  return (
    <section
      ref={panel}
      id="stage-panel"
      tabIndex={-1}
      class="prediction"
      role="tabpanel"
      aria-labelledby={`stage-${stage}`}
      aria-busy={waiting || stale}
      data-stage={stage}
      data-position={answer.inspection.position}
      data-sequence={answer.sequence}
    >
      {isSheet ? (
        <Guarded of={state} send={send} onBack={() => dispatch({ type: 'look', look: null })}>
          <SheetView
            key={JSON.stringify(look.number ?? look.sentence)}
            explanation={explanation}
            sentence={look.number === null ? look.sentence : numberSentence(look.number, inspection)}
          />
        </Guarded>
      ) : (
        <div>
          <h2>{phrases.stages[stage].heading}</h2>
          {refused !== null && (
            <p class="error-sentence" role="alert">
              {refused.message}
            </p>
          )}
          <Guarded of={state} send={send}>
            <StageView />
          </Guarded>
        </div>
      )}
    </section>
  );
}

/** A sheet takes the stage's place, with what had the keyboard there: it goes on in the sheet, and back where it was. */
function useKeyboardKept(isSheet: boolean): RefObject<HTMLElement | null> {
  const panel = useRef<HTMLElement>(null);
  const before = useRef(isSheet);
  useLayoutEffect(() => {
    if (before.current === isSheet) return;
    before.current = isSheet;
    if (document.activeElement !== document.body) return;
    const ways = isSheet ? ['.sheet button'] : ['.num[aria-pressed="true"]', '.num[tabindex="0"]'];
    const found = ways.map((way) => panel.current!.querySelector<HTMLElement>(way));
    (found.find((element) => element !== null) ?? panel.current!).focus();
  });
  return panel;
}

function NoModel({ isTraining, send }: Pick<PredictionProps, 'isTraining' | 'send'>): JSX.Element {
  if (isTraining) return <Notice>{phrases.firstTraining}</Notice>;
  return (
    <Notice>
      {phrases.noModel}
      <button type="button" class="primary" onClick={() => send({ type: 'train' })}>
        {phrases.train}
      </button>
    </Notice>
  );
}

function isUnderWay(phase: TrainingPhase): boolean {
  return !['none', 'done', 'cancelled', 'failed'].includes(phase);
}

function Notice({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="notice" role="status">
      {children}
    </div>
  );
}
