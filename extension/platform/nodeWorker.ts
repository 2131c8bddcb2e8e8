import { Worker } from 'node:worker_threads';
import type { WorkerHandle } from './platform.ts';

/**
 * Starts a thread; its standard output is this process's.
 * @param entry file URL of its program
 * @param data reaches the thread as `workerData`
 */
export function startNodeWorker<Request, Reply>(
  entry: URL,
  name: string,
  data: unknown,
): WorkerHandle<Request, Reply> {
  const worker = new Worker(entry, { name, workerData: data });
  const listeners: ((reason: Error) => void)[] = [];
  let failure: Error | null = null;
  let terminated = false;
  // An uncaught error is followed by an exit: the first of them is the reason.
  const fail = (reason: Error): void => {
    if (failure !== null || terminated) return;
    failure = reason;
    for (const listener of listeners) listener(reason);
  };
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('messageerror', fail);
  worker.on('exit', (code) => fail(new Error(`the ${name} thread ended by itself with exit code ${code}`)));
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onFailure: (listener) => {
      listeners.push(listener);
      const reason = failure;
      if (reason !== null) queueMicrotask(() => listener(reason));
    },
    terminate: async () => {
      terminated = true;
      await worker.terminate();
    },
  };
}
