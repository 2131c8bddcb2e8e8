import type { CurvePoint, CurveScales, TrainPoint } from '../../protocol/inspector.ts';
import type { TrainingView } from '../inspectorState.ts';

export type Axis = CurveScales['axis'];

export function along(point: CurvePoint | TrainPoint, axis: Axis): number {
  return point[{ step: 0, seconds: 2, epoch: 3 }[axis]]!;
}

/** Steps of training that the smoothed loss looks back over: a power of 2, so that it seldom becomes another one. */
export function smoothedSteps(train: readonly TrainPoint[]): number {
  const steps = train.at(-1)?.[0] ?? 0;
  return 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, steps / 32))));
}

/**
 * Moving average of the training loss over so many steps. A point counts for the steps since the one before, so that points which lie close
 * do not count twice, and the average does not begin at 0.
 */
export function smoothed(train: readonly TrainPoint[], steps: number): number[] {
  const over = average(steps);
  return train.map((point) => averaged(over, point));
}

/** A moving average under way. */
interface Average {
  readonly steps: number;
  sum: number;
  weight: number;
  before: number;
}

function average(steps: number): Average {
  return { steps, sum: 0, weight: 0, before: 0 };
}

/** The average with one more point. */
function averaged(over: Average, [step, bitsPerByte]: TrainPoint): number {
  const share = -Math.expm1(-Math.max(1, step - over.before) / over.steps);
  over.before = step;
  over.sum += share * (bitsPerByte - over.sum);
  over.weight += share * (1 - over.weight);
  return over.sum / over.weight;
}

/** Everything that was told of one moment. */
export interface Moment {
  readonly step: number;
  readonly train: TrainPoint | null;
  readonly smoothed: number | null;
  /** scored at this step */
  readonly heldOut: CurvePoint | null;
  /** mean since the point before */
  readonly tokensPerSecond: number | null;
}

/**
 * The moments of both curves, in their order. Curves grow by a few points at a time: what was read of them stays, as long as they begin with
 * the same points and are smoothed over as many steps.
 */
export class Moments {
  #train: readonly TrainPoint[] = [];
  #heldOut: readonly CurvePoint[] = [];
  #moments: Moment[] = [];
  #average: Average = average(1);

  read({ train, heldOut }: Pick<TrainingView, 'train' | 'heldOut'>): readonly Moment[] {
    const steps = smoothedSteps(train);
    const goesOn =
      this.#average.steps === steps && goesOnWith(train, this.#train) && goesOnWith(heldOut, this.#heldOut);
    // A score may be told before or after the loss of its step, and the two are one moment.
    const last = goesOn ? this.#moments.at(-1) : undefined;
    const [i, j] = goesOn ? [this.#train.length, this.#heldOut.length] : [0, 0];
    if (!goesOn) {
      this.#moments = [];
      this.#average = average(steps);
    }
    const added = this.#added(train, i, heldOut, j);
    const first = added[0];
    if (first !== undefined && last !== undefined && first.step < last.step) {
      // Told out of order: from the beginning.
      this.#train = this.#heldOut = [];
      this.#average = average(0);
      return this.read({ train, heldOut });
    }
    [this.#train, this.#heldOut] = [train, heldOut];
    if (first === undefined) return this.#moments;
    const both = last === undefined ? null : together(last, first);
    this.#moments =
      both === null ? [...this.#moments, ...added] : [...this.#moments.slice(0, -1), both, ...added.slice(1)];
    return this.#moments;
  }

  #added(train: readonly TrainPoint[], i: number, heldOut: readonly CurvePoint[], j: number): Moment[] {
    const added: Moment[] = [];
    while (i < train.length || j < heldOut.length) {
      const step = Math.min(train[i]?.[0] ?? Infinity, heldOut[j]?.[0] ?? Infinity);
      const isTrained = train[i]?.[0] === step;
      const isScored = heldOut[j]?.[0] === step;
      added.push({
        step,
        train: isTrained ? train[i]! : null,
        smoothed: isTrained ? averaged(this.#average, train[i]!) : null,
        heldOut: isScored ? heldOut[j]! : null,
        tokensPerSecond: isTrained ? speedAt(train, i) : null,
      });
      if (isTrained) i += 1;
      if (isScored) j += 1;
    }
    return added;
  }
}

/** Two that are one: of the one the loss was told, of the other the score. */
function together(one: Moment, other: Moment): Moment | null {
  if (one.step !== other.step) return null;
  if (one.heldOut === null && other.train === null) return { ...one, heldOut: other.heldOut };
  if (one.train === null && other.heldOut === null) return { ...other, heldOut: one.heldOut };
  return null;
}

/** The one array is the other with more behind it; points are never changed. */
function goesOnWith<Point>(points: readonly Point[], before: readonly Point[]): boolean {
  return (
    points.length >= before.length &&
    points[before.length - 1] === before.at(-1) &&
    points[0] === (before[0] ?? points[0])
  );
}

/** What a plot draws of so many moments: no picture is so wide. */
export const mostDrawn = 2_000;

/**
 * Of each stretch of the x axis the moments where a series is lowest and highest: peaks stay, and no value is invented.
 * @param x of a moment, as it is drawn: of a logarithmic axis the logarithm
 * @param series what is drawn; null where there is nothing of it
 */
export function drawnOf(
  moments: readonly Moment[],
  x: (moment: Moment) => number,
  series: readonly ((moment: Moment) => number | null)[],
): readonly Moment[] {
  if (moments.length <= mostDrawn) return moments;
  const [first, last] = [x(moments[0]!), x(moments.at(-1)!)];
  const stretches = Math.floor((mostDrawn - 2) / (2 * series.length));
  const scale = stretches / (last - first || 1);
  const [lowest, highest] = [0, 1].map(() => new Int32Array(stretches * series.length).fill(-1));
  const values = new Float64Array(moments.length);
  series.forEach((valueOf, s) => {
    moments.forEach((moment, i) => {
      const value = valueOf(moment);
      if (value === null) return;
      values[i] = value;
      const stretch = Math.max(0, Math.min(stretches - 1, Math.floor((x(moment) - first) * scale)));
      const at = stretch * series.length + s;
      if (lowest![at]! < 0 || value < values[lowest![at]!]!) lowest![at] = i;
      if (highest![at]! < 0 || value > values[highest![at]!]!) highest![at] = i;
    });
  });
  const kept = new Set([0, moments.length - 1, ...lowest!, ...highest!]);
  kept.delete(-1);
  return [...kept].sort((a, b) => a - b).map((i) => moments[i]!);
}

/** Index of the moment that is nearest to an x. */
export function nearestTo(moments: readonly Moment[], x: number, axis: Axis): number {
  let best = 0;
  let least = Infinity;
  moments.forEach(({ train, heldOut }, i) => {
    const distance = Math.abs(along((train ?? heldOut)!, axis) - x);
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

/** What was trained before the first point, on a training that was gone on with, has another clock. */
function speedAt(train: readonly TrainPoint[], i: number): number | null {
  const [before, now] = [train[i - 1], train[i]!];
  if (before === undefined || now[2] <= before[2]) return null;
  return (now[4] - before[4]) / (now[2] - before[2]);
}

/** Index of the last moment up to a step; that of the first where there is none; null: the last of all. */
export function momentAt(moments: readonly Moment[], step: number | null): number {
  const at = step === null ? moments.length - 1 : moments.findLastIndex((moment) => moment.step <= step);
  return Math.max(0, at);
}

/** The last point of a curve up to a step; null before the first. */
export function lastUpTo<Point extends { readonly 0: number }>(
  points: readonly Point[],
  step: number,
): Point | null {
  return points.findLast((point) => point[0] <= step) ?? null;
}

/** Where the held-out loss and the smoothed training loss were both told: what lies between them was learnt of the text, not of the language. */
export function gapOf(moments: readonly Moment[]): { readonly at: CurvePoint; readonly smoothed: number }[] {
  return moments.flatMap((moment) =>
    moment.heldOut !== null && moment.smoothed !== null
      ? [{ at: moment.heldOut, smoothed: moment.smoothed }]
      : [],
  );
}

/** Scores of held-out text that got worse one after the other. */
const risesInARow = 3;

/** The training loss falls and the held-out loss rises, again and again: the text is learnt by heart. */
export function memorises({ heldOut, phase }: Pick<TrainingView, 'heldOut' | 'phase'>): boolean {
  if (phase !== 'training' || heldOut.length <= risesInARow) return false;
  const last = heldOut.slice(-1 - risesInARow).map(([, loss]) => loss);
  return last.every((loss, i) => i === 0 || loss > last[i - 1]!);
}

/** So many scores without a better one are said. */
const patience = 5;

/** Scores since the best, and the seconds that they took, of a training that runs; null while there are few. */
export function noBetterFor({
  heldOut,
  best,
  phase,
  latest,
}: Pick<TrainingView, 'heldOut' | 'best' | 'phase' | 'latest'>): {
  readonly checks: number;
  readonly seconds: number;
} | null {
  if (phase !== 'training' || best === null) return null;
  const checks = heldOut.filter(([step]) => step > best[0]).length;
  if (checks < patience) return null;
  const now = Math.max(latest?.elapsedSeconds ?? 0, heldOut.at(-1)![2]);
  return { checks, seconds: now - best[2] };
}
