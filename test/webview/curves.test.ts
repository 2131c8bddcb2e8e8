import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CurvePoint, TrainPoint } from '../../extension/protocol/inspector.ts';
import {
  along,
  drawnOf,
  gapOf,
  lastUpTo,
  memorises,
  type Moment,
  momentAt,
  Moments,
  mostDrawn,
  nearestTo,
  noBetterFor,
  smoothed,
  smoothedSteps,
} from '../../extension/webview/training/curves.ts';

const trained = (step: number, loss: number): TrainPoint => [
  step,
  loss,
  2 * step,
  step / 10,
  100 * step,
  0.1,
  1,
];
const scored = (step: number, loss: number): CurvePoint => [step, loss, 2 * step, step / 10];

/** Ascending steps with a loss each. */
const curve = fc
  .uniqueArray(fc.integer({ min: 0, max: 5_000 }), { maxLength: 60 })
  .map((steps) => steps.sort((a, b) => a - b));

describe('the smoothed training loss', () => {
  test('of a constant is that constant from its first point on, whatever the points’ distances', () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: 1, max: 300 }), (steps, over) => {
        const train = steps.map((step) => trained(step, 2.5));
        for (const value of smoothed(train, over)) expect(value).toBeCloseTo(2.5, 12);
      }),
    );
  });

  test('is a weighted mean: nothing outside of the losses so far', () => {
    fc.assert(
      fc.property(curve, fc.infiniteStream(fc.double({ min: 0.5, max: 9, noNaN: true })), (steps, losses) => {
        const train = steps.map((step) => trained(step, losses.next().value as number));
        smoothed(train, 20).forEach((value, i) => {
          const before = train.slice(0, i + 1).map(([, loss]) => loss);
          expect(value).toBeGreaterThanOrEqual(Math.min(...before) - 1e-12);
          expect(value).toBeLessThanOrEqual(Math.max(...before) + 1e-12);
        });
      }),
    );
  });

  test('hears a point for its steps: ten that lie close count as one that was told in their place', () => {
    // A step from 4 to 2 at 100; told once at 110, or at each of the ten steps up to there.
    const early = Array.from({ length: 100 }, (_, i) => trained(i + 1, 4));
    const dense = Array.from({ length: 10 }, (_, i) => trained(101 + i, 2));
    const once = smoothed([...early, trained(110, 2)], 16).at(-1)!;
    const often = smoothed([...early, ...dense], 16).at(-1)!;
    expect(often).toBeCloseTo(once, 12);
  });

  test('looks back over a power of two of about a thirty-second of the steps', () => {
    expect([0, 1, 31, 64, 100, 1_000, 5_000].map((step) => smoothedSteps([trained(step, 1)]))).toEqual([
      1, 1, 1, 2, 2, 16, 128,
    ]);
    expect(smoothedSteps([])).toBe(1);
  });
});

test('the moments are the points of both curves in their order, each with what was told of it', () => {
  fc.assert(
    fc.property(curve, curve, (trainSteps, scoredSteps) => {
      const view = {
        train: trainSteps.map((step) => trained(step, 5)),
        heldOut: scoredSteps.map((step) => scored(step, 6)),
      };
      const moments = new Moments().read(view);
      const steps = [...new Set([...trainSteps, ...scoredSteps])].sort((a, b) => a - b);
      expect(moments.map(({ step }) => step)).toEqual(steps);
      expect(moments.flatMap(({ train }) => train ?? []).length).toBe(7 * view.train.length);
      expect(moments.flatMap(({ heldOut }) => (heldOut === null ? [] : [heldOut]))).toEqual(view.heldOut);
      expect(moments.every(({ train, smoothed: mean }) => (train === null) === (mean === null))).toBe(true);
    }),
  );
});

test('the speed of a moment is that since the point before, and not told at the first one', () => {
  const train = [trained(1, 5), trained(2, 5), [3, 5, 14, 0.3, 300, 0.1, 1] as const];
  expect(new Moments().read({ train, heldOut: [] }).map(({ tokensPerSecond }) => tokensPerSecond)).toEqual([
    null,
    50,
    10,
  ]);
});

test('a step is found at the last moment up to it, and no step is the newest one', () => {
  const moments = new Moments().read({
    train: [10, 20, 30].map((step) => trained(step, 1)),
    heldOut: [scored(0, 1)],
  });
  expect([null, 0, 9, 20, 29, 99].map((step) => momentAt(moments, step))).toEqual([3, 0, 0, 2, 2, 3]);
  expect(lastUpTo([scored(5, 1), scored(9, 2)], 8)?.[0]).toBe(5);
  expect(lastUpTo([scored(5, 1)], 4)).toBeNull();
});

test('the gap is told where both losses are', () => {
  const moments = new Moments().read({
    train: [1, 2, 3].map((step) => trained(step, 2)),
    heldOut: [scored(0, 4), scored(2, 3), scored(3, 3)],
  });
  expect(gapOf(moments)).toEqual([
    { at: scored(2, 3), smoothed: 2 },
    { at: scored(3, 3), smoothed: 2 },
  ]);
});

test('a point lies at its step, its epoch or its time', () => {
  expect((['step', 'epoch', 'seconds'] as const).map((axis) => along(trained(40, 1), axis))).toEqual([
    40, 4, 80,
  ]);
  expect((['step', 'epoch', 'seconds'] as const).map((axis) => along(scored(40, 1), axis))).toEqual([
    40, 4, 80,
  ]);
});

test('five scores without a better one are said, with the time that they took, and only while the training runs', () => {
  const heldOut = [3, 2, 2.1, 2.2, 2.1, 2.3, 2.05].map((loss, i) => scored(10 * i, loss));
  const view = { heldOut, best: heldOut[1]!, phase: 'training', latest: null } as const;
  expect(noBetterFor(view)).toEqual({ checks: 5, seconds: 100 });
  expect(noBetterFor({ ...view, heldOut: heldOut.slice(0, -1) })).toBeNull();
  expect(noBetterFor({ ...view, phase: 'done' })).toBeNull();
  expect(noBetterFor({ ...view, best: null })).toBeNull();
});

test('three rises running memorise, two and a level one do not', () => {
  const view = (...losses: number[]) =>
    ({ phase: 'training', heldOut: losses.map((loss, i) => scored(i, loss)) }) as const;
  expect(memorises(view(2, 2.1, 2.2, 2.3))).toBe(true);
  expect(memorises(view(2, 2.1, 2.1, 2.3))).toBe(false);
  expect(memorises(view(2.1, 2.2, 2.3))).toBe(false);
});

test('curves that are read as they grow have the moments of those that are read at the end', () => {
  const cuts = fc.array(fc.nat(60), { maxLength: 6 });
  fc.assert(
    fc.property(curve, curve, cuts, (trainSteps, scoredSteps, cuts) => {
      const train = trainSteps.map((step) => trained(step, 1 + (step % 7)));
      const heldOut = scoredSteps.map((step) => scored(step, 6));
      const growing = new Moments();
      const all = [...trainSteps, ...scoredSteps].sort((a, b) => a - b);
      for (const cut of cuts.sort((a, b) => a - b)) {
        const until = all[cut] ?? Infinity;
        // A score is told behind the loss of its step, or in the next tick.
        const view = {
          train: train.filter(([step]) => step <= until),
          heldOut: heldOut.filter(([step]) => step < until),
        };
        expect(growing.read(view)).toEqual(new Moments().read(view));
      }
      expect(growing.read({ train, heldOut })).toEqual(new Moments().read({ train, heldOut }));
      // Another training begins anew.
      const other = { train: train.slice(1), heldOut };
      expect(growing.read(other)).toEqual(new Moments().read(other));
    }),
  );
});

describe('what a plot draws of 20,000 moments', () => {
  const losses = (moment: Moment): number | null => moment.train?.[1] ?? null;
  const scores = (moment: Moment): number | null => moment.heldOut?.[1] ?? null;
  const long = (seed: number): readonly Moment[] => {
    const train = Array.from({ length: 20_000 }, (_, i) => trained(i + 1, 2 + Math.sin(seed * i * i)));
    const heldOut = Array.from({ length: 300 }, (_, i) => scored(66 * i + 1, 3 + Math.cos(seed * i)));
    return new Moments().read({ train, heldOut });
  };

  test('is at most 2,000 of them, in their order, first and last, lowest and highest of every stretch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.boolean(), (seed, isLog) => {
        const moments = long(seed);
        const x = ({ step }: Moment): number => (isLog ? Math.log(step) : step);
        const drawn = drawnOf(moments, x, [losses, scores]);
        expect(drawn.length).toBeLessThanOrEqual(mostDrawn);
        expect(drawn.length).toBeGreaterThan(isLog ? 300 : 900);
        const places = drawn.map((moment) => moments.indexOf(moment));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect([drawn[0], drawn.at(-1)]).toEqual([moments[0], moments.at(-1)]);
        // A tenth of the axis has whole stretches in its middle: what is highest there is drawn.
        const [from, to] = [x(moments[0]!), x(moments.at(-1)!)];
        for (let tenth = 0; tenth < 10; tenth++) {
          const within = (moment: Moment): boolean =>
            Math.floor((9.9999 * (x(moment) - from)) / (to - from)) === tenth;
          for (const series of [losses, scores]) {
            const of = (all: readonly Moment[]): number[] =>
              all.filter(within).flatMap((moment) => series(moment) ?? []);
            const [known, seen] = [of(moments), of(drawn)];
            if (known.length === 0) continue;
            expect(Math.max(...seen)).toBe(Math.max(...known));
            expect(Math.min(...seen)).toBe(Math.min(...known));
          }
        }
      }),
      { numRuns: 6 },
    );
  });

  test('is all of them where they are few', () => {
    const moments = long(1).slice(0, mostDrawn);
    expect(drawnOf(moments, ({ step }) => step, [losses])).toBe(moments);
  });

  test('is no limit to what can be pointed at: the nearest of all', () => {
    const moments = long(1);
    expect(moments[nearestTo(moments, 12_345.4, 'step')]!.step).toBe(12_345);
    expect(moments[nearestTo(moments, 24_690.9, 'seconds')]!.step).toBe(12_345);
    expect(nearestTo(moments, -5, 'step')).toBe(0);
    expect(nearestTo(moments, 1e9, 'epoch')).toBe(moments.length - 1);
  });
});
