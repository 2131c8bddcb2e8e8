import type { JSX } from 'preact';
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { axes, type CurveScales, type InspectorRequest } from '../../protocol/inspector.ts';
import { along, type Axis, drawnOf, gapOf, type Moment, momentAt, Moments, nearestTo } from './curves.ts';
import { curvesCsv } from './curvesCsv.ts';
import { count, decimal, duration } from '../figures.ts';
import { HeldOutTable } from './heldOutTable.tsx';
import type { InspectorEvent, TrainingView } from '../inspectorState.ts';
import { figureOptions, lossOptions, type Marks, shortDecimal, shortRate } from './lossPlot.ts';
import { phrases } from '../phrases/phrases.ts';
import { PlotView, type PlotViewProps } from './plotView.tsx';
import { Readout } from './readout.tsx';
import { SampleTimeline } from './sampleTimeline.tsx';

interface TrainingCurvesProps {
  readonly training: TrainingView;
  readonly scales: CurveScales;
  readonly dispatch: (event: InspectorEvent) => void;
  readonly send: (request: InspectorRequest) => void;
}

/** All curves of a training over one x, with one line across them that keys and pointer move, and what is told of where it stands. */
export function TrainingCurves({ training, scales, dispatch, send }: TrainingCurvesProps): JSX.Element {
  /** null: where the training is */
  const [step, setStep] = useState<number | null>(null);
  const { train, heldOut } = training;
  const read = useRef(new Moments());
  const moments = useMemo(() => {
    const all = read.current.read({ train, heldOut });
    return scales.logX ? all.filter((moment) => xOf(moment, scales.axis) > 0) : all;
  }, [train, heldOut, scales]);
  const index = momentAt(moments, step);
  const choose = useCallback(
    (at: number): void => setStep(at >= moments.length - 1 ? null : moments[at]!.step),
    [moments],
  );
  const { samples, yardsticks } = training;
  const prompt = yardsticks?.prompt ?? null;
  const sample = samples.findLastIndex((one) => one.step <= (moments[index]?.step ?? 0));
  return (
    <>
      <ScaleControls scales={scales} onChange={(next) => dispatch({ type: 'scale', scales: next })} />
      <figure>
        {moments.length > 0 && (
          <>
            <DrawnOrNot
              training={training}
              moments={moments}
              scales={scales}
              at={xOf(moments[index]!, scales.axis)}
              onPoint={(x) => choose(nearestTo(moments, x, scales.axis))}
            />
            <MomentSlider moments={moments} index={index} onChoose={choose} />
            <Readout training={training} moment={moments[index]!} />
          </>
        )}
        <HeldOutTable training={training} />
        <p class="controls">
          <button
            type="button"
            onClick={() => send({ type: 'keep', what: 'curves', content: curvesCsv(training) })}
          >
            {phrases.curvesCsv}
          </button>
        </p>
      </figure>
      {prompt !== null && samples.length > 0 && (
        <SampleTimeline
          samples={samples}
          prompt={prompt}
          heldOut={heldOut}
          chosen={sample}
          onChoose={setStep}
          send={send}
        />
      )}
    </>
  );
}

function xOf({ train, heldOut }: Moment, axis: Axis): number {
  return along((train ?? heldOut)!, axis);
}

/** What a plot of these series draws of the moments. */
function drawnOver(
  { axis, logX }: CurveScales,
  moments: readonly Moment[],
  series: Parameters<typeof drawnOf>[2],
): readonly Moment[] {
  const x = (moment: Moment): number => xOf(moment, axis);
  return drawnOf(moments, logX ? (moment) => Math.log(x(moment)) : x, series);
}

interface ScaleControlsProps {
  readonly scales: CurveScales;
  readonly onChange: (scales: CurveScales) => void;
}

function ScaleControls({ scales, onChange }: ScaleControlsProps): JSX.Element {
  return (
    <p class="controls">
      <label>
        {phrases.over}{' '}
        <select
          value={scales.axis}
          onChange={(event) => {
            const axis = axes.find((name) => name === event.currentTarget.value);
            if (axis !== undefined) onChange({ ...scales, axis });
          }}
        >
          {axes.map((axis) => (
            <option key={axis} value={axis}>
              {phrases.axes[axis]}
            </option>
          ))}
        </select>
      </label>
      {(['logX', 'logY'] as const).map((scale) => (
        <label key={scale}>
          <input
            type="checkbox"
            checked={scales[scale]}
            onChange={(event) => onChange({ ...scales, [scale]: event.currentTarget.checked })}
          />{' '}
          {phrases[scale]}
        </label>
      ))}
    </p>
  );
}

interface NotDrawnProps {
  readonly failure: Error;
  readonly onRetry: () => void;
}

/** The numbers stand below all the same. */
function NotDrawn({ failure, onRetry }: NotDrawnProps): JSX.Element {
  return (
    <div class="notice error not-drawn" role="alert">
      <p class="error-sentence">{phrases.notDrawn(failure.message)}</p>
      <button type="button" onClick={onRetry}>
        {phrases.tryAgain}
      </button>
    </div>
  );
}

/** The plots; where what draws them is not to be had, a sentence and a way to try again. */
function DrawnOrNot(props: Omit<PlotsProps, 'onFailure' | 'attempt'>): JSX.Element {
  const [failure, setFailure] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = (): void => {
    setFailure(null);
    setAttempt(attempt + 1);
  };
  return (
    <>
      {failure !== null && <NotDrawn failure={failure} onRetry={retry} />}
      <Plots {...props} onFailure={setFailure} attempt={attempt} />
    </>
  );
}

interface PlotsProps extends Pick<PlotViewProps, 'at' | 'onPoint' | 'onFailure' | 'attempt'> {
  readonly training: TrainingView;
  readonly moments: readonly Moment[];
  readonly scales: CurveScales;
}

function Plots({ training, moments, scales, at, onPoint, onFailure, attempt }: PlotsProps): JSX.Element {
  const { best, yardsticks } = training;
  const newest = useRef({ moments, best });
  newest.current = { moments, best };
  const describe = useMemo(() => {
    const marks = (): Marks => ({ gap: gapOf(newest.current.moments), best: newest.current.best });
    return lossOptions(scales, marks);
  }, [scales]);
  const losses = useCallback((): uPlot.AlignedData => {
    const [trainLoss, heldOutLoss] = [
      ({ train }: Moment) => train?.[1] ?? null,
      ({ heldOut }: Moment) => heldOut?.[1] ?? null,
    ];
    const drawn = drawnOver(scales, moments, [trainLoss, heldOutLoss]);
    const across = (value: number | undefined): (number | null)[] => drawn.map(() => value ?? null);
    return [
      drawn.map((moment) => xOf(moment, scales.axis)),
      drawn.map(trainLoss),
      drawn.map(({ smoothed }) => smoothed),
      drawn.map(heldOutLoss),
      across(yardsticks?.blind.bitsPerByte),
      across(yardsticks?.frequency.bitsPerByte),
    ];
  }, [moments, scales, yardsticks]);
  const shared = { moments, scales, at, onPoint, onFailure, attempt };
  return (
    <>
      <PlotView
        class="chart"
        label={phrases.chartLabel}
        describe={describe}
        data={losses}
        at={at}
        onPoint={onPoint}
        onFailure={onFailure}
        attempt={attempt}
      />
      <Figure
        {...shared}
        label={phrases.learningRate}
        of={({ train }) => train?.[5] ?? null}
        shown={shortRate}
      />
      <Figure
        {...shared}
        label={phrases.gradientNorm}
        of={({ train }) => train?.[6] ?? null}
        shown={shortDecimal}
        limit={yardsticks?.clip ?? null}
      />
      <Figure
        {...shared}
        label={phrases.tokensPerSecond}
        of={({ tokensPerSecond }) => tokensPerSecond}
        shown={count}
      />
    </>
  );
}

interface FigureProps extends Omit<PlotsProps, 'training'> {
  readonly label: string;
  readonly of: (moment: Moment) => number | null;
  readonly shown: (value: number) => string;
  readonly limit?: number | null;
}

function Figure({
  label,
  moments,
  scales,
  of,
  shown,
  limit = null,
  at,
  onPoint,
  onFailure,
  attempt,
}: FigureProps): JSX.Element {
  const describe = useMemo(
    () => figureOptions(scales, label, shown, limit !== null),
    [scales, label, shown, limit !== null],
  );
  const data = useCallback((): uPlot.AlignedData => {
    const drawn = drawnOver(scales, moments, [of]);
    return [
      drawn.map((moment) => xOf(moment, scales.axis)),
      drawn.map(of),
      ...(limit === null ? [] : [drawn.map(() => limit)]),
    ];
  }, [moments, scales, limit]);
  return (
    <PlotView
      class="chart small"
      label={phrases.figureLabel(label)}
      describe={describe}
      data={data}
      at={at}
      onPoint={onPoint}
      onFailure={onFailure}
      attempt={attempt}
    />
  );
}

interface MomentSliderProps {
  readonly moments: readonly Moment[];
  readonly index: number;
  readonly onChoose: (index: number) => void;
}

function MomentSlider({ moments, index, onChoose }: MomentSliderProps): JSX.Element {
  const { step, train, heldOut } = moments[index]!;
  const told = [
    ...(train === null ? [] : [phrases.trainLossSentence(decimal(train[1], 3))]),
    ...(heldOut === null ? [] : [phrases.heldOutSentence(decimal(heldOut[1], 3))]),
  ];
  const at = (train ?? heldOut)!;
  return (
    <label class="slider moment">
      {phrases.moment}{' '}
      <input
        type="range"
        min={0}
        max={moments.length - 1}
        step={1}
        value={index}
        aria-valuetext={[phrases.stepSentence(count(step)), ...told].join(' ')}
        onInput={(event) => onChoose(Number(event.currentTarget.value))}
      />{' '}
      <output>{phrases.when(count(step), decimal(at[3], 2), duration(at[2]))}</output>
    </label>
  );
}
