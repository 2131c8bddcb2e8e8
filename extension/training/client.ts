import type { Platform, WorkerHandle } from '../platform/platform.ts';
import { fromPlainError, NihiloError, toPlainError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import type {
  FineTuneRequest,
  TrainingCommand,
  TrainingEvent,
  TrainingReport,
  TrainingRequest,
  TrainingStage,
} from '../protocol/training.ts';

export interface TrainingResult {
  readonly report: TrainingReport;
  /** ended early, on request; `report.checkpoint` holds the best model until then */
  readonly cancelled: boolean;
}

type Beginning = Extract<TrainingCommand, { type: 'start' | 'fineTune' }>;

/** Starts trainings, one at a time, each in a worker of its own. */
export class TrainingClient {
  readonly #platform: Platform;
  #active: TrainingRun | null = null;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  get active(): TrainingRun | null {
    return this.#active;
  }

  /** @throws {NihiloError} trainingBusy, while another training runs */
  start(request: TrainingRequest): TrainingRun {
    return this.#begin({ type: 'start', request });
  }

  /** @throws {NihiloError} trainingBusy, while another training runs */
  fineTune(request: FineTuneRequest): TrainingRun {
    return this.#begin({ type: 'fineTune', request });
  }

  #begin(command: Beginning): TrainingRun {
    if (this.#active !== null) {
      throw new NihiloError(
        'trainingBusy',
        say`Only one training runs at a time and one is running now; wait for it or stop it, then train again.`,
      );
    }
    const run = new TrainingRun(this.#platform, command, () => (this.#active = null));
    this.#active = run;
    return run;
  }

  /** Ends a training as `cancel` does and waits for its checkpoint, where there is one; how it ends is told by the run's `result`. */
  async dispose(): Promise<void> {
    const run = this.#active;
    if (run === null) return;
    run.cancel();
    await Promise.allSettled([run.result]);
  }
}

/** A step and the score of a sample are over long before; the training hangs when nothing comes for so long after `cancel`. */
const silenceOfTrainingMs = 30_000;
/** All held-out files are scored without an event between, which takes as long as there are many of them. */
const silenceOfKeepingMs = 600_000;

export class TrainingRun {
  readonly #worker: WorkerHandle<TrainingCommand, TrainingEvent>;
  readonly #listeners: ((event: TrainingEvent) => void)[] = [];
  readonly #onEnd: () => void;
  #ended = false;
  #stage: TrainingStage = 'reading';
  /** from the stage `training` on, when the trainer looks at its messages and has something to keep */
  #steerable = false;
  #cancelled = false;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #reject: (reason: Error) => void = () => {};

  /**
   * Settles when the worker is gone and its memory is free again.
   * Rejects with a NihiloError that the trainer reported, with trainingCancelled when it was stopped before there was anything
   * to keep or did not stop in time, with workerFailed when the worker died, and with any other Error for a bug.
   */
  readonly result: Promise<TrainingResult>;

  /** @param onEnd called before `result` settles, when another training may start */
  constructor(platform: Platform, beginning: Beginning, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#worker = platform.spawn('trainer', {});
    this.result = new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#worker.onMessage((event) => {
        if (this.#ended) return;
        this.#follow(event);
        if (event.type === 'done') {
          void this.#end(() => resolve({ report: event.report, cancelled: event.cancelled }));
        } else if (event.type === 'failed') {
          void this.#end(() => reject(fromPlainError(event.error)));
        }
      });
      this.#worker.onFailure((reason) => {
        void this.#end(() => reject(new NihiloError('workerFailed', stopped(reason), { cause: reason })));
      });
    });
    this.#worker.post(beginning);
  }

  /** Events from now on, `done` or `failed` last; neither comes when the worker dies. */
  onEvent(listener: (event: TrainingEvent) => void): void {
    this.#listeners.push(listener);
  }

  pause(): void {
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#send({ type: 'resume' });
  }

  /**
   * Ends the training soon; the best checkpoint so far is kept. Before its first step there is none, and the trainer may be too
   * busy to look at a message: then, and when it does not stop in time, it is ended without its help.
   */
  cancel(): void {
    if (this.#ended || this.#cancelled) return;
    this.#cancelled = true;
    if (!this.#steerable) {
      this.#abandon(
        say`The training was stopped before there was anything to keep; the model from before, if there is one, is unchanged, so train again when you like.`,
      );
      return;
    }
    this.#send({ type: 'cancel' });
    this.#expectSoon();
  }

  #follow(event: TrainingEvent): void {
    if (event.type === 'stage') {
      this.#stage = event.stage;
      this.#steerable ||= event.stage === 'training';
    }
    if (this.#cancelled) this.#expectSoon();
    for (const listener of this.#listeners) listener(event);
  }

  #expectSoon(): void {
    clearTimeout(this.#silence);
    const limit = this.#stage === 'training' ? silenceOfTrainingMs : silenceOfKeepingMs;
    this.#silence = setTimeout(() => {
      this.#abandon(
        say`The training should have stopped and said nothing for ${limit / 1_000} seconds, so it was ended; the last saved model is kept, and training again starts anew.`,
      );
    }, limit);
  }

  /** Ends the worker without its help, and says so as it would have. */
  #abandon(sentence: Sentence): void {
    const error = new NihiloError('trainingCancelled', sentence);
    const ending = this.#end(() => this.#reject(error));
    for (const listener of this.#listeners) listener({ type: 'failed', error: toPlainError(error) });
    void ending;
  }

  #send(command: TrainingCommand): void {
    if (!this.#ended) this.#worker.post(command);
  }

  async #end(settle: () => void): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#silence);
    // A worker that cannot be ended is one that is gone already.
    await Promise.allSettled([this.#worker.terminate()]);
    this.#onEnd();
    settle();
  }
}

function stopped(reason: Error): Sentence {
  return say`The training stopped unexpectedly (${reason.message}); the last saved model is unchanged, so train again, with fewer threads or less memory if it happens again.`;
}
