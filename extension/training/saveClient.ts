import type { Platform, WorkerHandle } from '../platform/platform.ts';
import { NihiloError, toPlainError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { SaveCommand, SaveEvent, SaveLearning } from '../protocol/learning.ts';

/** A model that nobody teaches for so long is written, and its memory is free again. */
const idleMs = 600_000;
/** What is being learnt and one writing are over long before. */
const patienceMs = 20_000;

interface Connection {
  readonly worker: WorkerHandle<SaveCommand, SaveEvent>;
  /** resolves when the worker has said its last */
  readonly ended: Promise<void>;
  readonly end: () => void;
  /** files that wait, so that one that is saved twice meanwhile is learnt once */
  readonly waiting: string[];
  busy: boolean;
}

/** Teaches saved files to a worker that is started at the first one; one file at a time. */
export class SaveClient {
  readonly #platform: Platform;
  readonly #onEvent: (event: SaveEvent) => void;
  #connection: Connection | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #failed = false;
  /** whoever has the model to themselves */
  #holders = 0;

  /** @param onEvent also hears of a worker that died, as `failed` */
  constructor(platform: Platform, onEvent: (event: SaveEvent) => void) {
    this.#platform = platform;
    this.#onEvent = onEvent;
  }

  /** @param learning holds until the worker is closed */
  learn(file: string, learning: SaveLearning): void {
    // Whatever kept it from learning is still there; `close` is when that may have changed.
    if (this.#failed || this.#holders > 0) return;
    const connection = (this.#connection ??= this.#open(learning));
    if (!connection.waiting.includes(file)) connection.waiting.push(file);
    this.#next(connection);
  }

  /** Ends the worker. @param write what was learnt since the last writing is written first */
  async close(write: boolean): Promise<void> {
    clearTimeout(this.#idle);
    this.#failed = false;
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    // Whoever began with the model before its last writing would write over that.
    this.#holders++;
    try {
      if (write) {
        connection.worker.post({ type: 'close' });
        const patience = setTimeout(connection.end, patienceMs);
        await connection.ended;
        clearTimeout(patience);
      }
      await connection.worker.terminate();
    } finally {
      this.#holders--;
    }
  }

  /** Likewise, and nothing is learnt while `run` goes on: what it writes would be overwritten. */
  async whileClosed<Result>(write: boolean, run: () => Promise<Result>): Promise<Result> {
    this.#holders++;
    try {
      await this.close(write);
      return await run();
    } finally {
      this.#holders--;
    }
  }

  #open(learning: SaveLearning): Connection {
    const worker = this.#platform.spawn<SaveCommand, SaveEvent>('saver', {});
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const connection: Connection = { worker, ended, end, waiting: [], busy: false };
    worker.onMessage((event) => this.#receive(connection, event));
    worker.onFailure((cause) => this.#fail(connection, cause));
    worker.post({ type: 'open', learning });
    return connection;
  }

  #next(connection: Connection): void {
    clearTimeout(this.#idle);
    if (connection.busy) return;
    const file = connection.waiting.shift();
    if (file === undefined) {
      this.#idle = setTimeout(() => void this.close(true), idleMs);
      return;
    }
    connection.busy = true;
    connection.worker.post({ type: 'learn', file });
  }

  #receive(connection: Connection, event: SaveEvent): void {
    this.#onEvent(event);
    switch (event.type) {
      case 'learnt':
        connection.busy = false;
        if (connection === this.#connection) this.#next(connection);
        return;
      case 'failed':
        this.#give(connection);
        return;
      case 'closed':
        connection.end();
        return;
      case 'written':
    }
  }

  #fail(connection: Connection, cause: Error): void {
    const sentence = say`What was saved could not be learnt because the worker stopped unexpectedly (${cause.message}); the model from before goes on, and training again starts anew.`;
    this.#onEvent({
      type: 'failed',
      error: toPlainError(new NihiloError('workerFailed', sentence, { cause })),
    });
    this.#give(connection);
  }

  #give(connection: Connection): void {
    connection.end();
    if (connection !== this.#connection) return;
    this.#connection = null;
    this.#failed = true;
    void connection.worker.terminate();
  }
}
