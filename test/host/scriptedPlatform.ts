import type { FileSystem, Platform, WorkerHandle, WorkerRole } from '../../extension/platform/platform.ts';

/** A worker whose other end the test plays: `received` is what was posted to it. */
export class ScriptedWorker<Request, Reply> implements WorkerHandle<Request, Reply> {
  readonly role: WorkerRole;
  readonly data: unknown;
  readonly received: Request[] = [];
  readonly started = Promise.resolve();
  terminated = false;
  #onMessage: ((message: Reply) => void)[] = [];
  #onFailure: ((reason: Error) => void)[] = [];

  constructor(role: WorkerRole, data: unknown) {
    this.role = role;
    this.data = data;
  }

  post(message: Request): void {
    this.received.push(structuredClone(message));
  }

  onMessage(listener: (message: Reply) => void): void {
    this.#onMessage.push(listener);
  }

  onFailure(listener: (reason: Error) => void): void {
    this.#onFailure.push(listener);
  }

  async terminate(): Promise<void> {
    this.terminated = true;
  }

  reply(message: Reply): void {
    for (const listener of this.#onMessage) listener(structuredClone(message));
  }

  die(reason: Error): void {
    for (const listener of this.#onFailure) listener(reason);
  }
}

/** A platform that starts scripted workers and keeps folders as a set of paths. */
export class ScriptedPlatform<Request, Reply> implements Platform {
  readonly workers: ScriptedWorker<Request, Reply>[] = [];
  readonly paths = new Set<string>();
  readonly cores = 4;
  readonly baseModel = '/extension/base';
  readonly files: FileSystem = {
    exists: async (path) => this.paths.has(path),
    recoverFolder: async () => {},
    removeFolder: async (path) => {
      for (const known of this.paths)
        if (known === path || known.startsWith(`${path}/`)) this.paths.delete(known);
    },
    list: unscripted,
    size: unscripted,
    modifiedMs: unscripted,
    read: unscripted,
    replaceFile: unscripted,
    replaceFolder: unscripted,
  };

  readonly readAsset = unscripted;

  /** the worker that was started last */
  get worker(): ScriptedWorker<Request, Reply> {
    const worker = this.workers.at(-1);
    if (worker === undefined) throw new Error('Expected a worker to have been started.');
    return worker;
  }

  spawn<Q, R>(role: WorkerRole, data: unknown): WorkerHandle<Q, R> {
    const worker = new ScriptedWorker<Request, Reply>(role, data);
    this.workers.push(worker);
    // The caller of `spawn` chooses the message types; a test names the same ones for its end.
    return worker as unknown as WorkerHandle<Q, R>;
  }

  peakRss(): number {
    return 0;
  }

  threadCpuSeconds(): null {
    return null;
  }
}

async function unscripted(): Promise<never> {
  throw new Error('Expected no use of this part of the platform.');
}
