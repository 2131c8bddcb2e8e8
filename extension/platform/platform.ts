/** What the program needs from the machine; `node.ts` answers it with worker_threads and fs, `web.ts` with Workers and the editor's files. */

export interface FileEntry {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'other';
}

/** The bytes of a file, one piece behind the other. */
export type FileContent = readonly Uint8Array[];

/**
 * Paths are absolute, with forward slashes, or addresses of other file systems (`address.ts`). What the system refuses rejects with a NihiloError that says why and what to do:
 * folderUnreadable from `list`, storageFailed from every other method.
 */
export interface FileSystem {
  list(folder: string): Promise<FileEntry[]>;
  size(file: string): Promise<number>;
  /** ms since 1970 */
  modifiedMs(file: string): Promise<number>;
  read(file: string): Promise<Uint8Array>;
  exists(path: string): Promise<boolean>;
  /** Replaces one file as a whole: a reader sees the old or the new. Its folder is there. */
  replaceFile(file: string, content: FileContent): Promise<void>;
  /**
   * Replaces `folder` by these files as a whole: new folder, fsync, rename. A reader sees the old or the new, never a mixture. `seal` makes
   * one more file of the SHA-256 of what was written (hexadecimal).
   * Until the new one is safe, the old one is kept as `previousFolder(folder)`.
   */
  replaceFolder(
    folder: string,
    files: ReadonlyMap<string, FileContent>,
    seal?: (sha256: ReadonlyMap<string, string>) => readonly [name: string, content: FileContent],
  ): Promise<void>;
  /** Puts the old folder back where a crash between the two renames of `replaceFolder` left none; else does nothing. */
  recoverFolder(folder: string): Promise<void>;
  /** Removes `folder` and all that `replaceFolder` left beside it, so that nothing brings it back; what is not there counts as removed. */
  removeFolder(folder: string): Promise<void>;
}

/** The bundles that run off the main thread. */
export type WorkerRole =
  'trainer' | 'lane' | 'indexer' | 'predictor' | 'saver' | 'reporter' | 'converter' | 'inspector';

export interface WorkerHandle<Request, Reply> {
  /** @param transfer what is given away with the message rather than copied */
  post(message: Request, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: Reply) => void): void;
  /** From then on it needs nothing of this thread: whoever will block must wait for that. Also resolves when the worker fails. */
  readonly started: Promise<void>;
  /** The worker is gone without having been asked to: `reason` says why. */
  onFailure(listener: (reason: Error) => void): void;
  terminate(): Promise<void>;
}

/** The other end of a `WorkerHandle`. */
export interface WorkerPort<Request, Reply> {
  /** @param transfer what is given away with the message rather than copied */
  post(message: Reply, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: Request) => void): void;
}

export interface Platform {
  readonly files: FileSystem;
  readonly cores: number;
  /** `data` reaches the worker when it starts; a SharedArrayBuffer or shared memory in it is shared. */
  spawn<Request, Reply>(role: WorkerRole, data: unknown): WorkerHandle<Request, Reply>;
  /** A file that ships beside the bundles, for example `kernels.relaxed.wasm`. */
  readAsset(name: string): Promise<Uint8Array>;
  /** absolute path of the folder of the model that ships beside them */
  readonly baseModel: string;
  /** peak resident memory of the process so far, in bytes; NaN where the machine does not tell */
  peakRss(): number;
  /** seconds of processor time that the thread which asks has had; null where the machine does not tell */
  threadCpuSeconds(): number | null;
}

/** Where `replaceFolder` keeps the old folder until the new one is safe: hidden beside it, under a name that nobody else gives. */
export function previousFolder(folder: string): string {
  return hiddenBeside(folder, 'previous');
}

/** `…/.<name>.nihilo-<purpose>` for `…/<name>` */
export function hiddenBeside(folder: string, purpose: string): string {
  const name = folder.search(/[^\\/]+$/);
  return `${folder.slice(0, name)}.${folder.slice(name)}.nihilo-${purpose}`;
}
