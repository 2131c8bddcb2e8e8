import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { TrainingCommand, TrainingEvent } from '../../extension/protocol/training.ts';
import { TrainingClient } from '../../extension/training/client.ts';
import { trainingReport as report, trainingRequest as request } from '../host/samples.ts';
import { ScriptedPlatform } from '../host/scriptedPlatform.ts';

function setUp() {
  const platform = new ScriptedPlatform<TrainingCommand, TrainingEvent>();
  return { platform, client: new TrainingClient(platform) };
}

const training: TrainingEvent = { type: 'stage', stage: 'training', detail: '' };

describe('TrainingClient', () => {
  it('sends the request to a trainer of its own and resolves with its report', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    expect(platform.worker.role).toBe('trainer');
    expect(platform.worker.received).toEqual([{ type: 'start', request }]);
    platform.worker.reply({ type: 'done', report, cancelled: false });
    await expect(run.result).resolves.toEqual({ report, cancelled: false });
  });

  it('passes every event on in order, the last one included', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    const seen: TrainingEvent[] = [];
    run.onEvent((event) => seen.push(event));
    const events: TrainingEvent[] = [
      { type: 'stage', stage: 'reading', detail: '1 file' },
      {
        type: 'corpus',
        corpus: {
          trainFiles: 1,
          heldOutFiles: 1,
          trainBytes: 1,
          heldOutBytes: 1,
          leftOutFiles: 0,
          leftOutReasons: '',
        },
      },
      {
        type: 'heldOut',
        point: { step: 1, epoch: 0.1, elapsedSeconds: 1, heldOutLoss: 2, heldOutBitsPerByte: 2, best: true },
      },
      { type: 'done', report, cancelled: false },
    ];
    for (const event of events) platform.worker.reply(event);
    await run.result;
    expect(seen).toEqual(events);
  });

  it('refuses a second training with one sentence and leaves the first alone', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    expect(() => client.start(request)).toThrow(expect.objectContaining({ code: 'trainingBusy' }));
    expect(platform.workers).toHaveLength(1);
    expect(client.active).toBe(run);
  });

  it('takes a new training once the result is there, also after a failure', async () => {
    const { platform, client } = setUp();
    const first = client.start(request);
    platform.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('corpusEmpty', say`No text.`)),
    });
    await expect(first.result).rejects.toEqual(new NihiloError('corpusEmpty', say`No text.`));
    const second = client.start(request);
    platform.worker.reply({ type: 'done', report, cancelled: false });
    await second.result;
    expect(client.active).toBeNull();
  });

  it('ends the worker before the result settles, whether it is done or failed', async () => {
    for (const last of [
      { type: 'done', report, cancelled: true },
      { type: 'failed', error: { code: 'bug', message: 'x is not a function' } },
    ] as const) {
      const { platform, client } = setUp();
      const run = client.start(request);
      platform.worker.reply(last);
      await Promise.allSettled([run.result]);
      expect(platform.worker.terminated).toBe(true);
    }
  });

  it('rejects with workerFailed and the reason when the worker dies', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    const reason = new Error('out of memory');
    platform.worker.die(reason);
    await expect(run.result).rejects.toMatchObject({
      code: 'workerFailed',
      message: expect.stringContaining('out of memory'),
      cause: reason,
    });
    expect(client.active).toBeNull();
  });

  it('posts pause, resume and cancel, and nothing to a training that has ended', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    run.pause();
    run.resume();
    platform.worker.reply(training);
    run.cancel();
    run.cancel();
    platform.worker.reply({ type: 'done', report, cancelled: true });
    run.pause();
    await run.result;
    run.cancel();
    expect(platform.worker.received.map(({ type }) => type)).toEqual(['start', 'pause', 'resume', 'cancel']);
  });

  it('cancels at dispose and waits until the trainer has kept its best model', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    platform.worker.reply(training);
    let disposed = false;
    const disposal = client.dispose().then(() => (disposed = true));
    expect(platform.worker.received.at(-1)).toEqual({ type: 'cancel' });
    // Everything that could resolve without the trainer's answer has had its turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(disposed).toBe(false);
    platform.worker.reply({ type: 'done', report, cancelled: true });
    await disposal;
    await expect(run.result).resolves.toEqual({ report, cancelled: true });
  });

  it('has nothing to wait for at dispose when no training runs', async () => {
    const { platform, client } = setUp();
    await client.dispose();
    expect(platform.workers).toHaveLength(0);
  });
});

describe('a training that is cancelled', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is ended at once before its first step, when the trainer may be deaf and has nothing to keep', async () => {
    for (const stages of [[], ['reading'], ['reading', 'tokenizing'], ['reading', 'preparing']] as const) {
      for (const way of ['cancel', 'dispose'] as const) {
        const { platform, client } = setUp();
        const run = client.start(request);
        const seen: TrainingEvent[] = [];
        run.onEvent((event) => seen.push(event));
        for (const stage of stages) platform.worker.reply({ type: 'stage', stage, detail: '' });
        seen.length = 0;
        if (way === 'cancel') run.cancel();
        else void client.dispose();
        await expect(run.result).rejects.toMatchObject({
          code: 'trainingCancelled',
          message: expect.stringContaining('before there was anything to keep'),
        });
        expect(seen).toEqual([
          { type: 'failed', error: expect.objectContaining({ code: 'trainingCancelled' }) },
        ]);
        expect(platform.worker.terminated).toBe(true);
        expect(client.active).toBeNull();
        expect(vi.getTimerCount()).toBe(0);
      }
    }
  });

  it('is ended when it hangs: 30 seconds after the last that was heard of it, and no earlier', async () => {
    for (const way of ['cancel', 'dispose'] as const) {
      const { platform, client } = setUp();
      const run = client.start(request);
      const seen: TrainingEvent[] = [];
      run.onEvent((event) => seen.push(event));
      platform.worker.reply(training);
      if (way === 'cancel') run.cancel();
      else void client.dispose();
      await vi.advanceTimersByTimeAsync(29_999);
      const point = {
        step: 1,
        epoch: 0.1,
        elapsedSeconds: 1,
        heldOutLoss: 2,
        heldOutBitsPerByte: 2,
        best: true,
      };
      platform.worker.reply({ type: 'heldOut', point });
      await vi.advanceTimersByTimeAsync(29_999);
      expect(platform.worker.terminated).toBe(false);
      const refusal = expect(run.result).rejects.toMatchObject({
        code: 'trainingCancelled',
        message: expect.stringContaining('the last saved model is kept'),
      });
      await vi.advanceTimersByTimeAsync(1);
      await refusal;
      expect(platform.worker.terminated).toBe(true);
      expect(seen.at(-1)).toMatchObject({ type: 'failed', error: { code: 'trainingCancelled' } });
      expect(client.active).toBeNull();
    }
  });

  it('is ended after 30 seconds also when nothing at all is heard of it', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    platform.worker.reply(training);
    run.cancel();
    const refusal = expect(run.result).rejects.toMatchObject({ code: 'trainingCancelled' });
    await vi.advanceTimersByTimeAsync(30_000);
    await refusal;
    expect(platform.worker.terminated).toBe(true);
  });

  it('has ten minutes to score and save what it keeps, and no timer is left behind', async () => {
    const { platform, client } = setUp();
    const run = client.start(request);
    platform.worker.reply(training);
    run.cancel();
    platform.worker.reply({ type: 'stage', stage: 'evaluating', detail: '' });
    await vi.advanceTimersByTimeAsync(599_999);
    platform.worker.reply({ type: 'done', report, cancelled: true });
    await expect(run.result).resolves.toEqual({ report, cancelled: true });
    expect(vi.getTimerCount()).toBe(0);
  });
});
