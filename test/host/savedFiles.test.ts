import { describe, expect, it } from 'vitest';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import type { SaveEvent } from '../../extension/protocol/learning.ts';
import { say } from '../../extension/protocol/sentence.ts';
import { trainingReport as report, trainingRequest as request } from './samples.ts';
import { answerLoad, checkpoint, setUp, settle } from './scriptedModel.ts';

describe('a model with saved files', () => {
  const learning = {
    limit: { ms: 2_000 },
    threads: 1,
    memoryLimitMb: 500,
    exclude: [],
    writeEveryMs: 30_000,
  };

  async function ready() {
    const parts = setUp({ stored: true });
    const loading = parts.model.load();
    await settle();
    answerLoad(parts.platform, 'loaded');
    await loading;
    return { ...parts, predictor: parts.platform.worker };
  }

  it('learns nothing before there is a model, nor while a training runs', async () => {
    const { platform, model } = setUp({ stored: false });
    model.learnFrom('/code/a.ts', learning);
    expect(platform.workers).toHaveLength(0);
    const training = await ready();
    const ended = Promise.allSettled([training.model.train(request)]);
    training.model.learnFrom('/code/a.ts', learning);
    expect(training.platform.workers.map(({ role }) => role)).toEqual(['predictor', 'trainer']);
    training.platform.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('trainingCancelled', say`Over.`)),
    });
    await ended;
  });

  it('loads what it learnt once it is written, and lets a training take its place', async () => {
    const { platform, model, predictor } = await ready();
    const events: SaveEvent[] = [];
    model.onSaveEvent((event) => events.push(event));
    model.learnFrom('/code/a.ts', learning);
    const saver = platform.worker;
    expect(saver.received).toEqual([
      { type: 'open', learning: { ...learning, checkpoint } },
      { type: 'learn', file: '/code/a.ts' },
    ]);
    saver.reply({ type: 'written' });
    await settle();
    expect(predictor.received.map(({ type }) => type)).toEqual(['load', 'load']);
    expect(events).toEqual([{ type: 'written' }]);
    const ended = Promise.allSettled([model.train(request)]);
    await settle();
    expect(saver.terminated).toBe(true);
    platform.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('trainingCancelled', say`Over.`)),
    });
    await ended;
  });

  it('learns nothing while a model is imported, which what it learns would overwrite', async () => {
    const { platform, model } = await ready();
    let finish = (): void => {};
    const reading = new Promise<void>((resolve) => (finish = resolve));
    const importing = model.import(async (folder) => {
      await reading;
      platform.paths.add(folder);
    });
    await settle();
    model.learnFrom('/code/a.ts', learning);
    expect(platform.workers.map(({ role }) => role)).toEqual(['predictor']);
    finish();
    await settle();
    answerLoad(platform, 'loaded');
    await importing;
    expect(model.origin).toBe('imported');
  });

  it('learns again after a fine-tuning, of the new model, and nothing while it waits for one', async () => {
    const { platform, model } = await ready();
    const savers = () => platform.workers.filter(({ role }) => role === 'saver');
    model.learnFrom('/code/a.ts', learning);
    const tuning = {
      ...request,
      corpus: { folders: ['/code'], exclude: [] },
      model: checkpoint,
      replay: null,
    };
    const ended = model.fineTune({ ...tuning, seed: null });
    model.learnFrom('/code/b.ts', learning);
    savers()[0]!.reply({ type: 'closed' });
    await settle();
    platform.worker.reply({ type: 'done', report, cancelled: false });
    await settle();
    answerLoad(platform, 'loaded');
    await ended;
    expect(savers().map(({ terminated }) => terminated)).toEqual([true]);
    model.learnFrom('/code/c.ts', learning);
    expect(savers().map(({ terminated }) => terminated)).toEqual([true, false]);
  });

  it('has everything written before a fine-tuning begins', async () => {
    const { platform, model } = await ready();
    model.learnFrom('/code/a.ts', learning);
    const saver = platform.worker;
    const corpus = { folders: ['/code'], exclude: [] };
    const tuning = { ...request, corpus, model: checkpoint, replay: null, seed: null };
    const ended = Promise.allSettled([model.fineTune(tuning)]);
    await settle();
    expect(saver.received.at(-1)).toEqual({ type: 'close' });
    expect(platform.workers.filter(({ role }) => role === 'trainer')).toHaveLength(0);
    saver.reply({ type: 'closed' });
    await settle();
    expect(platform.worker.received.map(({ type }) => type)).toEqual(['fineTune']);
    platform.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('trainingCancelled', say`Over.`)),
    });
    await ended;
  });
});
