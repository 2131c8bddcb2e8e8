import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadMark } from '../../extension/host/trainingHistory.ts';
import { thinned, TrainingHistory } from '../../extension/host/trainingHistory.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { CurvePoint, TrainingTick } from '../../extension/protocol/inspector.ts';
import { heldOut, progress, reading } from './trainingEvents.ts';

/** What a listener holds after these ticks. */
function curveOf(ticks: readonly TrainingTick[]): CurvePoint[] {
  let curve: CurvePoint[] = [];
  for (const tick of ticks) curve = tick.restart ? [...tick.train] : [...curve, ...tick.train];
  return curve;
}

test('a listener that reads now and then holds the same curve as one that reads it all at the end', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 }), (pauses) => {
      const history = new TrainingHistory();
      history.record(reading);
      const ticks: TrainingTick[] = [];
      let mark: ReadMark | null = null;
      let step = 0;
      for (const pause of pauses) {
        for (let i = 0; i < pause; i += 1) history.record(progress(++step, 8 / step));
        const read = history.tickAfter(mark);
        mark = read.mark;
        ticks.push(read.tick);
      }
      const all = history.tickAfter(null).tick;
      expect(curveOf(ticks)).toEqual(all.train);
      expect(all.restart).toBe(true);
      expect(all.train.length).toBeLessThanOrEqual(2000);
      expect(all.train.at(-1)?.[0]).toBe(step);
      expect(all.latest?.step).toBe(step);
    }),
    { numRuns: 50 },
  );
});

/** Without −0, which `===` takes for 0 and Object.is does not. */
const finite = fc.double({ noNaN: true }).map((value) => value + 0);

test('thinning keeps real points in their order, the extremes and the newest, and at most half of them and one', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 300 }), (values) => {
      const points = values.map((value, step): CurvePoint => [step, value]);
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
  expect(history.tickAfter(null).tick.best).toEqual([2, 5]);
  history.record({
    type: 'failed',
    error: toPlainError(new NihiloError('trainingDiverged', say`The loss is NaN.`)),
  });
  expect(history.tickAfter(null).tick).toMatchObject({
    phase: 'failed',
    error: { message: 'The loss is NaN.' },
  });
});
