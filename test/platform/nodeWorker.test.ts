import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../extension/platform/node.ts';
import { startNodeWorker } from '../../extension/platform/nodeWorker.ts';
import type { WorkerHandle } from '../../extension/platform/platform.ts';
import type { ThreadData, ThreadRequest } from './thread.ts';

const started: WorkerHandle<ThreadRequest, number>[] = [];

function start(): { worker: WorkerHandle<ThreadRequest, number>; counter: Int32Array } {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const data: ThreadData = { counter };
  const worker = startNodeWorker<ThreadRequest, number>(new URL('thread.ts', import.meta.url), 'test', data);
  started.push(worker);
  return { worker, counter };
}

function nextMessage(worker: WorkerHandle<ThreadRequest, number>): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.onMessage(resolve);
    worker.onFailure(reject);
  });
}

function failure(worker: WorkerHandle<ThreadRequest, number>): Promise<Error> {
  return new Promise((resolve) => worker.onFailure(resolve));
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
});

describe('a worker', () => {
  it('answers from its source, over memory that both sides see', async () => {
    const { worker, counter } = start();
    counter[0] = 41;
    worker.post('count');
    expect(await nextMessage(worker)).toBe(41);
    expect(Atomics.load(counter, 0)).toBe(42);
  });

  it('fails with the error it did not catch', async () => {
    const { worker } = start();
    worker.post('throw');
    expect(await failure(worker)).toMatchObject({ name: 'RangeError', message: 'told to' });
  });

  it.each([
    ['exit', 7],
    ['return', 0],
  ] as const)('fails when it ends by itself: %s with code %i', async (request, code) => {
    const { worker } = start();
    worker.post(request);
    expect((await failure(worker)).message).toContain(`exit code ${code}`);
  });

  it('fails once, though an uncaught error is followed by an exit, and tells a late listener too', async () => {
    const { worker } = start();
    const reasons: Error[] = [];
    worker.onFailure((reason) => reasons.push(reason));
    worker.post('throw');
    await failure(worker);
    // Waits for the thread's exit.
    await worker.terminate();
    const late = await failure(worker);
    expect(reasons).toEqual([late]);
  });

  it('does not fail when it is asked to end', async () => {
    const { worker } = start();
    const reasons: Error[] = [];
    worker.onFailure((reason) => reasons.push(reason));
    worker.post('count');
    await nextMessage(worker);
    await worker.terminate();
    await new Promise((resolve) => setImmediate(resolve));
    expect(reasons).toEqual([]);
  });

  it('starts and works while the thread that spawned it is blocked', () => {
    const { worker, counter } = start();
    worker.post('count');
    expect(Atomics.wait(counter, 0, 0, 30_000)).not.toBe('timed-out');
  });
});

describe('a bundle', () => {
  it('starts the bundles and reads the assets that lie beside it', async () => {
    const place = mkdtempSync(path.join(tmpdir(), 'nihilo-bundle-'));
    try {
      await build({
        stdin: {
          contents: `
            import { nodePlatform } from '../../extension/platform/node.ts';
            const platform = nodePlatform();
            const worker = platform.spawn('lane', { factor: 3 });
            worker.onFailure((reason) => { throw reason; });
            worker.onMessage(async (product) => {
              const asset = await platform.readAsset('asset.bin');
              console.log(JSON.stringify({ product, asset: [...asset] }));
              await worker.terminate();
            });
            worker.post(14);`,
          resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        },
        bundle: true,
        platform: 'node',
        format: 'cjs',
        outfile: path.join(place, 'main.js'),
        define: { 'import.meta.url': 'bundleUrl' },
        banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
      });
      const thread = `
        const { parentPort, workerData } = require('node:worker_threads');
        parentPort.on('message', (value) => parentPort.postMessage(value * workerData.data.factor));`;
      writeFileSync(path.join(place, 'thread.js'), thread);
      writeFileSync(path.join(place, 'asset.bin'), Uint8Array.of(0, 255));
      const printed = execFileSync(process.execPath, [path.join(place, 'main.js')], { encoding: 'utf8' });
      expect(JSON.parse(printed)).toEqual({ product: 42, asset: [0, 255] });
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});

describe('peakRss', () => {
  it('is in bytes: it grows by at least what is newly touched', () => {
    const platform = nodePlatform();
    const before = platform.peakRss();
    const touched = Math.ceil(before / 2);
    // Twice: what is resident now may be less than the peak.
    const bytes = new Uint8Array(before + touched).fill(1);
    expect(platform.peakRss() - before).toBeGreaterThan(0);
    expect(platform.peakRss()).toBeGreaterThanOrEqual(bytes.length);
    expect(platform.cores).toBeGreaterThanOrEqual(1);
  });
});
