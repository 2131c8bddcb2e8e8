import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { IndexerEvent, IndexerRequest, WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import type { PredictorReply, PredictorRequest } from '../../extension/protocol/prediction.ts';
import type { TrainingCommand, TrainingEvent } from '../../extension/protocol/training.ts';
import { candidate, completionOf } from '../completion/told.ts';
import { modelSummary, trainingReport as report, trainingRequest } from './samples.ts';
import { ScriptedPlatform } from './scriptedPlatform.ts';

type Sent = PredictorRequest | TrainingCommand | IndexerRequest;
type Received = PredictorReply | TrainingEvent | IndexerEvent;

const index: WorkspaceIndex = {
  edition: 1,
  tokenizerJson: '{}',
  tokenizer: 'c0ffee',
  heard: false,
  counts: {
    memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
    tree: {
      ranks: new Uint16Array(),
      ids: new Uint16Array(),
      codes: new Uint32Array(),
      depths: new Uint8Array(),
      children: new Int32Array(),
      root: 0,
    },
    capacity: { projectTokens: 1, documentTokens: 1 },
  },
  files: [],
  tokens: new Uint16Array(),
  starts: new Int32Array(1),
  suffixes: new Int32Array(),
};

function setUp() {
  const platform = new ScriptedPlatform<Sent, Received>();
  const model = new WorkspaceModel(platform, '/storage/model', {
    corpus: () => ({ folders: ['/code'], exclude: [] }),
    reproducible: () => false,
    base: () => null,
  });
  const worker = (role: string) => platform.workers.findLast((each) => each.role === role)!;
  /** Everything that can go on without an answer has gone on. */
  const settle = () => vi.advanceTimersByTimeAsync(30);
  const answer = async (predicting: 'counts' | 'counts + transformer') => {
    await settle();
    const { id, type } = worker('predictor').received.at(-1) as PredictorRequest;
    expect(type).toBe('index');
    worker('predictor').reply({ type: 'indexed', id, predicting });
    await settle();
  };
  const serve = async (edition = 1) => {
    model.wantIndex();
    await settle();
    worker('indexer').reply({ type: 'index', index: { ...index, edition } });
    await answer('counts');
    worker('indexer').reply({ type: 'done' });
    await settle();
  };
  const trained = async () => {
    const training = model.train(trainingRequest);
    worker('trainer').reply({ type: 'done', report, cancelled: false });
    await settle();
    await training;
  };
  return { platform, model, worker, settle, answer, serve, trained };
}

describe('the index of a workspace', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is read when somebody wants it, says its stage, and completes before any training', async () => {
    const { platform, model, worker, settle, answer } = setUp();
    expect(platform.workers).toEqual([]);
    model.wantIndex();
    model.wantIndex();
    await settle();
    expect(worker('indexer').received).toMatchObject([
      { type: 'build', request: { corpus: { folders: ['/code'] }, edition: 1, relearn: false } },
    ]);
    expect(model.index).toEqual({ predicting: null, tokenizer: null, stage: 'reading', error: null });
    expect(model.canComplete).toBe(false);
    worker('indexer').reply({ type: 'stage', stage: 'counting' });
    expect(model.index.stage).toBe('counting');
    worker('indexer').reply({ type: 'index', index });
    await answer('counts');
    expect([model.index.predicting, model.canComplete, model.state.state]).toEqual([
      'counts',
      true,
      'missing',
    ]);
    worker('indexer').reply({ type: 'done' });
    await settle();
    expect(model.index).toEqual({ predicting: 'counts', tokenizer: 'c0ffee', stage: null, error: null });
  });

  it('learns from saves: the indexer judges them, the predictor takes them in', async () => {
    const { model, worker, settle, serve } = setUp();
    await serve();
    model.fileChanged('/code/a.ts');
    model.fileChanged('/code/a.ts');
    await settle();
    expect(worker('indexer').received.at(-1)).toEqual({ type: 'read', files: ['/code/a.ts'] });
    const changes = [{ path: 'a.ts', ids: new Uint16Array([1]) }];
    worker('indexer').reply({ type: 'changes', edition: 1, changes, outdated: false });
    await settle();
    const request = worker('predictor').received.at(-1)!;
    expect(request).toMatchObject({ type: 'learn', edition: 1, changes: [{ path: 'a.ts' }] });
    worker('predictor').reply({ type: 'learnt', id: (request as PredictorRequest).id, outdated: true });
    await settle();
    expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: { edition: 2 } });
  });

  it('is made anew when rules or many files change at once', async () => {
    const { model, worker, settle, serve } = setUp();
    await serve();
    for (let i = 0; i < 65; i++) model.fileChanged(`/code/${i}.ts`);
    await settle();
    expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: { edition: 2 } });
    worker('indexer').reply({ type: 'changes', edition: 2, changes: [], outdated: true });
    await settle();
    const { id } = worker('predictor').received.at(-1) as PredictorRequest;
    worker('predictor').reply({ type: 'learnt', id, outdated: false });
    worker('indexer').reply({ type: 'done' });
    await settle();
    expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: { edition: 3 } });
    expect(model.index.predicting).toBe('counts');
  });

  it('is overtaken by a newer one, whose worker is another', async () => {
    const { platform, model, worker, settle } = setUp();
    model.wantIndex();
    await settle();
    const first = worker('indexer');
    void model.buildIndex();
    await settle();
    expect([first.terminated, worker('indexer') === first]).toEqual([true, false]);
    first.reply({ type: 'stage', stage: 'weighing' });
    expect(model.index.stage).toBe('reading');
    expect(platform.workers.filter(({ role }) => role === 'indexer')).toHaveLength(2);
  });

  it('is made anew with the new model after a training, while the old one serves', async () => {
    const { model, worker, serve, trained } = setUp();
    await serve();
    await trained();
    expect(worker('indexer').received.at(-1)).toMatchObject({
      type: 'build',
      request: { edition: 2, relearn: true },
    });
    expect(model.index).toMatchObject({ predicting: 'counts', stage: 'reading' });
  });

  it('is made anew with what a training has saved before it failed, and only then', async () => {
    for (const hasSaved of [true, false]) {
      const { platform, model, worker, settle, serve } = setUp();
      await serve();
      const training = expect(model.train(trainingRequest)).rejects.toMatchObject({ code: 'workerFailed' });
      if (hasSaved) platform.paths.add('/storage/model');
      worker('trainer').die(new Error('out of memory'));
      await settle();
      await training;
      if (hasSaved) {
        const { id } = worker('predictor').received.at(-1) as PredictorRequest;
        worker('predictor').reply({ type: 'loaded', id, model: modelSummary });
        await settle();
      }
      const last = hasSaved ? { edition: 2, relearn: true } : { edition: 1, relearn: false };
      expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: last });
    }
  });

  it('has the new model weighed until a build comes to its end, however many are begun', async () => {
    const { model, worker, settle, serve, trained } = setUp();
    await serve();
    await trained();
    void model.buildIndex();
    await settle();
    expect(worker('indexer').received.at(-1)).toMatchObject({ request: { edition: 3, relearn: true } });
    worker('indexer').reply({ type: 'done' });
    await settle();
    void model.buildIndex();
    await settle();
    expect(worker('indexer').received.at(-1)).toMatchObject({ request: { edition: 4, relearn: false } });
  });

  it('is gone with the predictor, and comes again once', async () => {
    const { platform, model, worker, settle, serve } = setUp();
    await serve();
    worker('predictor').die(new Error('out of memory'));
    expect(model.index.predicting).toBeNull();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: { edition: 2 } });
    worker('indexer').reply({ type: 'index', index: { ...index, edition: 2 } });
    await settle();
    worker('predictor').die(new Error('out of memory'));
    const builds = () =>
      platform.workers.flatMap(({ received }) => received).filter(({ type }) => type === 'build');
    const before = builds().length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(builds()).toHaveLength(before);
  });

  it('says why there is none, and tries again when a file comes', async () => {
    const { model, worker, settle } = setUp();
    model.wantIndex();
    await settle();
    worker('indexer').reply({
      type: 'failed',
      error: toPlainError(new NihiloError('corpusEmpty', say`No text.`)),
    });
    await settle();
    expect(model.index).toEqual({
      predicting: null,
      tokenizer: null,
      stage: null,
      error: toPlainError(new NihiloError('corpusEmpty', say`No text.`)),
    });
    model.fileChanged('/code/a.ts');
    await settle();
    expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: { edition: 2 } });
  });

  it.each([
    ['the indexer has died', (end: ReturnType<typeof setUp>) => end.worker('indexer').die(new Error('gone'))],
    [
      'the indexer has died and what is learnt from is listed by another',
      ({ worker, model }: ReturnType<typeof setUp>) => {
        worker('indexer').die(new Error('gone'));
        void model.list({ side: 'learnt', folder: '', from: 0, edition: 1 });
      },
    ],
    [
      'the folder could not be read anew',
      async ({ worker, model, settle }: ReturnType<typeof setUp>) => {
        void model.rulesChanged();
        await settle();
        const error = toPlainError(new NihiloError('folderUnreadable', say`Not now.`));
        worker('indexer').reply({ type: 'failed', error });
        await settle();
      },
    ],
  ])('is made anew when a file changes and %s: it would learn of no change any more', async (_, end) => {
    const parts = setUp();
    const { platform, model, settle, serve } = parts;
    await serve();
    await end(parts);
    const builds = () =>
      platform.workers.flatMap(({ received }) => received).filter(({ type }) => type === 'build');
    const before = builds().length;
    expect(model.index.predicting).toBe('counts');
    model.fileChanged('/code/a.ts');
    await settle();
    expect(builds()).toHaveLength(before + 1);
  });

  it('that was weighed in vain learns from what changes as before', async () => {
    const { platform, model, worker, settle, serve } = setUp();
    await serve();
    void model.rulesChanged();
    await settle();
    worker('indexer').reply({ type: 'index', index: { ...index, edition: 2 } });
    worker('indexer').reply({ type: 'failed', error: toPlainError(new RangeError('no memory')) });
    await settle();
    model.fileChanged('/code/a.ts');
    await settle();
    expect(worker('indexer').received.at(-1)).toEqual({ type: 'read', files: ['/code/a.ts'] });
    expect(platform.workers.filter(({ role }) => role === 'indexer')).toHaveLength(1);
  });

  it('is gone when there is nothing left to learn from: what was left out is not suggested any more', async () => {
    const { model, worker, settle, serve } = setUp();
    await serve();
    void model.rulesChanged();
    await settle();
    const error = toPlainError(new NihiloError('corpusEmpty', say`No text.`));
    worker('indexer').reply({ type: 'failed', error });
    await settle();
    const { id, type } = worker('predictor').received.at(-1) as PredictorRequest;
    expect(type).toBe('dropIndex');
    worker('predictor').reply({ type: 'indexDropped', id });
    await settle();
    expect(model.index).toEqual({ predicting: null, tokenizer: null, stage: null, error });
    model.fileChanged('/code/a.ts');
    await settle();
    expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: { edition: 3 } });
  });

  it('is made of the files alone after the model was deleted', async () => {
    const { platform, model, worker, settle, serve } = setUp();
    platform.paths.add('/storage/model').add('/storage/model-mixture');
    await serve();
    await model.delete();
    await settle();
    expect(platform.paths.size).toBe(0);
    expect(model.index.predicting).toBeNull();
    expect(worker('indexer').received.at(-1)).toMatchObject({ type: 'build', request: { edition: 2 } });
  });

  it('ends with the window', async () => {
    const { model, worker, settle, serve } = setUp();
    await serve();
    await model.dispose();
    model.fileChanged('/code/a.ts');
    await model.buildIndex();
    await settle();
    expect([worker('indexer').terminated, worker('predictor').terminated]).toEqual([true, true]);
    expect(worker('indexer').received.map(({ type }) => type)).toEqual(['build']);
  });
});

describe('a listing of the corpus', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const place = { side: 'learnt', folder: '', from: 0, edition: 1 } as const;
  const page = { entries: [], total: 0, files: 3, bytes: 30 };

  it('is answered without an index, by a worker that is asked for nothing else', async () => {
    const { model, worker, settle } = setUp();
    const listed = model.list(place);
    await settle();
    const [request] = worker('indexer').received;
    expect(request).toMatchObject({ type: 'list', query: { ...place, corpus: { folders: ['/code'] } } });
    worker('indexer').reply({ type: 'listed', id: (request as { id: number }).id, page });
    expect(await listed).toEqual(page);
  });

  it('is asked for again when its worker has to end for a new index, and is refused with the reason when the worker dies', async () => {
    const { model, worker, settle, serve } = setUp();
    await serve();
    const listed = model.list(place);
    await settle();
    const first = worker('indexer');
    void model.rulesChanged();
    await settle();
    void model.rulesChanged();
    await settle();
    expect(worker('indexer')).not.toBe(first);
    const again = worker('indexer').received.find(({ type }) => type === 'list');
    worker('indexer').reply({ type: 'listed', id: (again as { id: number }).id, page });
    expect(await listed).toEqual(page);

    const lost = model.list(place);
    const refused = expect(lost).rejects.toMatchObject({ code: 'workerFailed' });
    await settle();
    worker('indexer').die(new Error('gone'));
    await refused;
  });

  it('takes a forgotten file out of whatever index serves', async () => {
    const { model, worker, settle, serve } = setUp();
    await model.forget('a.ts');
    await serve();
    const forgotten = model.forget('a.ts');
    await settle();
    const { id, ...request } = worker('predictor').received.at(-1) as PredictorRequest;
    expect(request).toEqual({ type: 'learn', edition: null, changes: [{ path: 'a.ts', ids: null }] });
    worker('predictor').reply({ type: 'learnt', id, outdated: false });
    await forgotten;
  });

  it('does not show again what it had shown when a file is forgotten', async () => {
    const { model, worker, settle, serve } = setUp();
    await serve();
    const place = { languageId: 'typescript', prefix: 'const ', suffix: '', ...style };
    const asked = () => worker('predictor').received.filter(({ type }) => type === 'complete').length;
    const suggest = async (): Promise<void> => {
      const before = asked();
      const question = { place, name: 'b.ts', isExplicit: false };
      const answered = model.suggest(question, eagerness, new AbortController().signal, null);
      await settle();
      if (asked() > before) {
        const { id } = worker('predictor').received.at(-1) as PredictorRequest;
        worker('predictor').reply({ type: 'completed', id, completion, remote: null });
      }
      expect((await answered).suggestions.map(({ text }) => text)).toEqual([completion.text]);
    };
    await suggest();
    await suggest();
    expect(asked()).toBe(1);
    const forgotten = model.forget('a.ts');
    await settle();
    const { id } = worker('predictor').received.at(-1) as PredictorRequest;
    worker('predictor').reply({ type: 'learnt', id, outdated: false });
    await forgotten;
    await suggest();
    expect(asked()).toBe(2);
  });
});

const style = { insertSpaces: true, tabSize: 2, indentSize: 2 };
const eagerness = { leastAcceptance: 0.5, multiline: false, maxTokens: 24, calls: false };
const completion = completionOf(candidate([['value = compute();', 0.9]]));
