import { beforeEach, describe, expect, it } from 'vitest';
import type { SaveCommand, SaveEvent } from '../../extension/protocol/learning.ts';
import { SaveClient } from '../../extension/training/saveClient.ts';
import { ScriptedPlatform } from '../host/scriptedPlatform.ts';

const learning = {
  checkpoint: '/storage/model',
  limit: { ms: 2_000 },
  exclude: [],
  threads: 1,
  memoryLimitMb: 500,
  writeEveryMs: 30_000,
};
let platform: ScriptedPlatform<SaveCommand, SaveEvent>;
let events: SaveEvent[];
let client: SaveClient;

beforeEach(() => {
  platform = new ScriptedPlatform();
  events = [];
  client = new SaveClient(platform, (event) => events.push(event));
});

const learnt: SaveEvent = { type: 'learnt', outcome: null };
const filesSent = (): string[] =>
  platform.worker.received.flatMap((message) => (message.type === 'learn' ? [message.file] : []));

describe('SaveClient', () => {
  it('starts one worker, sends one file at a time, and a file that is saved while it waits once', async () => {
    for (const file of ['/a', '/b', '/b', '/c']) client.learn(file, learning);
    expect(platform.worker.received[0]).toEqual({ type: 'open', learning });
    expect(filesSent()).toEqual(['/a']);
    platform.worker.reply(learnt);
    expect(filesSent()).toEqual(['/a', '/b']);
    client.learn('/b', learning);
    platform.worker.reply(learnt);
    platform.worker.reply(learnt);
    expect(filesSent()).toEqual(['/a', '/b', '/c', '/b']);
    expect(platform.workers).toHaveLength(1);
    await client.close(false);
    expect(platform.worker.terminated).toBe(true);
  });

  it('waits for what is written when it is closed, which no other reads before, and starts anew with the next file', async () => {
    client.learn('/a', learning);
    const { worker } = platform;
    const closing = client.close(true);
    expect(worker.received.at(-1)).toEqual({ type: 'close' });
    expect(worker.terminated).toBe(false);
    client.learn('/b', learning);
    expect(platform.workers).toHaveLength(1);
    worker.reply({ type: 'written' });
    worker.reply({ type: 'closed' });
    await closing;
    expect(worker.terminated).toBe(true);
    client.learn('/b', learning);
    expect(platform.workers).toHaveLength(2);
    await client.close(false);
  });

  it('after a failure learns no more until it is closed; a worker that died is told as a failure', async () => {
    client.learn('/a', learning);
    platform.worker.die(new Error('out of memory'));
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'workerFailed' } });
    client.learn('/b', learning);
    expect(platform.workers).toHaveLength(1);
    await client.close(false);
    client.learn('/b', learning);
    expect(platform.workers).toHaveLength(2);
    await client.close(false);
  });
});
