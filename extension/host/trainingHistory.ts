import type { PlainError } from '../protocol/errors.ts';
import type { CurvePoint, TrainingPhase, TrainingTick, TrainPoint } from '../protocol/inspector.ts';
import type { TrainingEvent, TrainingProgress, TrainingSample, Yardsticks } from '../protocol/training.ts';

/** More than an hour of a training as it was told, and all of a longer one, thinned. */
const maxPoints = 20_000;
/** Points of a tick, at most: at about 130 bytes a point, far below the limit of a message. */
const mostTold = 4_000;
/** More than anybody reads; at about 200 bytes a sample likewise. */
const maxSamples = 200;

/** How far a listener has read; see `tickAfter`. */
export interface ReadMark {
  readonly edition: number;
  readonly train: number;
  readonly heldOut: number;
  readonly samples: number;
  readonly yardsticks: boolean;
}

/** The curves of the last training, kept from its first event so that an Inspector opened later shows all of it. */
export class TrainingHistory {
  /** rises whenever points that were read already are replaced */
  #edition = 0;
  #phase: TrainingPhase = 'none';
  #train: TrainPoint[] = [];
  #heldOut: CurvePoint[] = [];
  #samples: TrainingSample[] = [];
  #yardsticks: Yardsticks | null = null;
  #best: CurvePoint | null = null;
  #latest: TrainingProgress | null = null;
  #error: PlainError | null = null;

  record(event: TrainingEvent): void {
    switch (event.type) {
      case 'stage':
        // A worker that died said no last word, so the first stage begins anew in any case.
        if (event.stage === 'reading' || !this.isRunning) this.#begin();
        this.#phase = event.stage;
        return;
      case 'corpus':
        return;
      case 'progress':
        this.#latest = event.progress;
        this.#train = this.#with(this.#train, trainPoint(event.progress));
        return;
      case 'yardsticks':
        this.#yardsticks = event.yardsticks;
        return;
      case 'sample':
        this.#samples.push(event.sample);
        if (this.#samples.length > maxSamples) this.#thinSamples();
        return;
      case 'heldOut': {
        const { step, heldOutBitsPerByte, elapsedSeconds, epoch } = event.point;
        const point: CurvePoint = [step, heldOutBitsPerByte, elapsedSeconds, epoch];
        if (event.point.best) this.#best = point;
        this.#heldOut = this.#with(this.#heldOut, point);
        return;
      }
      case 'done':
        this.#phase = event.cancelled ? 'cancelled' : 'done';
        return;
      case 'failed':
        // Asked for and come: no failure, though there is a sentence to say about it.
        this.#phase = event.error.code === 'trainingCancelled' ? 'cancelled' : 'failed';
        this.#error = event.error;
    }
  }

  /** What a listener at `mark` has not seen yet (null: everything), so much of it as a message may hold, and its new mark. */
  tickAfter(mark: ReadMark | null): {
    readonly tick: TrainingTick;
    readonly mark: ReadMark;
    /** there is more to be told */
    readonly isPart: boolean;
  } {
    const known = mark?.edition === this.#edition ? mark : null;
    const { train: fromTrain, heldOut: fromHeldOut } = known ?? { train: 0, heldOut: 0 };
    const train = this.#train.slice(fromTrain, fromTrain + mostTold);
    const heldOut = this.#heldOut.slice(fromHeldOut, fromHeldOut + mostTold - train.length);
    const [toTrain, toHeldOut] = [fromTrain + train.length, fromHeldOut + heldOut.length];
    return {
      tick: {
        phase: this.#phase,
        restart: known === null,
        train,
        heldOut,
        samples: this.#samples.slice(known?.samples ?? 0),
        yardsticks: known?.yardsticks === true ? null : this.#yardsticks,
        best: this.#best,
        latest: this.#latest,
        error: this.#error,
      },
      mark: {
        edition: this.#edition,
        train: toTrain,
        heldOut: toHeldOut,
        samples: this.#samples.length,
        yardsticks: this.#yardsticks !== null,
      },
      isPart: toTrain < this.#train.length || toHeldOut < this.#heldOut.length,
    };
  }

  get isRunning(): boolean {
    return !['none', 'done', 'cancelled', 'failed'].includes(this.#phase);
  }

  #begin(): void {
    this.#edition += 1;
    this.#train = [];
    this.#heldOut = [];
    this.#samples = [];
    this.#yardsticks = null;
    this.#best = null;
    this.#latest = null;
    this.#error = null;
  }

  /** Every second one; the last is what the model says now. */
  #thinSamples(): void {
    this.#edition += 1;
    const last = this.#samples.length - 1;
    this.#samples = this.#samples.filter((_, i) => (last - i) % 2 === 0);
  }

  #with<Point extends CurvePoint | TrainPoint>(points: Point[], point: Point): Point[] {
    points.push(point);
    if (points.length <= maxPoints) return points;
    this.#edition += 1;
    return thinned(points);
  }
}

function trainPoint({
  step,
  trainBitsPerByte,
  elapsedSeconds,
  epoch,
  tokens,
  learningRate,
  gradientNorm,
}: TrainingProgress): TrainPoint {
  return [step, trainBitsPerByte, elapsedSeconds, epoch, tokens, learningRate, gradientNorm];
}

/** Half of the points: of every four in a row the lowest and the highest, so that peaks stay and no value is invented. */
export function thinned<Point extends CurvePoint | TrainPoint>(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += 4) {
    const four = points.slice(start, start + 4);
    const values = four.map(([, value]) => value);
    const lowest = values.indexOf(Math.min(...values));
    const highest = values.lastIndexOf(Math.max(...values));
    kept.push(...four.filter((_, i) => i === lowest || i === highest));
  }
  // The newest point is what a reader compares with the figures beside the curve.
  const newest = points.at(-1);
  if (newest !== undefined && kept.at(-1) !== newest) kept.push(newest);
  return kept;
}
