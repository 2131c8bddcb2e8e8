import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { nodeFiles } from './nodeFiles.ts';
import { type NodeThreadStart, startNodeWorker } from './nodeWorker.ts';
import type { FileSystem, Platform, WorkerPort, WorkerRole } from './platform.ts';
import { peakRss } from './peakRss.ts';
import { remoteFiles } from './remoteFiles.ts';
import { routedFiles } from './routedFiles.ts';
import { threadCpuSeconds } from './threadCpu.ts';

/** Run from its source, where Node strips the types; otherwise this file is part of a bundle, with the others beside it. */
const fromSource = import.meta.url.endsWith('.ts');

/** The program of every thread. */
const thread = fromSource ? '../threads/nodeThread.ts' : './thread.js';

function assetUrl(name: string): URL {
  return new URL(fromSource ? `../../dist/${name}` : `./${name}`, import.meta.url);
}

/**
 * The machine as Node shows it: threads from worker_threads, files from fs.
 * @param remote files that are on no disk; those of the thread that started this one by default
 */
export function nodePlatform(remote: FileSystem | null = inheritedFiles()): Platform {
  return {
    files: remote === null ? nodeFiles : routedFiles(nodeFiles, remote),
    cores: availableParallelism(),
    // A lane only computes.
    spawn: (role, data) =>
      startNodeWorker(new URL(thread, import.meta.url), role, data, role === 'lane' ? null : remote),
    readAsset: (name) => readFile(assetUrl(name)),
    baseModel: fileURLToPath(assetUrl('base')).replaceAll('\\', '/'),
    peakRss,
    threadCpuSeconds,
  };
}

/** The thread's end of the handle that `spawn` returned. Listening keeps the thread alive. */
export function nodeWorkerPort<Request, Reply>(): WorkerPort<Request, Reply> {
  const port = parentPort;
  if (port === null) throw new Error('Expected to run in a worker thread, got the main thread.');
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    onMessage: (listener) => void port.on('message', listener),
  };
}

/** What was given to `spawn` as data; the caller names its type as `spawn`'s caller meant it. */
export function nodeWorkerData<Data>(): Data {
  return threadStart()!.data as Data;
}

/** The name that the thread was started by, where `spawn` has started it. */
export function nodeWorkerRole(): WorkerRole {
  return threadStart()!.name as WorkerRole;
}

let inherited: FileSystem | null = null;

function inheritedFiles(): FileSystem | null {
  const port = threadStart()?.remoteFiles ?? null;
  if (port !== null) inherited ??= remoteFiles(port);
  return inherited;
}

/** null in a thread that somebody else has started */
function threadStart(): NodeThreadStart | null {
  const start = workerData as Partial<NodeThreadStart> | null;
  return start?.remoteFiles === undefined ? null : (start as NodeThreadStart);
}
