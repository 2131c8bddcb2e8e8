import { fromPlainError, type PlainError, toPlainError } from '../protocol/errors.ts';
import { Pending } from './pending.ts';
import type { FileContent, FileSystem } from './platform.ts';
import { sha256 } from './sha256.ts';

type PathMethod = Exclude<keyof FileSystem, 'replaceFile' | 'replaceFolder'>;

type FileRequest =
  | { readonly id: number; readonly method: PathMethod; readonly path: string }
  | {
      readonly id: number;
      readonly method: 'replaceFile';
      readonly path: string;
      readonly content: Uint8Array;
    }
  | {
      readonly id: number;
      readonly method: 'replaceFolder';
      readonly path: string;
      readonly files: ReadonlyMap<string, Uint8Array>;
    };

type FileReply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: PlainError };

/** Answers, with `files`, what `remoteFiles` asks at the other end of the channel. */
export function serveFiles(files: FileSystem, port: MessagePort): void {
  port.addEventListener('message', ({ data }: MessageEvent<FileRequest>) => void answer(files, port, data));
  port.start();
}

/** The files of the thread at the other end of the channel, where `serveFiles` answers. */
export function remoteFiles(port: MessagePort): FileSystem {
  const pending = new Pending<object, unknown>();
  let lastId = 0;
  port.addEventListener('message', ({ data }: MessageEvent<FileReply>) => {
    const asked = pending.take(data.id);
    if ('error' in data) asked?.reject(fromPlainError(data.error));
    else asked?.resolve(data.value);
  });
  port.start();
  const send = <Value>(request: object, transfer: Transferable[] = []): Promise<Value> => {
    const id = ++lastId;
    port.postMessage({ ...request, id }, transfer);
    // The other end answers with what its own method of this name gives.
    return pending.wait(id, request) as Promise<Value>;
  };
  const ask = <Value>(method: PathMethod, path: string): Promise<Value> => send({ method, path });
  return {
    list: (path) => ask('list', path),
    size: (path) => ask('size', path),
    modifiedMs: (path) => ask('modifiedMs', path),
    read: (path) => ask('read', path),
    exists: (path) => ask('exists', path),
    recoverFolder: (path) => ask('recoverFolder', path),
    removeFolder: (path) => ask('removeFolder', path),
    replaceFile: async (path, content) => {
      const whole = joined(content);
      await send({ method: 'replaceFile', path, content: whole }, [whole.buffer]);
    },
    replaceFolder: async (path, files, seal) => {
      const sealed = await sealedFiles(files, seal);
      const buffers = [...sealed.values()].map(({ buffer }) => buffer);
      await send({ method: 'replaceFolder', path, files: sealed }, buffers);
    },
  };
}

/** Each file in one piece of memory of its own, and the one that `seal` makes of their digests: it is no plain data that could be sent. */
async function sealedFiles(
  files: ReadonlyMap<string, FileContent>,
  seal: Parameters<FileSystem['replaceFolder']>[2],
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const whole = new Map([...files].map(([name, content]) => [name, joined(content)]));
  if (seal === undefined) return whole;
  const digests = new Map<string, string>();
  for (const [name, bytes] of whole) digests.set(name, await sha256(bytes));
  const [name, content] = seal(digests);
  return whole.set(name, joined(content));
}

function joined(content: FileContent): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(content.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of content) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

async function answer(files: FileSystem, port: MessagePort, request: FileRequest): Promise<void> {
  const { id } = request;
  let reply: FileReply;
  try {
    reply = { id, value: await perform(files, request) };
  } catch (error) {
    reply = { id, error: toPlainError(error) };
  }
  port.postMessage(reply);
}

function perform(files: FileSystem, request: FileRequest): Promise<unknown> {
  if (request.method === 'replaceFile') return files.replaceFile(request.path, [request.content]);
  if (request.method !== 'replaceFolder') return files[request.method](request.path);
  const contents = [...request.files].map(([name, bytes]) => [name, [bytes]] as const);
  return files.replaceFolder(request.path, new Map(contents));
}
