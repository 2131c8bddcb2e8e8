import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CurveScales, InspectorRequest } from '../../protocol/inspector.ts';
import { noBetterFor } from './curves.ts';
import { count, decimal, duration, rate } from '../figures.ts';
import type { InspectorEvent, TrainingView } from '../inspectorState.ts';
import { phrases, trainingSentence } from '../phrases/phrases.ts';
import { TrainingCurves } from './trainingCurves.tsx';

/** A sentence that changes four times a second can't be listened to. */
const spokenEveryMs = 10_000;

interface TrainingPanelProps {
  readonly training: TrainingView;
  readonly scales: CurveScales;
  /** a text is looked at, and its tokens' vectors can be */
  readonly canShowWay: boolean;
  /** there is room for the figures alone */
  readonly isCompact: boolean;
  readonly dispatch: (event: InspectorEvent) => void;
  readonly send: (request: InspectorRequest) => void;
}

export function TrainingPanel({
  training,
  scales,
  canShowWay,
  isCompact,
  dispatch,
  send,
}: TrainingPanelProps): JSX.Element {
  const sentence = trainingSentence(training);
  return (
    <section class="training" aria-labelledby="training-heading" data-phase={training.phase}>
      <h2 id="training-heading">{phrases.trainingHeading}</h2>
      <p class="sentence">{sentence}</p>
      <p class="spoken-only" role="status">
        {useSpoken(sentence, training.phase)}
      </p>
      {training.error !== null && <p class="error-sentence">{training.error.message}</p>}
      <NoBetter training={training} send={send} />
      <Figures training={training} />
      {canShowWay && !isCompact && (
        <p class="controls">
          <button
            type="button"
            class="link"
            onClick={() => dispatch({ type: 'openStage', stage: 'vectors' })}
          >
            {phrases.driftLink}
          </button>
        </p>
      )}
      {!isCompact && training.train.length + training.heldOut.length > 0 && (
        <TrainingCurves training={training} scales={scales} dispatch={dispatch} send={send} />
      )}
    </section>
  );
}

/** A training that has long been no better asks whether it may end. */
function NoBetter({ training, send }: Pick<TrainingPanelProps, 'training' | 'send'>): JSX.Element | null {
  const stalled = noBetterFor(training);
  if (stalled === null) return null;
  const all = training.latest?.elapsedSeconds ?? stalled.seconds;
  const cpu = training.latest?.cpuSeconds ?? null;
  return (
    <p class="no-better controls">
      <span>
        {phrases.noBetter(count(stalled.checks), duration(stalled.seconds), duration(all))}{' '}
        {cpu !== null && phrases.cpuSoFar(duration(cpu))}
      </span>
      <button type="button" onClick={() => send({ type: 'stopTraining' })}>
        {phrases.stopTraining}
      </button>
    </p>
  );
}

function Figures({ training }: Pick<TrainingPanelProps, 'training'>): JSX.Element | null {
  const { latest } = training;
  if (latest === null) return null;
  const remaining = training.phase === 'training' ? latest.remainingSeconds : null;
  const figures: readonly (readonly [name: string, value: string])[] = [
    [phrases.step, count(latest.step)],
    [phrases.epoch, decimal(latest.epoch, 1)],
    [phrases.tokensPerSecond, count(latest.tokensPerSecond)],
    [phrases.learningRate, rate(latest.learningRate)],
    [phrases.gradientNorm, decimal(latest.gradientNorm, 3)],
    [phrases.cpuTime, latest.cpuSeconds === null ? phrases.unknown : duration(latest.cpuSeconds)],
    [phrases.remaining, remaining === null ? phrases.unknown : duration(remaining)],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The sentence as a screen reader gets it: at once when the phase changes, otherwise now and then. */
function useSpoken(sentence: string, phase: string): string {
  const [spoken, setSpoken] = useState(sentence);
  const newest = useRef(sentence);
  newest.current = sentence;
  useEffect(() => {
    setSpoken(newest.current);
    const timer = setInterval(() => setSpoken(newest.current), spokenEveryMs);
    return () => clearInterval(timer);
  }, [phase]);
  return spoken;
}
