import type { StopCondition, TrainingEvent, TrainingProgress } from '../protocol/training.ts';
import { Copies, type Weights } from './between.ts';
import { sampledWindows, type Score } from './heldOut.ts';
import { diverged, type Learner, type StepResult } from './learner.ts';
import type { Pace } from './pace.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { type Steering, unstoppable } from './steering.ts';

export interface Best {
  /** until the next best */
  readonly weights: Weights;
  readonly step: number;
  /** on the sampled held-out windows */
  readonly score: Pick<Score, 'loss' | 'bitsPerByte'>;
}

export interface LoopParts {
  readonly learner: Pick<
    Learner,
    'state' | 'epochs' | 'average' | 'exchangeAverage' | 'weightsInPlace' | 'stepInParts'
  >;
  /** the current weights on at most so many held-out windows; null when cancelled */
  readonly score: (windows: number, steering: Steering) => Promise<Score | null>;
  readonly pace: Pick<
    Pace,
    'seconds' | 'progress' | 'remainingSeconds' | 'evaluationDue' | 'evaluated' | 'outside'
  >;
  readonly stop: StopCondition;
  readonly steering: Steering;
  /** tokens ÷ bytes of the training text */
  readonly tokensPerByte: number;
  /** of all threads; null where the machine does not tell */
  readonly cpuSeconds: () => number | null;
  readonly emit: (event: TrainingEvent) => void;
  /** called where an uninterrupted training scores the weights, too */
  readonly scored?: (step: number) => void;
  /** what these weights make of the prompt; null where there is none */
  readonly sample: (weights: Weights) => readonly string[] | null;
  /** called now and then, so that a crash loses little */
  readonly save: (best: Best) => Promise<void>;
}

export interface LoopResult {
  readonly best: Best;
  /** the best of the scores that an uninterrupted training would have seen too, where that is another one */
  readonly scheduledBest: Best | null;
  readonly trainLoss: number;
  readonly flopsPerSecond: number;
  /** of this run, without what was done before a resumption */
  readonly tokens: number;
  readonly secondsOfRun: number;
  /** of the whole training */
  readonly seconds: number;
}

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
  readonly #copies = new Copies();
  #best: Best | null;
  #scheduledBest: Best | null;

  constructor(parts: LoopParts, best: Best | null) {
    this.#parts = parts;
    this.#best = best;
    this.#scheduledBest = best;
  }

  /**
   * At least one step, unless it is cancelled before.
   * @throws {NihiloError} trainingCancelled before the first step; trainingDiverged
   */
  async run(): Promise<LoopResult> {
    const { learner, pace, steering } = this.#parts;
    const before = { ...learner.state, seconds: pace.seconds };
    let lastScored = this.#best?.step ?? -1;
    for (;;) {
      const { step } = learner.state;
      const progress = pace.progress(step);
      const ended = step > before.step && (progress >= 1 || this.#targetReached());
      if (steering.cancelled && step === before.step) throw cancelledEarly();
      const scheduled = ended || pace.evaluationDue(step);
      if (step !== lastScored && (scheduled || steering.cancelled)) {
        await this.#evaluate(scheduled);
        lastScored = step;
      }
      if (ended || steering.cancelled) break;
      await this.#step(progress);
      await pace.outside(() => steering.breathe());
    }
    const recent = this.#recent.slice(-reportedSteps);
    return {
      best: this.#best!,
      scheduledBest: this.#scheduledBest === this.#best ? null : this.#scheduledBest,
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

  async #step(progress: number): Promise<void> {
    const result = await this.#learn(progress);
    if (result === null) return;
    this.#flops += result.flops;
    this.#recent.push(result);
    if (this.#recent.length > 2 * reportedSteps) this.#recent.splice(0, reportedSteps);
    this.#sinceProgress.push(result);
    if (performance.now() - this.#progressAt >= msBetweenProgress) this.#report();
  }

  /** null when the training was stopped in the middle of a step, which then never was */
  async #learn(progress: number): Promise<StepResult | null> {
    const { learner, pace, steering } = this.#parts;
    const parts = learner.stepInParts(progress);
    for (;;) {
      const start = performance.now();
      const part = await this.#orKeepBest(() => parts.next());
      this.#stepMs += performance.now() - start;
      if (part.done === true) return part.value;
      // A step may have so many micro-batches that nobody wants to wait for its end.
      await pace.outside(() => steering.breathe());
      if (steering.cancelled) return null;
    }
  }

  async #orKeepBest<Result>(learn: () => Result): Promise<Result> {
    try {
      return learn();
    } catch (error) {
      // The weights diverged; those that did best until then are worth keeping. After any other failure a lane may still be writing.
      const isDiverged = error instanceof NihiloError && error.code === 'trainingDiverged';
      if (isDiverged) await this.#keepBest();
      throw error;
    }
  }

  async #keepBest(): Promise<void> {
    if (this.#best !== null) await this.#parts.save(this.#best);
  }

  #report(): void {
    const { learner, pace, tokensPerByte, cpuSeconds, emit } = this.#parts;
    const { step, tokens } = learner.state;
    const last = this.#sinceProgress.at(-1)!;
    const trainLoss = mean(this.#sinceProgress.map((result) => result.loss));
    const elapsedSeconds = pace.seconds;
    const progress: TrainingProgress = {
      step,
      epoch: learner.epochs,
      tokens,
      elapsedSeconds,
      cpuSeconds: cpuSeconds(),
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

  /** @param scheduled an uninterrupted training scores this step too */
  async #evaluate(scheduled: boolean): Promise<void> {
    const { learner, pace, emit, steering } = this.#parts;
    // The step that is scored has been reported before its score is.
    if (this.#sinceProgress.length > 0) this.#report();
    const start = pace.seconds;
    // A few windows: not worth cancelling, and a stop needs their score.
    const { weights, score } = await this.#better();
    const { step } = learner.state;
    if (Number.isNaN(score.loss)) {
      await this.#keepBest();
      throw diverged(step, score.loss);
    }
    const isBest = this.#best === null || score.loss < this.#best.score.loss;
    if (isBest) this.#keep(weights, step, score, scheduled);
    if (scheduled) this.#parts.scored?.(learner.state.step);
    const tokens = this.#parts.sample(weights);
    pace.evaluated(start);
    emit({
      type: 'heldOut',
      point: {
        step,
        epoch: learner.epochs,
        elapsedSeconds: pace.seconds,
        heldOutLoss: score.loss,
        heldOutBitsPerByte: score.bitsPerByte,
        best: isBest,
      },
    });
    if (tokens !== null) emit({ type: 'sample', sample: { step, tokens } });
    if (!steering.cancelled && pace.seconds - this.#savedAt >= secondsBetweenSaves) await this.#save();
  }

  #keep(weights: Weights, step: number, score: Score, scheduled: boolean): void {
    const copy = this.#copies.of(weights, scheduled ? undefined : this.#scheduledBest?.weights);
    this.#best = { weights: copy, step, score };
    if (scheduled) this.#scheduledBest = this.#best;
  }

  /** The weights or their average, whichever does better, where they lie: until the next step. The weights are as they were. */
  async #better(): Promise<{ readonly weights: Weights; readonly score: Score }> {
    const { learner, score } = this.#parts;
    const scored = async (): Promise<Score> => (await score(sampledWindows, unstoppable))!;
    const ofLast = await scored();
    const { average } = learner;
    if (average === null) return { weights: learner.weightsInPlace, score: ofLast };
    learner.exchangeAverage();
    const ofAverage = await scored();
    learner.exchangeAverage();
    return ofAverage.loss < ofLast.loss
      ? { weights: average, score: ofAverage }
      : { weights: learner.weightsInPlace, score: ofLast };
  }

  /** A disk that is full now may have room in the end: training goes on. */
  async #save(): Promise<void> {
    const { pace, save, emit } = this.#parts;
    this.#savedAt = pace.seconds;
    try {
      await save(this.#best!);
    } catch (error) {
      if (!(error instanceof NihiloError && error.code === 'storageFailed')) throw error;
      emit({ type: 'stage', stage: 'training', detail: `Not saved yet. ${error.message}` });
    }
  }
}

function cancelledEarly(): NihiloError {
  return new NihiloError(
    'trainingCancelled',
    say`Training was stopped before its first step; the model from before, if there is one, is kept. Train again when it suits you.`,
  );
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
