import { describe, expect, it } from 'vitest';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { PredictorRequest } from '../../extension/protocol/prediction.ts';
import type { TrainingEvent } from '../../extension/protocol/training.ts';
import { modelSummary, trainingReport as report, trainingRequest as request } from './samples.ts';
import { answerLoad, checkpoint, setUp, settle } from './scriptedModel.ts';

describe('WorkspaceModel', () => {
  it('starts no worker where there is no checkpoint', async () => {
    const { platform, model } = setUp({ stored: false });
    await model.load();
    expect(model.state).toEqual({ state: 'missing' });
    expect(platform.workers).toHaveLength(0);
  });

  it('keeps the Inspector’s engine as long as a page or the marks of surprise are there, and no longer', async () => {
    const { platform, model } = setUp({ stored: false });
    const [letPageGo, letMarksGo] = [model.holdInspection(), model.holdInspection()];
    const marked = model.surprises('text', 0, new AbortController().signal);
    const outcome = marked.next().catch((error: unknown) => error);
    await settle();
    const { role, received } = platform.worker;
    expect([role, received.at(-1)]).toEqual(['inspector', expect.objectContaining({ type: 'surprises' })]);
    letPageGo();
    expect(platform.worker.terminated).toBe(false);
    letMarksGo();
    expect(platform.worker.terminated).toBe(true);
    expect(await outcome).toBeInstanceOf(NihiloError);
  });

  it('answers with the base where there is one and no model of the workspace, and does not call it trained', async () => {
    const { platform, model, settings } = setUp({ stored: false });
    settings.base = platform.baseModel;
    platform.paths.add(platform.baseModel);
    const loading = model.load();
    await settle();
    expect(platform.worker.received.at(-1)).toMatchObject({ type: 'load', checkpoint: platform.baseModel });
    const { id } = platform.worker.received.at(-1) as PredictorRequest;
    const base = { ...modelSummary, checkpoint: platform.baseModel };
    platform.worker.reply({ type: 'loaded', id, model: base });
    await loading;
    expect([model.state, model.isTrained]).toEqual([{ state: 'ready', model: base, origin: 'base' }, false]);
    settings.base = null;
    await model.load();
    expect(model.state).toEqual({ state: 'missing' });
  });

  it('loads the base when somebody wants something of it, and what was learnt here without being asked', async () => {
    const { platform, model, settings } = setUp({ stored: false });
    settings.base = platform.baseModel;
    platform.paths.add(platform.baseModel);
    await model.loadOwn();
    expect([platform.workers.length, model.isWanted]).toEqual([0, false]);
    const letGo = model.holdInspection();
    // Who is told of it now is not told that there is none.
    expect(model.state).toEqual({ state: 'loading' });
    await settle();
    const loads = () =>
      platform.workers
        .flatMap(({ received }) => received as PredictorRequest[])
        .filter(({ type }) => type === 'load');
    expect(loads()).toMatchObject([{ checkpoint: platform.baseModel }]);
    letGo();
    const own = setUp({ stored: true });
    await own.model.loadOwn();
    expect(own.model.isWanted).toBe(true);
  });

  it('says what is wrong with a storage that can not be looked at, also where nobody has asked for anything', async () => {
    const { platform, model } = setUp({ stored: true });
    const refused = new NihiloError('storageFailed', say`Expected to look for it, got no permission.`);
    platform.files.recoverFolder = () => Promise.reject(refused);
    await model.loadOwn();
    await settle();
    expect(model.state).toEqual({ state: 'failed', error: toPlainError(refused) });
  });

  it('goes through loading to ready, and tells each change', async () => {
    const { platform, model } = setUp({ stored: true });
    const seen: string[] = [];
    model.onDidChange(() => seen.push(model.state.state));
    const loading = model.load();
    await settle();
    answerLoad(platform, 'loaded');
    await loading;
    expect(seen).toEqual(['loading', 'ready']);
    expect(model.state).toEqual({ state: 'ready', model: modelSummary, origin: 'trained' });
  });

  it('keeps the sentence of a checkpoint that cannot be loaded, and loads the one trained after it', async () => {
    const { platform, model } = setUp({ stored: true });
    const loading = model.load();
    await settle();
    answerLoad(platform, 'torn');
    await loading;
    expect(model.state).toEqual({
      state: 'failed',
      error: toPlainError(new NihiloError('checkpointTorn', say`Torn.`)),
    });
    const training = model.train(request);
    platform.worker.reply({ type: 'done', report, cancelled: false });
    await settle();
    answerLoad(platform, 'loaded');
    await training;
    expect(model.state.state).toBe('ready');
  });

  it('stays ready with the old model while the one just trained is loaded', async () => {
    const { platform, model } = setUp({ stored: true });
    const loading = model.load();
    await settle();
    answerLoad(platform, 'loaded');
    await loading;
    const states = new Set<string>();
    model.onDidChange(() => states.add(model.state.state));
    const training = model.train(request);
    platform.worker.reply({ type: 'done', report, cancelled: false });
    await settle();
    answerLoad(platform, 'loaded');
    await expect(training).resolves.toEqual({ report, cancelled: false });
    expect([...states]).toEqual(['ready']);
  });

  it('loads with the setting as it is when a training ends, well or not, not as it was at its start', async () => {
    for (const last of [
      { type: 'done', report, cancelled: false },
      { type: 'failed', error: toPlainError(new NihiloError('trainingCancelled', say`Stopped.`)) },
    ] as const) {
      const { platform, model, settings } = setUp({ stored: true });
      const loading = model.load();
      await settle();
      answerLoad(platform, 'loaded');
      await loading;
      const predictor = platform.worker;
      const ended = Promise.allSettled([model.train(request)]);
      settings.reproducible = true;
      platform.worker.reply(last);
      await settle();
      expect(predictor.received.at(-1)).toMatchObject({ type: 'load', reproducible: true });
      answerLoad(platform, 'loaded');
      await ended;
      expect(model.state.state).toBe('ready');
    }
  });

  it('shows the training that runs, event by event, and none when it has ended', async () => {
    const { platform, model } = setUp({ stored: false });
    const training = model.train(request);
    expect(model.training).toMatchObject({ stage: 'reading', paused: false, progress: null, heldOut: null });
    platform.worker.reply({ type: 'stage', stage: 'training', detail: 'Training' });
    const point = {
      step: 5,
      epoch: 0.1,
      elapsedSeconds: 3,
      heldOutLoss: 3,
      heldOutBitsPerByte: 2.5,
      best: true,
    };
    platform.worker.reply({ type: 'heldOut', point });
    model.pauseTraining();
    expect(model.training).toEqual({
      stage: 'training',
      detail: 'Training',
      paused: true,
      progress: null,
      heldOut: point,
    });
    model.resumeTraining();
    model.stopTraining();
    expect(platform.worker.received.map(({ type }) => type)).toEqual(['start', 'pause', 'resume', 'cancel']);
    platform.worker.reply({ type: 'done', report, cancelled: true });
    await training;
    expect(model.training).toBeNull();
  });

  it('ends every stream of training events with done or failed, also when the trainer dies', async () => {
    const { platform, model } = setUp({ stored: false });
    const seen: TrainingEvent[] = [];
    model.onTrainingEvent((event) => seen.push(event));
    const first = model.train(request);
    platform.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('corpusEmpty', say`No text.`)),
    });
    await expect(first).rejects.toMatchObject({ code: 'corpusEmpty' });
    const second = model.train(request);
    platform.worker.die(new Error('out of memory'));
    await expect(second).rejects.toMatchObject({ code: 'workerFailed' });
    expect(seen).toEqual([
      { type: 'failed', error: toPlainError(new NihiloError('corpusEmpty', say`No text.`)) },
      {
        type: 'failed',
        error: expect.objectContaining({
          code: 'workerFailed',
          message: expect.stringContaining('out of memory'),
        }),
      },
    ]);
  });

  it('refuses a second training and leaves the state of the first alone', async () => {
    const { platform, model } = setUp({ stored: false });
    void model.train(request);
    platform.worker.reply({ type: 'stage', stage: 'tokenizing', detail: '' });
    expect(() => model.train(request)).toThrow(expect.objectContaining({ code: 'trainingBusy' }));
    expect(model.training?.stage).toBe('tokenizing');
  });

  it('deletes the checkpoint and frees the predictor, but not while a training runs', async () => {
    const { platform, model } = setUp({ stored: true });
    const loading = model.load();
    await settle();
    answerLoad(platform, 'loaded');
    await loading;
    const predictor = platform.worker;
    const training = model.train(request);
    await expect(model.delete()).rejects.toMatchObject({ code: 'trainingBusy' });
    expect(platform.paths.size).toBeGreaterThan(0);
    platform.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('trainingCancelled', say`Stopped.`)),
    });
    await expect(training).rejects.toMatchObject({ code: 'trainingCancelled' });
    await model.delete();
    expect(platform.paths.size).toBe(0);
    expect(predictor.terminated).toBe(true);
    expect(model.state).toEqual({ state: 'missing' });
  });

  it('has what was imported in the place of what was trained, begins trainings with it, and deletes both', async () => {
    const { platform, model, settings } = setUp({ stored: true });
    settings.base = '/extension/base';
    platform.paths.add(settings.base);
    const loading = model.load();
    await settle();
    answerLoad(platform, 'loaded');
    await loading;
    expect([model.origin, await model.beginning()]).toEqual(['trained', '/extension/base']);
    const imported = `${checkpoint}-imported`;
    const importing = model.import(async (folder) => {
      platform.paths.add(folder);
      return folder;
    });
    await settle();
    expect(platform.worker.received.at(-1)).toMatchObject({ type: 'load', checkpoint: imported });
    platform.worker.reply({
      type: 'loaded',
      id: platform.worker.received.length,
      model: { ...modelSummary, checkpoint: imported },
    });
    expect(await importing).toBe(imported);
    expect([model.origin, model.isTrained]).toEqual(['imported', false]);
    expect([...platform.paths].filter((path) => path.startsWith(checkpoint))).toEqual([imported]);
    expect(await model.beginning()).toBe(imported);
    expect(await model.writtenFolder()).toBe(imported);
    const deleting = model.delete();
    await settle();
    answerLoad(platform, 'loaded');
    await deleting;
    expect([...platform.paths]).toEqual(['/extension/base']);
  });

  it('keeps what was trained where nothing came of an import, and imports nothing while a training runs', async () => {
    const { platform, model } = setUp({ stored: true });
    const refused = model.import(() => Promise.reject(new Error('refused')));
    await expect(refused).rejects.toThrow('refused');
    expect(await model.import(() => Promise.resolve(null))).toBeNull();
    expect(platform.paths.has(checkpoint)).toBe(true);
    const ended = Promise.allSettled([model.train(request)]);
    const busy = model.import(() => Promise.resolve(1));
    await expect(busy).rejects.toMatchObject({ code: 'trainingBusy' });
    const error = toPlainError(new NihiloError('trainingCancelled', say`Over.`));
    platform.worker.reply({ type: 'failed', error });
    await ended;
  });

  it('stays missing when it is deleted while it loads', async () => {
    const { platform, model } = setUp({ stored: true });
    const loading = model.load();
    await settle();
    expect(platform.worker.received).toHaveLength(1);
    await model.delete();
    await loading;
    expect(model.state).toEqual({ state: 'missing' });
  });

  it('waits at dispose for the best model of a training and starts no worker after it', async () => {
    const { platform, model } = setUp({ stored: true });
    const training = model.train(request);
    platform.worker.reply({ type: 'stage', stage: 'training', detail: '' });
    const disposal = model.dispose();
    expect(platform.worker.received.at(-1)).toEqual({ type: 'cancel' });
    platform.worker.reply({ type: 'done', report, cancelled: true });
    await Promise.all([disposal, training]);
    expect(platform.workers.map(({ role, terminated }) => ({ role, terminated }))).toEqual([
      { role: 'trainer', terminated: true },
    ]);
  });
});
