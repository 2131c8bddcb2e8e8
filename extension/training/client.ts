import type { Platform, WorkerHandle } from '../platform/platform.ts';
import { fromPlainError, NihiloError } from '../protocol/errors.ts';
import type {
  TrainingCommand,
  TrainingEvent,
  TrainingReport,
  TrainingRequest,
} from '../protocol/training.ts';

export interface TrainingResult {
  readonly report: TrainingReport;
  /** ended early, on request; `report.checkpoint` holds the best model until then */
  readonly cancelled: boolean;
}

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
    if (this.#active !== null) {
      throw new NihiloError(
        'trainingBusy',
        'Only one training runs at a time and one is running now; wait for it or stop it, then train again.',
      );
    }
    const run = new TrainingRun(this.#platform, request, () => (this.#active = null));
    this.#active = run;
    return run;
  }

  /** Ends a training as `cancel` does and waits for its checkpoint; how it ends is told by the run's `result`. */
  async dispose(): Promise<void> {
    const run = this.#active;
    if (run === null) return;
    run.cancel();
    await Promise.allSettled([run.result]);
  }
}

export class TrainingRun {
  readonly #worker: WorkerHandle<TrainingCommand, TrainingEvent>;
  readonly #listeners: ((event: TrainingEvent) => void)[] = [];
  readonly #onEnd: () => void;
  #paused = false;
  #ended = false;

  /**
   * Settles when the worker is gone and its memory is free again.
   * Rejects with a NihiloError that the trainer reported (trainingCancelled: stopped before there was anything to keep),
   * with workerFailed when the worker died, and with any other Error for a bug.
   */
  readonly result: Promise<TrainingResult>;

  /** @param onEnd called before `result` settles, when another training may start */
  constructor(platform: Platform, request: TrainingRequest, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#worker = platform.spawn('trainer', {});
    this.result = new Promise((resolve, reject) => {
      this.#worker.onMessage((event) => {
        if (this.#ended) return;
        for (const listener of this.#listeners) listener(event);
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
    this.#worker.post({ type: 'start', request });
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Events from now on, `done` or `failed` last; neither comes when the worker dies. */
  onEvent(listener: (event: TrainingEvent) => void): void {
    this.#listeners.push(listener);
  }

  pause(): void {
    this.#paused = true;
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#paused = false;
    this.#send({ type: 'resume' });
  }

  /** Ends the training soon; the best checkpoint so far is kept. */
  cancel(): void {
    this.#send({ type: 'cancel' });
  }

  #send(command: TrainingCommand): void {
    if (!this.#ended) this.#worker.post(command);
  }

  async #end(settle: () => void): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // A worker that cannot be ended is one that is gone already.
    await Promise.allSettled([this.#worker.terminate()]);
    this.#onEnd();
    settle();
  }
}

function stopped(reason: Error): string {
  return `The training stopped unexpectedly (${reason.message}); the last saved model is unchanged, so train again, with fewer threads or less memory if it happens again.`;
}
