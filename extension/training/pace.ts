import type { StopCondition } from '../protocol/training.ts';

/**
 * Between two looks at the clock lies a step or a score. Where so much more time has passed than ever before, the machine slept or the process
 * was stopped (Ctrl-Z): a training whose time that was would end untrained when it goes on.
 */
const muchLonger = 8;
const leastSleepMs = 5_000;
/** Between two looks at held-out text, where nobody knows how many steps there will be. */
const mostSteps = 50;

/** A training's clock and limits: how far it is, how long it will take, when to look at held-out text. */
export class Pace {
  readonly #stop: StopCondition;
  /** known beforehand when steps or epochs end the training; then nothing that is learnt depends on the clock */
  readonly #totalSteps: number;
  readonly #secondsBefore: number;
  #lookedAt = performance.now();
  #countedMs = 0;
  /** between two looks */
  #longestMs = 0;
  #lastEvaluation = { seconds: 0, cost: 0 };

  /** @param secondsBefore of the training that is gone on with */
  constructor(stop: StopCondition, tokensPerEpoch: number, tokensPerStep: number, secondsBefore: number) {
    this.#stop = stop;
    const ofEpochs =
      stop.epochs === undefined ? Infinity : Math.ceil((stop.epochs * tokensPerEpoch) / tokensPerStep);
    this.#totalSteps = Math.min(stop.steps ?? Infinity, ofEpochs);
    this.#secondsBefore = secondsBefore;
  }

  /** seconds of training so far, without pauses and without what a machine slept */
  get seconds(): number {
    this.#look();
    return this.#secondsBefore + this.#countedMs / 1_000;
  }

  /** share done, 0 … 1, by whichever limit is nearest; 0 when only a target loss ends the training */
  progress(step: number): number {
    const bySteps = step / this.#totalSteps;
    const byTime = this.#stop.seconds === undefined ? 0 : this.seconds / this.#stop.seconds;
    return Math.min(1, Math.max(bySteps, byTime));
  }

  remainingSeconds(step: number): number | null {
    const progress = this.progress(step);
    if (this.#stop.seconds !== undefined && this.#totalSteps === Infinity)
      return this.#stop.seconds - this.seconds;
    return progress < 0.01 ? null : (this.seconds / progress) * (1 - progress);
  }

  /**
   * By steps where they end the training, so that the best checkpoint is the same in every run; else by time, at about 3 % of it. Where
   * a loss may end it, every so many steps at least.
   */
  evaluationDue(step: number): boolean {
    const { seconds, targetLoss } = this.#stop;
    const endsUnforeseen = targetLoss !== undefined || this.#totalSteps === Infinity;
    const most = seconds === undefined && endsUnforeseen ? mostSteps : Infinity;
    const every = Math.min(most, Math.ceil(this.#totalSteps / 10));
    if (every !== Infinity && step % every === 0) return true;
    if (seconds === undefined || this.seconds / seconds <= step / this.#totalSteps) return false;
    const { seconds: last, cost } = this.#lastEvaluation;
    return this.seconds - last >= Math.max(seconds / 12, 30 * cost);
  }

  evaluated(startedAtSeconds: number): void {
    this.#lastEvaluation = { seconds: this.seconds, cost: this.seconds - startedAtSeconds };
  }

  /** Time that does not count. */
  async outside(wait: () => Promise<void>): Promise<void> {
    this.#look();
    await wait();
    this.#lookedAt = performance.now();
  }

  #look(): void {
    const now = performance.now();
    const passedMs = now - this.#lookedAt;
    this.#lookedAt = now;
    const mostMs = Math.max(leastSleepMs, muchLonger * this.#longestMs);
    const countedMs = Math.min(passedMs, mostMs);
    this.#countedMs += countedMs;
    // A step may be slow. What took far longer was none: if a sleep made room for a longer one, a few of them would end the training.
    if (passedMs <= muchLonger * mostMs) this.#longestMs = Math.max(this.#longestMs, countedMs);
  }
}
