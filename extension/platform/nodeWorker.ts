import { type MessagePort as NodeMessagePort, Worker } from 'node:worker_threads';
import type { FileSystem, WorkerHandle } from './platform.ts';
import { serveFiles } from './remoteFiles.ts';

/** What a thread finds as `workerData`. */
export interface NodeThreadStart {
  readonly name: string;
  readonly data: unknown;
  /** where the files answer that are on no disk; null where there are none */
  readonly remoteFiles: MessagePort | null;
}

/**
 * Starts a thread; its standard output is this process's.
 * @param entry file URL of its program
 * @param data reaches the thread by `nodeWorkerData`
 * @param remote files that are on no disk, for the thread to use too
 */
export function startNodeWorker<Request, Reply>(
  entry: URL,
  name: string,
  data: unknown,
  remote: FileSystem | null = null,
): WorkerHandle<Request, Reply> {
  const channel = remote === null ? null : new MessageChannel();
  if (remote !== null && channel !== null) serveFiles(remote, channel.port1);
  const worker = new Worker(entry, {
    name,
    workerData: { name, data, remoteFiles: channel?.port2 ?? null } satisfies NodeThreadStart,
    // The global's type is the browser's; it is the same port.
    transferList: channel === null ? [] : [channel.port2 as unknown as NodeMessagePort],
  });
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
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => void worker.on('message', listener),
    onFailure: (listener) => {
      listeners.push(listener);
      const reason = failure;
      if (reason !== null) queueMicrotask(() => listener(reason));
    },
    started: Promise.resolve(),
    terminate: async () => {
      terminated = true;
      await worker.terminate();
    },
  };
}
