import type { StopCondition, TrainingEvent, TrainingProgress } from '../protocol/training.ts';
import type { HeldOut, Score } from './heldOut.ts';
import type { Learner, StepResult } from './learner.ts';
import type { Pace } from './pace.ts';
import type { Team } from './team.ts';

/** How a training is told to pause or to stop. */
export interface Steering {
  readonly cancelled: boolean;
  /** lets messages in; returns once training is not paused */
  breathe(): Promise<void>;
}

export interface Best {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly step: number;
  /** on the sampled held-out windows */
  readonly score: Pick<Score, 'loss' | 'bitsPerByte'>;
}

export interface LoopParts {
  readonly team: Team;
  readonly learner: Learner;
  readonly heldOut: HeldOut;
  readonly pace: Pace;
  readonly stop: StopCondition;
  readonly steering: Steering;
  /** tokens ÷ bytes of the training text */
  readonly tokensPerByte: number;
  readonly emit: (event: TrainingEvent) => void;
  /** called now and then with a new best, so that a crash loses little */
  readonly save: (best: Best) => Promise<void>;
}

export interface LoopResult {
  readonly best: Best;
  readonly trainLoss: number;
  readonly flopsPerSecond: number;
  /** of this run, without what was done before a resumption */
  readonly tokens: number;
  readonly secondsOfRun: number;
  /** of the whole training */
  readonly seconds: number;
}

/** Held-out windows that are scored while training; all of them are in the end. */
const sampledWindows = 24;
const msBetweenProgress = 250;
const secondsBetweenSaves = 60;
/** Steps whose mean is reported as the training loss in the end. */
const reportedSteps = 50;

/** Step after step until the training ends; keeps the weights that did best on held-out text. */
export class TrainingLoop {
  readonly #parts: LoopParts;
  readonly #recent: StepResult[] = [];
  #sinceProgress: StepResult[] = [];
  #progressAt = 0;
  #savedAt = 0;
  #stepMs = 0;
  #flops = 0;
  #best: Best | null;

  constructor(parts: LoopParts, best: Best | null) {
    this.#parts = parts;
    this.#best = best;
  }

  async run(): Promise<LoopResult> {
    const { learner, pace, steering } = this.#parts;
    const before = { tokens: learner.state.tokens, seconds: pace.seconds };
    let lastScored = this.#best?.step ?? -1;
    for (;;) {
      const { step } = learner.state;
      const progress = pace.progress(step);
      const over = progress >= 1 || steering.cancelled || this.#targetReached();
      if (step !== lastScored && (over || pace.evaluationDue(step))) {
        await this.#evaluate();
        lastScored = step;
      }
      if (over) break;
      this.#step(progress);
      await pace.outside(() => steering.breathe());
    }
    const recent = this.#recent.slice(-reportedSteps);
    return {
      best: this.#best!,
      trainLoss: mean(recent.map((result) => result.loss)),
      flopsPerSecond: this.#flops / (this.#stepMs / 1_000),
      tokens: learner.state.tokens - before.tokens,
      secondsOfRun: pace.seconds - before.seconds,
      seconds: pace.seconds,
    };
  }

  #targetReached(): boolean {
    const { targetLoss } = this.#parts.stop;
    return targetLoss !== undefined && this.#best !== null && this.#best.score.loss <= targetLoss;
  }

  #step(progress: number): void {
    const start = performance.now();
    const result = this.#parts.learner.step(progress);
    this.#stepMs += performance.now() - start;
    this.#flops += result.flops;
    this.#recent.push(result);
    if (this.#recent.length > 2 * reportedSteps) this.#recent.splice(0, reportedSteps);
    this.#sinceProgress.push(result);
    if (performance.now() - this.#progressAt >= msBetweenProgress) this.#report();
  }

  #report(): void {
    const { learner, pace, tokensPerByte, emit } = this.#parts;
    const { step, tokens } = learner.state;
    const last = this.#sinceProgress.at(-1)!;
    const trainLoss = mean(this.#sinceProgress.map((result) => result.loss));
    const elapsedSeconds = pace.seconds;
    const progress: TrainingProgress = {
      step,
      epoch: learner.epochs,
      tokens,
      elapsedSeconds,
      remainingSeconds: pace.remainingSeconds(step),
      tokensPerSecond: tokens / elapsedSeconds,
      learningRate: last.learningRate,
      gradientNorm: last.gradientNorm,
      trainLoss,
      trainBitsPerByte: (trainLoss / Math.LN2) * tokensPerByte,
    };
    emit({ type: 'progress', progress });
    this.#sinceProgress = [];
    this.#progressAt = performance.now();
  }

  async #evaluate(): Promise<void> {
    const { team, learner, heldOut, pace, emit, save } = this.#parts;
    // The step that is scored has been reported before its score is.
    if (this.#sinceProgress.length > 0) this.#report();
    const start = pace.seconds;
    const score = heldOut.score(team, sampledWindows);
    const isBest = this.#best === null || score.loss < this.#best.score.loss;
    if (isBest) this.#best = { weights: learner.weights, step: learner.state.step, score };
    pace.evaluated(start);
    emit({
      type: 'heldOut',
      point: {
        step: learner.state.step,
        elapsedSeconds: pace.seconds,
        heldOutLoss: score.loss,
        heldOutBitsPerByte: score.bitsPerByte,
        best: isBest,
      },
    });
    if (isBest && pace.seconds - this.#savedAt >= secondsBetweenSaves) {
      await save(this.#best!);
      this.#savedAt = pace.seconds;
    }
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
