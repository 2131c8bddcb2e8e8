import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { nodeFiles } from './nodeFiles.ts';
import { startNodeWorker } from './nodeWorker.ts';
import type { Platform, WorkerPort, WorkerRole } from './platform.ts';
import { peakRss } from './peakRss.ts';

/** Run from its source, where Node strips the types; otherwise this file is part of a bundle, with the others beside it. */
const fromSource = import.meta.url.endsWith('.ts');

const workerSources: Readonly<Record<WorkerRole, string>> = {
  trainer: '../training/trainerWorker.ts',
  lane: '../training/laneWorker.ts',
  indexer: '../indexing/indexerWorker.ts',
  predictor: '../completion/predictorWorker.ts',
  saver: '../training/saveWorker.ts',
  reporter: '../evaluation/reportWorker.ts',
};

function assetUrl(name: string): URL {
  return new URL(fromSource ? `../../dist/${name}` : `./${name}`, import.meta.url);
}

/** The machine as Node shows it: threads from worker_threads, files from fs. */
export function nodePlatform(): Platform {
  return {
    files: nodeFiles,
    cores: availableParallelism(),
    spawn: (role, data) => {
      const entry = fromSource ? workerSources[role] : `./${role}.js`;
      return startNodeWorker(new URL(entry, import.meta.url), role, data);
    },
    readAsset: (name) => readFile(assetUrl(name)),
    baseModel: fileURLToPath(assetUrl('base')).replaceAll('\\', '/'),
    peakRss,
  };
}

/** The thread's end of the handle that `spawn` returned. Listening keeps the thread alive. */
export function nodeWorkerPort<Request, Reply>(): WorkerPort<Request, Reply> {
  const port = parentPort;
  if (port === null) throw new Error('Expected to run in a worker thread, got the main thread.');
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  };
}

/** What was given to `spawn` as data; the caller names its type as `spawn`'s caller meant it. */
export function nodeWorkerData<Data>(): Data {
  return workerData as Data;
}
