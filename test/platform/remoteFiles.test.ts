import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import type { FileSystem } from '../../extension/platform/platform.ts';
import { remoteFiles, serveFiles } from '../../extension/platform/remoteFiles.ts';
import { routedFiles } from '../../extension/platform/routedFiles.ts';
import { startNodeWorker } from '../../extension/platform/nodeWorker.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { sha256 } from '../../extension/platform/sha256.ts';

let root: string;
const ends: { close(): void }[] = [];

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-remote-'));
});

afterEach(() => {
  for (const end of ends.splice(0)) end.close();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What answers on one side of a channel, asked on the other. */
function across(files: FileSystem): FileSystem {
  // The same ports as a browser's, with Node's own type.
  const { port1, port2 } = new MessageChannel() as unknown as globalThis.MessageChannel;
  ends.push(port1);
  serveFiles(files, port1);
  return remoteFiles(port2);
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('files at the other end of a channel', () => {
  it('are written, listed, read and removed as they are without one', async () => {
    const files = across(nodeFiles);
    const folder = path.join(root, 'model');
    await files.replaceFolder(folder, new Map([['a', [bytes(1, 2), bytes(3)]]]));
    expect(await files.list(folder)).toEqual([{ name: 'a', type: 'file' }]);
    expect(await files.size(`${folder}/a`)).toBe(3);
    expect(Uint8Array.from(await files.read(`${folder}/a`))).toEqual(bytes(1, 2, 3));
    expect(await files.modifiedMs(`${folder}/a`)).toBe(await nodeFiles.modifiedMs(`${folder}/a`));
    expect(await files.exists(folder)).toBe(true);
    await files.removeFolder(folder);
    expect(await files.exists(folder)).toBe(false);
  });

  it('are replaced one by one, of several pieces', async () => {
    const files = across(nodeFiles);
    const file = path.join(root, 'model.gguf');
    for (const last of [3, 4]) await files.replaceFile(file, [bytes(1, 2), bytes(last)]);
    expect(Uint8Array.from(await files.read(file))).toEqual(bytes(1, 2, 4));
  });

  it('are sealed with the digests of what is written, from memory that is shared too', async () => {
    const files = across(nodeFiles);
    const folder = path.join(root, 'sealed');
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
    await files.replaceFolder(folder, new Map([['weights', [shared, bytes(1)]]]), (digests) => [
      'seal',
      [new TextEncoder().encode(digests.get('weights'))],
    ]);
    const seal = new TextDecoder().decode(await files.read(`${folder}/seal`));
    expect(seal).toBe(await sha256(bytes(7, 7, 7, 7, 1)));
    expect(seal).toBe(await sha256(Uint8Array.from(await files.read(`${folder}/weights`))));
    expect([...shared]).toEqual([7, 7, 7, 7]);
  });

  it('refuse with the code and the sentence of the other end, and go on answering', async () => {
    const files = across(nodeFiles);
    const missing = path.join(root, 'missing');
    const refusal = nodeFiles.list(missing).catch((error: unknown) => error);
    const { code, message } = (await refusal) as NihiloError;
    expect(code).toBe('folderUnreadable');
    await expect(files.list(missing)).rejects.toMatchObject({ code, message });
    await expect(files.list(missing)).rejects.toBeInstanceOf(NihiloError);
    expect(await files.exists(missing)).toBe(false);
  });

  it('answer each of many questions, whichever is answered first', async () => {
    const slow: FileSystem = {
      ...nodeFiles,
      size: async (file) => {
        const size = Number(file);
        await new Promise((resolve) => setTimeout(resolve, 20 - size));
        return size;
      },
    };
    const files = across(slow);
    const sizes = Array.from({ length: 20 }, (_, i) => i);
    expect(await Promise.all(sizes.map((size) => files.size(String(size))))).toEqual(sizes);
  });
});

describe('a thread', () => {
  it('reads addresses by the thread that started it, and the disk by itself', async () => {
    const remote: FileSystem = {
      ...nodeFiles,
      read: async (file) => new TextEncoder().encode(`remote ${file}`),
    };
    const entry = new URL('readingThread.ts', import.meta.url);
    const worker = startNodeWorker<string, string>(entry, 'reading', {}, routedFiles(nodeFiles, remote));
    const answer = (file: string): Promise<string> =>
      new Promise((resolve, reject) => {
        worker.onMessage(resolve);
        worker.onFailure(reject);
        worker.post(file);
      });
    try {
      expect(await answer('vscode-vfs://github/a/b.ts')).toBe('remote vscode-vfs://github/a/b.ts');
      expect(await answer(entry.pathname)).toContain('nodePlatform()');
    } finally {
      await worker.terminate();
    }
  });
});
