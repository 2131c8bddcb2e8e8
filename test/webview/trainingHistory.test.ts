import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadMark } from '../../extension/host/trainingHistory.ts';
import { thinned, TrainingHistory } from '../../extension/host/trainingHistory.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { CurvePoint, TrainingTick, TrainPoint } from '../../extension/protocol/inspector.ts';
import type { TrainingEvent } from '../../extension/protocol/training.ts';
import { heldOut, progress, reading, sample, yardsticks } from './trainingEvents.ts';

/** All that a listener at `mark` has not seen, in as many ticks as it takes. */
function readAll(
  history: TrainingHistory,
  before: ReadMark | null,
): { ticks: TrainingTick[]; mark: ReadMark } {
  const { tick, mark, isPart } = history.tickAfter(before);
  if (!isPart) return { ticks: [tick], mark };
  const rest = readAll(history, mark);
  return { ticks: [tick, ...rest.ticks], mark: rest.mark };
}

function tickOf(
  history: TrainingHistory,
  before: ReadMark | null,
): { ticks: TrainingTick[]; mark: ReadMark } {
  const { tick, mark } = history.tickAfter(before);
  return { ticks: [tick], mark };
}

/** What a listener holds after these ticks. */
function curveOf(ticks: readonly TrainingTick[]): TrainPoint[] {
  let curve: TrainPoint[] = [];
  for (const tick of ticks) curve = tick.restart ? [...tick.train] : [...curve, ...tick.train];
  return curve;
}

test('a listener that reads now and then holds the same curve as one that reads it all at the end', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 8 }), (pauses) => {
      const history = new TrainingHistory();
      history.record(reading);
      const ticks: TrainingTick[] = [];
      let mark: ReadMark | null = null;
      let step = 0;
      for (const pause of pauses) {
        for (let i = 0; i < pause; i += 1) history.record(progress(++step, 8 / step));
        // One that reads again before it has read all goes on where it was.
        const read: ReturnType<typeof readAll> =
          pause % 2 === 0 ? readAll(history, mark) : tickOf(history, mark);
        mark = read.mark;
        ticks.push(...read.ticks);
      }
      ticks.push(...readAll(history, mark).ticks);
      const all = readAll(history, null).ticks;
      const curve = curveOf(all);
      expect(curveOf(ticks)).toEqual(curve);
      expect(all.map(({ restart }) => restart)).toEqual(all.map((_, i) => i === 0));
      expect(curve.length).toBeLessThanOrEqual(20_000);
      if (step <= 20_000) expect(curve.length).toBe(step);
      expect(curve.at(-1)?.[0]).toBe(step);
      expect(all.at(-1)!.latest?.step).toBe(step);
    }),
    { numRuns: 50 },
  );
});

/** Without −0, which `===` takes for 0 and Object.is does not. */
const finite = fc.double({ noNaN: true }).map((value) => value + 0);

test('thinning keeps real points in their order, the extremes and the newest, and at most half of them and one', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 300 }), (values) => {
      const points = values.map((value, step): CurvePoint => [step, value, step, 0]);
      const kept = thinned(points);
      for (const point of kept) expect(points).toContain(point);
      const steps = kept.map(([step]) => step);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      expect(new Set(steps).size).toBe(steps.length);
      const keptValues = kept.map(([, value]) => value);
      expect(Math.min(...keptValues)).toBe(Math.min(...values));
      expect(Math.max(...keptValues)).toBe(Math.max(...values));
      expect(kept.at(-1)).toBe(points.at(-1));
      expect(kept.length).toBeLessThanOrEqual(2 * Math.ceil(points.length / 4) + 1);
    }),
  );
});

test('a second training starts with empty curves, whatever became of the first', () => {
  const history = new TrainingHistory();
  for (const event of [reading, progress(1, 7), heldOut(1, 7.5, true)]) history.record(event);
  const { mark } = history.tickAfter(null);
  history.record(reading);
  expect(history.tickAfter(mark).tick).toMatchObject({
    phase: 'reading',
    restart: true,
    train: [],
    heldOut: [],
    best: null,
    latest: null,
  });
});

test('a training that was stopped before there was anything to keep has not failed, and its sentence is told', () => {
  const history = new TrainingHistory();
  history.record(reading);
  history.record({
    type: 'failed',
    error: toPlainError(new NihiloError('trainingCancelled', say`Stopped.`)),
  });
  expect(history.tickAfter(null).tick).toMatchObject({ phase: 'cancelled', error: { message: 'Stopped.' } });
});

test('the best point is the last one that the trainer called best, and the end is told', () => {
  const history = new TrainingHistory();
  for (const event of [reading, heldOut(1, 7, true), heldOut(2, 5, true), heldOut(3, 6, false)]) {
    history.record(event);
  }
  expect(history.tickAfter(null).tick.best).toEqual([2, 5, 2, 0.02]);
  history.record({
    type: 'failed',
    error: toPlainError(new NihiloError('trainingDiverged', say`The loss is NaN.`)),
  });
  expect(history.tickAfter(null).tick).toMatchObject({
    phase: 'failed',
    error: { message: 'The loss is NaN.' },
  });
});

test('a point of a curve is what the trainer told, number for number', () => {
  const history = new TrainingHistory();
  for (const event of [reading, progress(7, 3.25), heldOut(7, 3.5, true)]) history.record(event);
  const { train, heldOut: scored } = history.tickAfter(null).tick;
  // step, bits per byte, seconds, epoch, tokens, learning rate, norm of the gradient
  expect(train).toEqual([[7, 3.25, 7, 0.07, 7 * 512, 3e-4, 1]]);
  expect(scored).toEqual([[7, 3.5, 7, 0.07]]);
});

test('what the curves are read against is told once to each listener, and again to one that begins anew', () => {
  const history = new TrainingHistory();
  for (const event of [reading, yardsticks, progress(1, 7)]) history.record(event);
  const first = history.tickAfter(null);
  expect(first.tick.yardsticks).toMatchObject({ vocabSize: 2048 });
  history.record(progress(2, 6));
  expect(history.tickAfter(first.mark).tick).toMatchObject({ restart: false, yardsticks: null });
  expect(history.tickAfter(null).tick.yardsticks).not.toBeNull();
  history.record(reading);
  expect(history.tickAfter(first.mark).tick).toMatchObject({ restart: true, yardsticks: null, samples: [] });
});

test('a listener that reads now and then holds the samples of one that reads them at the end: at most 200, the newest among them', () => {
  const history = new TrainingHistory();
  history.record(reading);
  let held: TrainingTick['samples'] = [];
  let mark: ReadMark | null = null;
  for (let step = 1; step <= 950; step++) {
    history.record(sample(step, `token ${step}`));
    if (step % 70 !== 0 && step !== 950) continue;
    const read = history.tickAfter(mark);
    mark = read.mark;
    held = read.tick.restart ? read.tick.samples : [...held, ...read.tick.samples];
    expect(held.at(-1)?.step).toBe(step);
  }
  expect(held).toEqual(history.tickAfter(null).tick.samples);
  expect(held.length).toBeLessThanOrEqual(200);
  expect(held.length).toBeGreaterThan(100);
});

test('the longest history comes in messages of less than 1 MB, point for point', () => {
  const history = new TrainingHistory();
  for (const event of [reading, yardsticks]) history.record(event);
  for (let step = 1; step <= 20_000; step++) {
    const noise = Math.PI / step;
    const { progress: told } = progress(123_456 + step, 1 + noise) as Extract<
      TrainingEvent,
      { type: 'progress' }
    >;
    const change = { epoch: noise, elapsedSeconds: noise, learningRate: noise, gradientNorm: noise };
    history.record({ type: 'progress', progress: { ...told, ...change } });
    history.record(heldOut(step, 1 + noise, false));
    if (step <= 200) history.record(sample(step, 'characters '.repeat(10)));
  }
  const { ticks } = readAll(history, null);
  const counts = (['train', 'heldOut', 'samples'] as const).map((name) =>
    ticks.reduce((sum, tick) => sum + tick[name].length, 0),
  );
  expect(counts).toEqual([20_000, 20_000, 200]);
  const losses = ticks.flatMap(({ train }) => train.map(([, loss]) => loss));
  expect(losses).toEqual(Array.from({ length: 20_000 }, (_, i) => 1 + Math.PI / (i + 1)));
  const largest = Math.max(...ticks.map((tick) => JSON.stringify(tick).length));
  expect(largest).toBeLessThan(1_000_000);
  console.log(`${ticks.length} ticks, the largest ${largest} bytes`);
});
