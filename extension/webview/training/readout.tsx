import type { JSX } from 'preact';
import { lastUpTo, type Moment, smoothed, smoothedSteps } from './curves.ts';
import { count, decimal, rate } from '../figures.ts';
import type { TrainingView } from '../inspectorState.ts';
import { phrases } from '../phrases/phrases.ts';

interface Row {
  /** of the line that it is drawn by; null for what is not in the picture */
  readonly line: 'train' | 'smoothed' | 'held-out' | 'best' | 'blind' | 'frequency' | null;
  readonly name: string;
  readonly value: number | null;
  readonly shown: (value: number) => string;
  readonly note?: string;
}

const loss = (value: number): string => decimal(value, 4);

interface ReadoutProps {
  readonly training: TrainingView;
  readonly moment: Moment;
}

/** Every series at one moment, exactly, beside the line that draws it: the legend of the plots. */
export function Readout({ training, moment }: ReadoutProps): JSX.Element {
  return (
    <table class="readout">
      <caption>{phrases.readoutCaption(count(moment.step))}</caption>
      <tbody>
        {rowsOf(training, moment).map(({ line, name, value, shown, note }) => (
          <tr key={name} data-series={line ?? name} data-value={value ?? undefined}>
            <th scope="row">
              <Line line={line} /> {name}
            </th>
            <td class="number">{value === null ? phrases.unknown : shown(value)}</td>
            <td>{note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function rowsOf({ train, heldOut, best, yardsticks }: TrainingView, { step, ...moment }: Moment): Row[] {
  const point = moment.train ?? lastUpTo(train, step);
  const steps = smoothedSteps(train);
  // Between the points, the last one stands, as in the picture.
  const average = moment.smoothed ?? (point === null ? null : smoothed(train, steps)[train.indexOf(point)]!);
  const scored = lastUpTo(heldOut, step);
  const atStep = (other: number): string => phrases.atStep(count(other));
  return [
    { line: 'train', name: phrases.trainSeries, value: point?.[1] ?? null, shown: loss },
    { line: 'smoothed', name: phrases.smoothedSeries(count(steps)), value: average, shown: loss },
    {
      line: 'held-out',
      name: phrases.heldOutSeries,
      value: scored?.[1] ?? null,
      shown: loss,
      ...(scored === null || scored[0] === step ? {} : { note: atStep(scored[0]) }),
    },
    {
      line: null,
      name: phrases.gap,
      value: scored === null || average === null ? null : scored[1] - average,
      shown: loss,
    },
    {
      line: 'best',
      name: phrases.bestSeries,
      value: best?.[1] ?? null,
      shown: loss,
      ...(best === null ? {} : { note: atStep(best[0]) }),
    },
    ...(yardsticks === null ? [] : yardstickRows(yardsticks)),
    { line: null, name: phrases.learningRate, value: point?.[5] ?? null, shown: rate },
    {
      line: null,
      name: phrases.gradientNorm,
      value: point?.[6] ?? null,
      shown: loss,
      ...(yardsticks !== null && point !== null && point[6] > yardsticks.clip
        ? { note: phrases.clipped(String(yardsticks.clip)) }
        : {}),
    },
    { line: null, name: phrases.tokensPerSecond, value: moment.tokensPerSecond, shown: count },
  ];
}

function yardstickRows({ vocabSize, blind, frequency }: NonNullable<TrainingView['yardsticks']>): Row[] {
  return [
    {
      line: 'blind',
      name: phrases.blindSeries,
      value: blind.bitsPerByte,
      shown: loss,
      note: phrases.blindNote(count(vocabSize), decimal(blind.loss, 4)),
    },
    {
      line: 'frequency',
      name: phrases.frequencySeries,
      value: frequency.bitsPerByte,
      shown: loss,
      note: phrases.frequencyNote(decimal(frequency.loss, 4)),
    },
  ];
}

/** As the plot draws it: the words beside it name it. */
function Line({ line }: Pick<Row, 'line'>): JSX.Element {
  return (
    <svg class={`series-line ${line ?? ''}`} viewBox="0 0 28 10" aria-hidden="true">
      {line === 'best' && <path d="M14 1 L19 5 L14 9 L9 5 Z" />}
      {line !== null && line !== 'best' && <path d="M0 5 H28" />}
      {line === 'held-out' && <circle cx="14" cy="5" r="3" />}
    </svg>
  );
}
