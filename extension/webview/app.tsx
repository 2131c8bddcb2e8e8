import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { InspectorRequest } from '../protocol/inspector.ts';
import type { Answer, InspectorEvent, InspectorState } from './inspectorState.ts';
import { phrases } from './phrases.ts';
import { Scores } from './scores.tsx';
import { TokenText } from './tokenTextView.tsx';
import { TokenStrip } from './tokenStrip.tsx';
import { TrainingPanel } from './trainingPanel.tsx';

interface AppProps {
  readonly state: InspectorState;
  readonly dispatch: (event: InspectorEvent) => void;
  readonly send: (request: InspectorRequest) => void;
}

/** The Inspector: what the model reads, what it expects next, and how it learnt. */
export function App({ state, dispatch, send }: AppProps): JSX.Element {
  return (
    <main>
      <Header state={state} dispatch={dispatch} />
      <Prediction state={state} dispatch={dispatch} send={send} />
      {state.training.phase !== 'none' && <TrainingPanel training={state.training} />}
    </main>
  );
}

function Header({ state, dispatch }: Pick<AppProps, 'state' | 'dispatch'>): JSX.Element {
  const { subject, answer } = state;
  const pinned = subject?.pinned ?? false;
  const place = answer?.place ?? subject?.place ?? null;
  return (
    <header>
      <h1>{phrases.title}</h1>
      <span class="place">
        {place !== null && `${phrases.place(place)} · ${pinned ? phrases.isPinned : phrases.isFollowing}`}
      </span>
      {place !== null && (
        <button
          type="button"
          class="toggle"
          aria-pressed={pinned}
          title={phrases.pinHint}
          onClick={() => dispatch({ type: 'setPinned', pinned: !pinned })}
        >
          {phrases.pin}
        </button>
      )}
    </header>
  );
}

function Prediction({ state, dispatch, send }: AppProps): JSX.Element {
  const { model, subject, answer, failure } = state;
  if (model === null || subject === null) return <Notice>{phrases.starting}</Notice>;
  switch (model.state) {
    case 'missing':
      return <NoModel state={state} send={send} />;
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
  if (failure !== null) return <ErrorNotice sentence={failure.message} send={send} />;
  if (answer === null) return <Notice>{phrases.reading}</Notice>;
  return <Inspected answer={answer} chosen={state.chosen} waiting={state.waiting} dispatch={dispatch} />;
}

interface InspectedProps {
  readonly answer: Answer;
  readonly chosen: number | null;
  readonly waiting: boolean;
  readonly dispatch: AppProps['dispatch'];
}

/** One answer as a whole. While a newer one is awaited its numbers are covered (aria-busy; see inspector.css). */
function Inspected({ answer, chosen, waiting, dispatch }: InspectedProps): JSX.Element {
  const { tokens, cursor, position, distribution } = answer.inspection;
  const token = tokens[position];
  // The same element again is not compared again: four training ticks a second leave hundreds of tokens alone.
  const strip = useMemo(
    () => (
      <TokenStrip
        tokens={tokens}
        cursor={cursor}
        chosen={chosen ?? position}
        onChoose={(next) => dispatch({ type: 'choose', position: next })}
      />
    ),
    [tokens, cursor, chosen ?? position, dispatch],
  );
  const scores = useMemo(() => <Scores distribution={distribution} />, [distribution]);
  return (
    <>
      <section aria-labelledby="tokens-heading">
        <h2 id="tokens-heading">{phrases.tokensHeading}</h2>
        <p class="hint">{phrases.tokensHint(tokens.length, cursor)}</p>
        {strip}
      </section>
      <section
        class="prediction"
        aria-labelledby="scores-heading"
        aria-busy={waiting}
        data-position={position}
        data-sequence={answer.sequence}
      >
        <h2 id="scores-heading">
          {phrases.scoresHeading} {token !== undefined && <TokenText bytes={token.bytes} />}
        </h2>
        {scores}
      </section>
    </>
  );
}

function NoModel({ state, send }: Pick<AppProps, 'state' | 'send'>): JSX.Element {
  if (isUnderWay(state)) return <Notice>{phrases.firstTraining}</Notice>;
  return (
    <Notice>
      {phrases.noModel}
      <button type="button" class="primary" onClick={() => send({ type: 'train' })}>
        {phrases.train}
      </button>
    </Notice>
  );
}

function isUnderWay(state: InspectorState): boolean {
  return !['none', 'done', 'cancelled', 'failed'].includes(state.training.phase);
}

function Notice({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="notice" role="status">
      {children}
    </div>
  );
}

interface ErrorNoticeProps {
  readonly sentence: string;
  readonly send: AppProps['send'];
  readonly children?: ComponentChildren;
}

function ErrorNotice({ sentence, send, children }: ErrorNoticeProps): JSX.Element {
  return (
    <div class="notice error" role="alert">
      <p class="error-sentence">{sentence}</p>
      {children}
      <button type="button" onClick={() => send({ type: 'showLog' })}>
        {phrases.showLog}
      </button>
    </div>
  );
}
