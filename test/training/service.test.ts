import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { Platform } from '../../extension/platform/platform.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { TrainingCommand, TrainingEvent, TrainingRequest } from '../../extension/protocol/training.ts';
import { serveTraining } from '../../extension/training/service.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-service-'));
  const engine = new URL('../../extension/engine/', import.meta.url).pathname;
  cpSync(engine, join(root, 'code'), { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

function request(): TrainingRequest {
  return {
    corpus: { folders: [join(root, 'code')], exclude: [] },
    checkpoint: join(root, 'model'),
    preset: 'pencil',
    stop: { steps: 400 },
    threads: 1,
    seed: 1,
    reproducible: true,
    memoryLimitMb: 256,
    resume: false,
  };
}

/** The worker's side on this thread, and the other end of its port. */
function served(platform: Platform = nodePlatform()) {
  const events: TrainingEvent[] = [];
  const waiting: { type: TrainingEvent['type']; resolve: (event: TrainingEvent) => void }[] = [];
  let command: (message: TrainingCommand) => void = () => {};
  serveTraining(platform, {
    post: (event) => {
      events.push(event);
      for (const entry of waiting.splice(0)) {
        if (entry.type === event.type) entry.resolve(event);
        else waiting.push(entry);
      }
    },
    onMessage: (listener) => (command = listener),
  });
  const next = (type: TrainingEvent['type']): Promise<TrainingEvent> =>
    new Promise((resolve) => waiting.push({ type, resolve }));
  return { events, next, send: (message: TrainingCommand) => command(message) };
}

describe('serveTraining', () => {
  it('makes no step while it is paused, and then goes on to its end', async () => {
    const { events, next, send } = served();
    send({ type: 'start', request: request() });
    await next('progress');
    send({ type: 'pause' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const paused = events.length;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(events.length).toBe(paused);
    send({ type: 'resume' });
    expect(await next('done')).toMatchObject({ cancelled: false, report: { steps: 400 } });
  });

  // The step that is under way when a message is posted is the last one: what is posted is let in before the next.
  it.each([
    ['cancel', 1],
    ['cancel', 2],
    ['cancel', 5],
    ['pause', 1],
    ['pause', 2],
    ['pause', 5],
  ] as const)('makes no further step after a message that says %s in step %i', async (order, step) => {
    // A clock on which every step takes long enough to be reported.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 300));
    const { port1, port2 } = new MessageChannel();
    const ended = new Promise<TrainingEvent>((resolve) => {
      serveTraining(nodePlatform(), {
        post: (event) => {
          // Called by the training itself, in the midst of its step.
          if (event.type === 'progress' && event.progress.step === step) {
            port2.postMessage({ type: order });
            if (order === 'pause') setTimeout(() => port2.postMessage({ type: 'cancel' }), 300);
          }
          if (event.type === 'done' || event.type === 'failed') resolve(event);
        },
        onMessage: (listener) => port1.on('message', listener),
      });
    });
    port2.postMessage({ type: 'start', request: { ...request(), stop: { steps: 1_000_000 } } });
    expect(await ended).toMatchObject({ type: 'done', cancelled: true, report: { steps: step } });
    port1.close();
  });

  it('ends when it is told to stop, also when it is paused, before or after', async () => {
    for (const order of [
      ['pause', 'cancel'],
      ['cancel', 'pause'],
    ] as const) {
      const { next, send } = served();
      send({ type: 'start', request: { ...request(), checkpoint: join(root, order[0]) } });
      await next('progress');
      for (const type of order) send({ type });
      expect(await next('done')).toMatchObject({ cancelled: true });
    }
  });

  it('keeps the model from before when a training is stopped that does worse', async () => {
    const first = served();
    first.send({ type: 'start', request: request() });
    await first.next('done');
    const second = served();
    second.send({ type: 'start', request: { ...request(), stop: { steps: 5_000 } } });
    await second.next('progress');
    second.send({ type: 'cancel' });
    expect(await second.next('failed')).toMatchObject({ error: { code: 'trainingCancelled' } });
    expect(existsSync(join(root, 'model', 'model.safetensors'))).toBe(true);
  });

  it('reports a disk that refuses the checkpoint in the disk’s own sentence', async () => {
    const platform = nodePlatform();
    const full = new NihiloError('storageFailed', say`Expected to write, got a full disk (ENOSPC).`);
    const files = { ...platform.files, replaceFolder: () => Promise.reject(full) };
    const { next, send } = served({ ...platform, files });
    send({ type: 'start', request: { ...request(), stop: { steps: 3 } } });
    expect(await next('failed')).toMatchObject({ error: { code: 'storageFailed', message: full.message } });
  });
});
