import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PredictorClient } from '../../extension/completion/client.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { PredictorReply, PredictorRequest } from '../../extension/protocol/prediction.ts';
import { completion, completionOptions as options, modelSummary as model } from '../host/samples.ts';
import { ScriptedPlatform, type ScriptedWorker } from '../host/scriptedPlatform.ts';

type PredictorWorker = ScriptedWorker<PredictorRequest, PredictorReply>;

const never = new AbortController().signal;
const open = { name: 'a.ts', suffix: '' };

function setUp() {
  const platform = new ScriptedPlatform<PredictorRequest, PredictorReply>();
  return { platform, client: new PredictorClient(platform) };
}

/** As the worker sees it. */
function isCancelled(worker: PredictorWorker, id: number): boolean {
  const { cancelled } = worker.data as { cancelled: Int32Array };
  return Atomics.load(cancelled, 0) >= id;
}

function lastRequest(worker: PredictorWorker): PredictorRequest {
  return worker.received.at(-1)!;
}

async function loadModel(
  platform: ReturnType<typeof setUp>['platform'],
  client: PredictorClient,
): Promise<void> {
  const loading = client.load(model.checkpoint, false);
  platform.worker.reply({ type: 'loaded', id: lastRequest(platform.worker).id, model });
  await loading;
}

describe('PredictorClient', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => vi.useRealTimers());

  it('starts no worker before the first request, and one worker for all of them', async () => {
    const { platform, client } = setUp();
    expect(platform.workers).toHaveLength(0);
    await loadModel(platform, client);
    void client.complete('a', options, never);
    void client.parts({ prefix: 'a', open, at: 1, tokens: [3] }, never);
    expect(platform.workers.map(({ role }) => role)).toEqual(['predictor']);
  });

  it('gives every request the answer to its own id, in whatever order answers come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), async (order) => {
        const { platform, client } = setUp();
        const texts = order.map((_, i) => client.complete(`text ${i}`, options, never));
        for (const index of order) {
          const request = platform.worker.received[index]!;
          if (request.type !== 'complete') throw new Error('Expected completions only.');
          platform.worker.reply({
            type: 'completed',
            id: request.id,
            completion: completion(request.prefix),
            remote: null,
          });
        }
        const answers = await Promise.all(texts);
        expect(answers.map(({ text }) => text)).toEqual(order.map((_, i) => `text ${i}`));
      }),
    );
  });

  it('hands the parts of a mixture through unchanged', async () => {
    const { platform, client } = setUp();
    const parts = { transformer: false, tokens: [], others: { count: 9, mixed: 1 } };
    const asked = client.parts({ prefix: 'é', open, at: 2, tokens: [3, 4] }, never);
    const { id, ...query } = lastRequest(platform.worker);
    expect(query).toEqual({ type: 'parts', prefix: 'é', open, at: 2, tokens: [3, 4] });
    platform.worker.reply({ type: 'parts', id, parts });
    await expect(asked).resolves.toEqual(parts);
  });

  it('rejects with the error that the worker reports', async () => {
    const { platform, client } = setUp();
    const loading = client.load('/nowhere', false);
    const { id } = lastRequest(platform.worker);
    platform.worker.reply({
      type: 'failed',
      id,
      error: toPlainError(new NihiloError('checkpointTorn', say`Torn.`)),
    });
    await expect(loading).rejects.toMatchObject({ code: 'checkpointTorn', message: 'Torn.' });
  });

  it('cancels words as it does a completion, and not a completion that is waited for', async () => {
    const { platform, client } = setUp();
    const controller = new AbortController();
    const waited = client.complete('a', options, never);
    const first = lastRequest(platform.worker).id;
    const wordOptions = { count: 8, minProbability: 0.01, maxMilliseconds: 30 };
    const asked = client.words('a', { name: 'a.ts', suffix: '' }, wordOptions, controller.signal);
    const { id } = lastRequest(platform.worker);
    controller.abort(new Error('typed on'));
    await expect(asked).rejects.toThrow('typed on');
    expect([isCancelled(platform.worker, first), isCancelled(platform.worker, id)]).toEqual([false, false]);
    platform.worker.reply({ type: 'completed', id: first, completion: completion('b'), remote: null });
    await waited;
    expect(isCancelled(platform.worker, id)).toBe(true);
  });

  it('hands words through unchanged', async () => {
    const { platform, client } = setUp();
    const words = [{ word: 'heron', typed: 2, probability: 0.5 }];
    const place = { prefix: 'he', open: { name: 'a.ts', suffix: '' } };
    const wordOptions = { count: 8, minProbability: 0.01, maxMilliseconds: 30 };
    const asked = client.words(place.prefix, place.open, wordOptions, never);
    const { id, ...query } = lastRequest(platform.worker);
    expect(query).toEqual({ type: 'words', ...place, options: wordOptions });
    platform.worker.reply({ type: 'worded', id, words });
    await expect(asked).resolves.toEqual(words);
  });

  it('rejects a cancelled completion at once with the reason and tells the worker by the flag', async () => {
    const { platform, client } = setUp();
    const controller = new AbortController();
    const asked = client.complete('a', options, controller.signal);
    const { id } = lastRequest(platform.worker);
    expect(isCancelled(platform.worker, id)).toBe(false);
    const reason = new Error('typed on');
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(isCancelled(platform.worker, id)).toBe(true);
    // The worker's late answer finds nobody.
    platform.worker.reply({ type: 'completed', id, completion: completion(''), remote: null });
  });

  it('asks nothing for a signal that is aborted already', async () => {
    const { platform, client } = setUp();
    await expect(client.complete('a', options, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(platform.workers).toHaveLength(0);
  });

  it('never cancels a completion that is still waited for, and cancels all others once it is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (kept) => {
        const { platform, client } = setUp();
        const controllers = kept.map(() => new AbortController());
        const asked = kept.map((_, i) => client.complete('a', options, controllers[i]!.signal));
        const settled = Promise.allSettled(asked);
        const ids = platform.worker.received.map(({ id }) => id);
        kept.forEach((keep, i) => keep || controllers[i]!.abort());
        kept.forEach((keep, i) => keep && expect(isCancelled(platform.worker, ids[i]!)).toBe(false));
        kept.forEach((keep, i) => {
          if (keep)
            platform.worker.reply({
              type: 'completed',
              id: ids[i]!,
              completion: completion('b'),
              remote: null,
            });
        });
        kept.forEach((keep, i) => keep || expect(isCancelled(platform.worker, ids[i]!)).toBe(true));
        const outcomes = await settled;
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(kept);
      }),
    );
  });

  it('rejects everything pending with the reason when the worker dies', async () => {
    const { platform, client } = setUp();
    const asked = [client.load(model.checkpoint, false), client.complete('a', options, never)];
    const cause = new Error('unreachable executed');
    platform.worker.die(cause);
    for (const request of asked) {
      await expect(request).rejects.toMatchObject({
        code: 'workerFailed',
        message: expect.stringContaining('unreachable executed'),
        cause,
      });
    }
  });

  it('starts another worker with the same model after a death, but not again within five seconds', async () => {
    const { platform, client } = setUp();
    await loadModel(platform, client);
    platform.worker.die(new Error('died'));
    vi.advanceTimersByTime(4_999);
    await expect(client.complete('a', options, never)).rejects.toMatchObject({ code: 'workerFailed' });
    expect(platform.workers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    const asked = client.complete('a', options, never);
    expect(platform.workers).toHaveLength(2);
    const [load, complete] = platform.worker.received;
    expect(load).toMatchObject({ type: 'load', checkpoint: model.checkpoint, reproducible: false });
    platform.worker.reply({ type: 'loaded', id: load!.id, model });
    platform.worker.reply({ type: 'completed', id: complete!.id, completion: completion('b'), remote: null });
    await expect(asked).resolves.toMatchObject({ text: 'b' });
  });

  it('tells each worker of the server that takes part, and none of one that does not any more', async () => {
    const { platform, client } = setUp();
    const endpoint = { url: 'http://127.0.0.1:1/', model: null, key: null, maxMilliseconds: 100 };
    client.useRemote(endpoint);
    expect(platform.workers).toHaveLength(0);
    await loadModel(platform, client);
    expect(platform.worker.received[0]).toMatchObject({ type: 'remote', endpoint });
    client.useRemote(null);
    expect(platform.worker.received.at(-1)).toMatchObject({ type: 'remote', endpoint: null });
    platform.worker.die(new Error('died'));
    vi.advanceTimersByTime(5_000);
    void Promise.allSettled([client.complete('a', options, never)]);
    expect(platform.worker.received.map(({ type }) => type)).toEqual(['load', 'complete']);
  });

  it('does not reload a model whose loading had failed', async () => {
    const { platform, client } = setUp();
    await loadModel(platform, client);
    const loading = client.load('/foreign', true);
    const { id } = lastRequest(platform.worker);
    platform.worker.reply({
      type: 'failed',
      id,
      error: toPlainError(new NihiloError('checkpointForeign', say`Foreign.`)),
    });
    await expect(loading).rejects.toMatchObject({ code: 'checkpointForeign' });
    platform.worker.die(new Error('died'));
    vi.advanceTimersByTime(5_000);
    void Promise.allSettled([client.complete('a', options, never)]);
    expect(platform.worker.received[0]).toMatchObject({ type: 'load', checkpoint: model.checkpoint });
  });

  it('ends the worker at unload, rejects what is pending, and starts anew at the next load', async () => {
    const { platform, client } = setUp();
    await loadModel(platform, client);
    const asked = client.complete('a', options, never);
    const [first] = platform.workers;
    const unloading = client.unload();
    await expect(asked).rejects.toMatchObject({ code: 'checkpointMissing' });
    await unloading;
    expect(first!.terminated).toBe(true);
    await loadModel(platform, client);
    expect(platform.workers).toHaveLength(2);
    expect(platform.worker.received).toHaveLength(1);
  });
});
