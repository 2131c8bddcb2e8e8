import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CurvePoint, InspectorRequest } from '../protocol/inspector.ts';
import { curvesCsv } from './curvesCsv.ts';
import { count, decimal, duration, rate } from './figures.ts';
import type { TrainingView } from './inspectorState.ts';
import { LossChart } from './lossChart.ts';
import { phrases, trainingSentence } from './phrases.ts';

/** A sentence that changes four times a second can't be listened to. */
const spokenEveryMs = 10_000;

/** How many held-out points the table beside the chart lists. */
const listedPoints = 12;

interface TrainingPanelProps {
  readonly training: TrainingView;
  readonly send: (request: InspectorRequest) => void;
}

export function TrainingPanel({ training, send }: TrainingPanelProps): JSX.Element {
  const sentence = trainingSentence(training);
  return (
    <section class="training" aria-labelledby="training-heading" data-phase={training.phase}>
      <h2 id="training-heading">{phrases.trainingHeading}</h2>
      <p class="sentence">{sentence}</p>
      <p class="spoken-only" role="status">
        {useSpoken(sentence, training.phase)}
      </p>
      {training.error !== null && <p class="error-sentence">{training.error.message}</p>}
      <Figures training={training} />
      {training.train.length + training.heldOut.length > 0 && (
        <figure>
          <Chart training={training} />
          <HeldOutTable points={training.heldOut} best={training.best} />
          <p class="controls">
            <button
              type="button"
              onClick={() => send({ type: 'keep', format: 'csv', content: curvesCsv(training) })}
            >
              {phrases.curvesCsv}
            </button>
          </p>
        </figure>
      )}
    </section>
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

function Chart({ training }: Pick<TrainingPanelProps, 'training'>): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<LossChart | null>(null);
  useEffect(() => {
    chart.current = new LossChart(place.current!);
    return () => chart.current?.remove();
  }, []);
  useEffect(() => chart.current?.draw(training.train, training.heldOut), [training.train, training.heldOut]);
  return <div class="chart" role="img" aria-label={phrases.chartLabel} ref={place} />;
}

interface HeldOutTableProps {
  readonly points: readonly CurvePoint[];
  readonly best: CurvePoint | null;
}

function HeldOutTable({ points, best }: HeldOutTableProps): JSX.Element | null {
  if (points.length === 0) return null;
  return (
    <details>
      <summary>{phrases.numbers}</summary>
      <table class="held-out">
        <thead>
          <tr>
            <th scope="col" class="number">
              {phrases.step}
            </th>
            <th scope="col" class="number">
              {phrases.lossAxis}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.slice(-listedPoints).map(([step, bitsPerByte]) => (
            <tr key={step}>
              <td class="number">{count(step)}</td>
              <td class="number">
                {decimal(bitsPerByte, 4)}
                {step === best?.[0] && ` (${phrases.best})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
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
