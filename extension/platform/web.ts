import type { FileSystem, Platform, WorkerHandle, WorkerPort, WorkerRole } from './platform.ts';
import { remoteFiles, serveFiles } from './remoteFiles.ts';
import { sharesMemory } from './sharing.ts';

/** What a thread of a browser is given with its first message. */
export interface WebThreadStart {
  readonly role: WorkerRole;
  readonly data: unknown;
  /** where a file system answers */
  readonly files: MessagePort;
  readonly program: WebProgram;
}

export interface WebProgram {
  /** address of the folder of the bundles */
  readonly dist: string;
  /** Blob URL of the bundle that all threads run: a browser starts no thread from an address of the editor's */
  readonly worker: string;
}

/** What a thread says to whoever started it, before all of its own messages. */
const started = 'nihilo: started';

/** The machine as a browser shows it: threads are Workers, and files are what `files` gives. */
export function webPlatform(files: FileSystem, program: WebProgram): Platform {
  return {
    files,
    // Without memory to share a second thread would have nothing to work on.
    cores: sharesMemory() ? navigator.hardwareConcurrency : 1,
    spawn: (role, data) => startWebWorker(files, { role, data, program }),
    readAsset: (name) => files.read(`${program.dist}/${name}`),
    baseModel: `${program.dist}/base`,
    peakRss: () => Number.NaN,
    threadCpuSeconds: () => null,
  };
}

function startWebWorker<Request, Reply>(
  files: FileSystem,
  start: Omit<WebThreadStart, 'files'>,
): WorkerHandle<Request, Reply> {
  const { role, program } = start;
  const worker = new Worker(program.worker, { name: role });
  const failures: ((reason: Error) => void)[] = [];
  let failure: Error | null = null;
  const fail = (reason: Error): void => {
    if (failure !== null) return;
    failure = reason;
    for (const listener of failures) listener(reason);
  };
  worker.addEventListener('error', ({ message }) => fail(new Error(message || `the ${role} thread failed`)));
  worker.addEventListener('messageerror', () => fail(new Error(`a message of the ${role} thread was lost`)));
  const begun = new Promise<void>((resolve) => {
    worker.addEventListener('message', () => resolve(), { once: true });
    failures.push(() => resolve());
  });
  const { port1, port2 } = new MessageChannel();
  serveFiles(files, port1);
  worker.postMessage({ ...start, files: port2 } satisfies WebThreadStart, [port2]);
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) =>
      worker.addEventListener('message', ({ data }) => {
        if (data !== started) listener(data as Reply);
      }),
    onFailure: (listener) => {
      failures.push(listener);
      const reason = failure;
      if (reason !== null) queueMicrotask(() => listener(reason));
    },
    started: begun,
    terminate: async () => {
      worker.terminate();
      port1.close();
    },
  };
}

/** A worker's global object, of which TypeScript's DOM library knows the window's only. */
interface WorkerScope {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'unhandledrejection', listener: (event: PromiseRejectionEvent) => void): void;
}

/** Runs a thread: waits for its first message, and keeps those behind it until the thread listens at its port. */
export function serveWebThread(
  serve: (start: WebThreadStart, platform: Platform, port: WorkerPort<never, unknown>) => Promise<void>,
): void {
  const scope = globalThis as unknown as WorkerScope;
  // Only what is thrown reaches whoever started the thread.
  scope.addEventListener('unhandledrejection', ({ reason }) => {
    setTimeout(() => {
      throw reason;
    });
  });
  const waiting: unknown[] = [];
  let listener: ((message: never) => void) | null = null;
  const port: WorkerPort<never, unknown> = {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    onMessage: (listening) => {
      listener = listening;
      for (const message of waiting.splice(0)) listening(message as never);
    },
  };
  let isStarted = false;
  scope.addEventListener('message', ({ data }: MessageEvent) => {
    if (!isStarted) {
      isStarted = true;
      const start = data as WebThreadStart;
      scope.postMessage(started);
      void serve(start, webPlatform(remoteFiles(start.files), start.program), port);
    } else if (listener === null) waiting.push(data);
    else listener(data as never);
  });
}
