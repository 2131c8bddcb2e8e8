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
  let [sum, weight, before] = [0, 0, 0];
  return train.map(([step, bitsPerByte]) => {
    const share = -Math.expm1(-Math.max(1, step - before) / steps);
    before = step;
    sum += share * (bitsPerByte - sum);
    weight += share * (1 - weight);
    return sum / weight;
  });
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

/** The moments of both curves, in their order. */
export function momentsOf({ train, heldOut }: Pick<TrainingView, 'train' | 'heldOut'>): Moment[] {
  const averages = smoothed(train, smoothedSteps(train));
  const moments: Moment[] = [];
  let [i, j] = [0, 0];
  while (i < train.length || j < heldOut.length) {
    const step = Math.min(train[i]?.[0] ?? Infinity, heldOut[j]?.[0] ?? Infinity);
    const isTrained = train[i]?.[0] === step;
    const isScored = heldOut[j]?.[0] === step;
    moments.push({
      step,
      train: isTrained ? train[i]! : null,
      smoothed: isTrained ? averages[i]! : null,
      heldOut: isScored ? heldOut[j]! : null,
      tokensPerSecond: isTrained ? speedAt(train, i) : null,
    });
    if (isTrained) i += 1;
    if (isScored) j += 1;
  }
  return moments;
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
