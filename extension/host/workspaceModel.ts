import { Calibrator } from '../completion/calibrator.ts';
import { PredictorClient } from '../completion/client.ts';
import {
  type Answer,
  type CallTool,
  type Eagerness,
  type Question,
  Suggester,
} from '../completion/suggester.ts';
import { trustFolder } from '../indexing/savedTrust.ts';
import { InspectorClient } from '../inspection/client.ts';
import type { Platform } from '../platform/platform.ts';
import type { CorpusPage } from '../protocol/corpus.ts';
import { NihiloError, toPlainError } from '../protocol/errors.ts';
import type { Surprise } from '../protocol/inspecting.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import type { ModelOrigin, ModelState } from '../protocol/inspector.ts';
import type { SaveEvent, SaveLearning } from '../protocol/learning.ts';
import type { RemoteEndpoint, RemoteStatus } from '../protocol/remote.ts';
import type { EarlierMatch, OpenDocument, ScoredWord, WordOptions } from '../protocol/prediction.ts';
import type { CorpusRequest, FineTuneRequest, TrainingEvent, TrainingRequest } from '../protocol/training.ts';
import { TrainingClient, type TrainingResult, type TrainingRun } from '../training/client.ts';
import { SaveClient } from '../training/saveClient.ts';
import { CallMessages } from './callMessages.ts';
import type { InspectionEngine } from './stageQuestions.ts';
import { Signal } from './signal.ts';
import { begun, changeBy, type TrainingStatus } from './trainingStatus.ts';
import { baseOf, beginningFolder, importedOf, originOf, servedFolder } from './modelFolders.ts';
import { type IndexStatus, WorkspaceIndex } from './workspaceIndex.ts';

/** What the window's settings and folders say; asked each time, because they may change. */
export interface ModelSource {
  /** @throws {NihiloError} corpusEmpty, when no folder is open */
  corpus(): CorpusRequest;
  reproducible(): boolean;
  /** absolute path of the folder of the model that ships with the extension; null when it is switched off */
  base(): string | null;
}

const importing = say`A model can be imported while no training runs and one is running now; stop it first.`;

/** The one model of this window's workspace, from its training to its predictions. Knows nothing of the editor. */
export class WorkspaceModel {
  readonly #platform: Platform;
  readonly #checkpoint: string;
  readonly #source: ModelSource;
  readonly #trainer: TrainingClient;
  readonly #predictor: PredictorClient;
  readonly #saves: SaveClient;
  readonly #inspector: InspectorClient;
  readonly #index: WorkspaceIndex;
  readonly #suggester: Suggester;
  readonly #calibrator: Calibrator;
  readonly #changed = new Signal<void>();
  readonly #trainingEvents = new Signal<TrainingEvent>();
  readonly #saveEvents = new Signal<SaveEvent>();
  readonly #filesChanged = new Signal<void>();
  #state: ModelState = { state: 'missing' };
  #training: TrainingStatus | null = null;
  #remote: RemoteStatus | null = null;
  /** what the model has asked the editor for, the last first */
  readonly #messages = new CallMessages();
  /** a later loading or a deletion overtakes an earlier loading */
  #edition = 0;
  #disposed = false;

  /** `state`, `index` or `training` has changed. */
  readonly onDidChange = this.#changed.subscribe;
  /** Every event of every training; one whose worker died ends with a `failed` too. */
  readonly onTrainingEvent = this.#trainingEvents.subscribe;
  /** What becomes of the files that it is told of by `learnFrom`. */
  readonly onSaveEvent = this.#saveEvents.subscribe;

  /** What there is to learn from may be another: files, folders or rules. */
  readonly onFilesChanged = this.#filesChanged.subscribe;

  /** A sentence for the log about an index that is not all that it could be. */
  readonly onNotice: WorkspaceIndex['onNotice'];

  /** @param checkpoint absolute path of the model's folder, whether it exists or not */
  constructor(platform: Platform, checkpoint: string, source: ModelSource) {
    this.#platform = platform;
    this.#checkpoint = checkpoint;
    this.#source = source;
    this.#trainer = new TrainingClient(platform);
    this.#predictor = new PredictorClient(
      platform,
      () => this.#index.lost(true),
      (status) => this.#setRemote(status),
    );
    this.#inspector = new InspectorClient(platform);
    this.#saves = new SaveClient(platform, (event) => {
      this.#saveEvents.emit(event);
      if (event.type === 'written') void this.load();
    });
    this.#index = new WorkspaceIndex(
      platform,
      { ...source, checkpoint, served: () => this.#served() },
      this.#predictor,
    );
    this.#suggester = new Suggester((prefix, open, options, signal) =>
      this.#predictor.complete(prefix, options, signal, open),
    );
    this.#calibrator = new Calibrator(
      (seed, signal) => this.#predictor.tryOut(seed, signal),
      (calibration) => (this.#suggester.calibration = calibration),
    );
    let { predicting } = this.#index.status;
    this.#index.onDidChange(() => {
      const before = predicting;
      ({ predicting } = this.#index.status);
      if (predicting !== null && predicting !== before) this.#calibrator.restart();
      this.#suggester.changed();
      this.#changed.emit();
    });
    this.onNotice = this.#index.onNotice;
  }

  get checkpoint(): string {
    return this.#checkpoint;
  }

  get state(): ModelState {
    return this.#state;
  }

  /** of the model that answers; null: none does */
  get origin(): ModelOrigin | null {
    return this.#state.state === 'ready' ? this.#state.origin : null;
  }

  /** whether the model that answers has learnt from this workspace; the base and what was imported have not */
  get isTrained(): boolean {
    return this.origin === 'trained';
  }

  get index(): IndexStatus {
    return this.#index.status;
  }

  /** how a server's part in the last suggestion went; null: none takes part, or nothing was suggested yet */
  get remote(): RemoteStatus | null {
    return this.#remote;
  }

  /** A server whose model takes part in suggestions from now on; null: none does. */
  useRemote(endpoint: RemoteEndpoint | null): void {
    this.#predictor.useRemote(endpoint);
    this.#setRemote(null);
  }

  /** whether there is anything that completes */
  get canComplete(): boolean {
    return this.#state.state === 'ready' || this.#index.status.predicting !== null;
  }

  /** null while none runs */
  get training(): TrainingStatus | null {
    return this.#training;
  }

  /** Loads what was learnt or imported here, but not the base, which waits until somebody wants it. */
  async loadOwn(): Promise<void> {
    const [own] = await Promise.allSettled([servedFolder(this.#platform.files, this.#checkpoint, null)]);
    // Of a place that can't be looked at, the loading says so.
    if (own.status === 'rejected' || own.value !== null) this.#want();
  }

  #want(): void {
    if (!this.isWanted) void this.load();
  }

  get isWanted(): boolean {
    return this.#edition > 0;
  }

  /** Loads the checkpoint where there is one, else the base. Never rejects: `state` says how it went. */
  async load(): Promise<void> {
    if (this.#disposed) return;
    const edition = ++this.#edition;
    const setState = (state: ModelState): void => {
      if (edition === this.#edition) this.#setState(state);
    };
    // While a newer model is loaded, the one before goes on answering. That there is none is not known before somebody has looked.
    if (this.#state.state !== 'ready') setState({ state: 'loading' });
    try {
      const folder = await this.#served();
      if (folder === null) {
        setState({ state: 'missing' });
        return;
      }
      setState({
        state: 'ready',
        model: await this.#predictor.load(folder, this.#source.reproducible()),
        origin: originOf(folder, this.#checkpoint),
      });
    } catch (error) {
      setState({ state: 'failed', error: toPlainError(error) });
    }
  }

  /**
   * Trains and then loads the new model; the old one completes until then, and stays when the training fails.
   * @returns rejects as TrainingRun.result does
   * @throws {NihiloError} trainingBusy, at once
   */
  train(request: TrainingRequest): Promise<TrainingResult> {
    const run = this.#trainer.start(request);
    // What it learnt since its last writing is learnt anew.
    void this.#saves.close(false);
    return this.#run(run);
  }

  /** Likewise on top of the model that there is. @returns rejects as TrainingRun.result does, or with trainingBusy */
  async fineTune(request: FineTuneRequest): Promise<TrainingResult> {
    const run = async (): Promise<TrainingResult> => this.#run(this.#trainer.fineTune(request));
    return this.#trainer.active === null ? this.#saves.whileClosed(true, run) : run();
  }

  /** Teaches the model a file that was saved; not while a training runs, and not before there is a model. */
  learnFrom(file: string, learning: Omit<SaveLearning, 'checkpoint'>): void {
    if (this.#disposed || this.#trainer.active !== null || !this.isTrained) return;
    this.#saves.learn(file, { ...learning, checkpoint: this.#checkpoint });
  }

  #run(run: TrainingRun): Promise<TrainingResult> {
    this.#setTraining(begun);
    run.onEvent((event) => {
      this.#update(changeBy(event));
      this.#trainingEvents.emit(event);
    });
    return this.#finish(run);
  }

  pauseTraining(): void {
    this.#trainer.active?.pause();
    this.#update({ paused: true });
  }

  resumeTraining(): void {
    this.#trainer.active?.resume();
    this.#update({ paused: false });
  }

  /** Ends the training soon; `train` then resolves with the best model until then. */
  stopTraining(): void {
    this.#trainer.active?.cancel();
  }

  /** The rules of what is learnt from have changed: the index is made anew, and what is saved is learnt by them. */
  async rulesChanged(): Promise<void> {
    this.#filesChanged.emit();
    await Promise.all([this.#saves.close(true), this.buildIndex()]);
  }

  /** What is learnt from, and what is not. @throws {NihiloError} corpusEmpty, when no folder is open; folderUnreadable; workerFailed */
  list(where: Parameters<WorkspaceIndex['list']>[0]): Promise<CorpusPage> {
    return this.#index.list(where);
  }

  /** Takes files out of the counts at once. @param path as the corpus names a file or folder @throws {NihiloError} workerFailed */
  async forget(path: string): Promise<void> {
    await this.#index.forget(path);
    this.#suggester.changed();
  }

  /** Reads and counts the workspace anew, in the background, if anybody wants it. Never rejects: `index` says how it went. */
  async buildIndex(): Promise<void> {
    if (this.#index.isWanted) await this.#index.build();
  }

  /** Somebody wants suggestions: from now on there is an index, too. */
  wantIndex(): void {
    this.#want();
    if (!this.#index.isWanted) void this.#index.build();
  }

  /** A file was created, changed or removed: the index learns from it, as far as the rules allow. @param file absolute path */
  fileChanged(file: string): void {
    this.#filesChanged.emit();
    this.#index.fileChanged(file);
  }

  /** @param callTool answers what the model asks for; null: nobody does @throws {NihiloError} checkpointMissing, workerFailed; or `signal`'s reason */
  async suggest(
    question: Question,
    eagerness: Eagerness,
    signal: AbortSignal,
    callTool: CallTool | null,
  ): Promise<Answer> {
    this.#calibrator.postpone();
    const answer = await this.#suggester.suggest(question, eagerness, signal, callTool);
    if (answer.message !== null) this.#messages.keep(answer.message);
    return answer;
  }

  /** Somebody types: what is done in the background gives way before the next suggestion is asked for. */
  typed(): void {
    this.#calibrator.postpone();
  }

  /** Something else was typed where this had been shown long enough to be read. @param prefix ends where it was shown */
  refused(prefix: string, name: string, text: string): void {
    this.#suggester.refused({ prefix }, name, text);
  }

  /** The likeliest words at the end of `prefix`; none before there is an index. @throws {NihiloError} workerFailed; or `signal`'s reason */
  async words(
    prefix: string,
    open: OpenDocument,
    options: WordOptions,
    signal: AbortSignal,
  ): Promise<readonly ScoredWord[]> {
    return this.#index.status.predicting === null ? [] : this.#predictor.words(prefix, open, options, signal);
  }

  /** A document will be written in: its first completion shall not wait for what can be done before. @throws {NihiloError} workerFailed */
  async open(prefix: string, open: OpenDocument): Promise<void> {
    if (this.#index.status.predicting !== null) await this.#predictor.open(prefix, open);
  }

  /** Where the text before a cursor has been seen before; null: nowhere. @throws {NihiloError} workerFailed */
  async find(prefix: string, open: OpenDocument, isTyped: boolean): Promise<EarlierMatch | null> {
    return this.#index.status.predicting === null ? null : this.#predictor.find(prefix, open, isTyped);
  }

  /** What the Inspector asks; its engine has the model that answers now, and a thread of its own. */
  get inspection(): Omit<InspectionEngine, 'doubt'> {
    const inspector = this.#inspector;
    const ifCounted = async <Told>(tell: () => Promise<Told>): Promise<Told | null> =>
      this.#index.status.predicting === null ? null : tell();
    return {
      inspect: (...query) => this.#loadInspector().then(() => inspector.inspect(...query)),
      inspectEssay: (...query) => inspector.inspectEssay(...query),
      ask: (...query) => inspector.ask(...query),
      read: (...query) => inspector.read(...query),
      essay: (...query) => inspector.essay(...query),
      find: (prefix, open) => this.find(prefix, open, false),
      precedent: (...query) => ifCounted(() => this.#predictor.precedent(...query)),
      parts: (query, signal) => this.#predictor.parts(query, signal),
      along: (...query) => ifCounted(() => this.#predictor.along(...query)),
      passages: () => ifCounted(() => this.#predictor.passages()),
      frequencies: () => ifCounted(() => this.#predictor.frequencies()),
      messages: () => this.#messages.all,
    };
  }

  /** How surprising each token of a text is, from byte `from` on, part by part. @throws {NihiloError} checkpointMissing, workerFailed; or `signal`'s reason */
  async *surprises(text: string, from: number, signal: AbortSignal): AsyncGenerator<readonly Surprise[]> {
    await this.#loadInspector();
    yield* this.#inspector.surprises(text, from, signal);
  }

  async #loadInspector(): Promise<void> {
    if (this.#state.state !== 'ready') return;
    await this.#inspector.load(this.#state.model.checkpoint, this.#source.reproducible());
  }

  /** Somebody looks. @returns to be called once, when it is enough */
  holdInspection(): () => void {
    this.#want();
    return this.#inspector.hold();
  }

  /** What a training here begins with; null: random numbers. */
  beginning(): Promise<string | null> {
    return beginningFolder(this.#platform.files, this.#checkpoint, this.#source.base());
  }

  /** The folder of the model that answers, with all that it has learnt. @throws {NihiloError} checkpointMissing */
  async writtenFolder(): Promise<string> {
    if (this.#trainer.active === null) await this.#saves.close(true);
    const folder = await this.#served();
    if (folder !== null) return folder;
    throw new NihiloError(
      'checkpointMissing',
      say`There is no model yet. Run "Nihilo: Train on Workspace" first.`,
    );
  }

  /**
   * Puts a model that somebody else has trained in the base's place; what was trained here goes.
   * @param write makes it in a folder; null: nothing came of it
   * @throws {NihiloError} trainingBusy; as `write` does; storageFailed
   */
  async import<Report>(write: (folder: string) => Promise<Report | null>): Promise<Report | null> {
    this.#refuseWhileTraining(importing);
    return this.#saves.whileClosed(true, async () => {
      const report = await write(importedOf(this.#checkpoint));
      if (report === null) return null;
      this.#refuseWhileTraining(importing);
      await this.#platform.files.removeFolder(this.#checkpoint);
      await this.load();
      this.#index.modelReplaced();
      return report;
    });
  }

  /** What was trained here, and what was imported. @throws {NihiloError} trainingBusy; storageFailed */
  async delete(): Promise<void> {
    this.#refuseWhileTraining(
      say`A model can be deleted while no training runs and one is running now; stop it first.`,
    );
    await this.#saves.whileClosed(false, () => this.#deleteAll());
  }

  async #deleteAll(): Promise<void> {
    const [own, imported] = [this.#checkpoint, importedOf(this.#checkpoint)];
    try {
      for (const folder of [own, imported, ...[own, imported, baseOf(own)].map(trustFolder)]) {
        await this.#platform.files.removeFolder(folder);
      }
    } catch (error) {
      throw new NihiloError(
        'storageFailed',
        say`The model in ${this.#checkpoint} should have been deleted and could not be (${error instanceof NihiloError ? error.sentence : toPlainError(error).message}); check the folder's permissions.`,
        { cause: error },
      );
    }
    this.#edition++;
    await this.#predictor.unload();
    this.#setState({ state: 'missing' });
    await this.load();
    this.#index.lost(false);
  }

  /** Ends all workers; a running training keeps its best model first, and what was learnt from saved files is written. */
  async dispose(): Promise<void> {
    this.#edition++;
    this.#disposed = true;
    this.#calibrator.dispose();
    this.#index.dispose();
    await Promise.all([
      this.#trainer.dispose(),
      this.#saves.close(true),
      this.#predictor.unload(),
      this.#inspector.close(),
    ]);
  }

  #served(): Promise<string | null> {
    return servedFolder(this.#platform.files, this.#checkpoint, this.#source.base());
  }

  #refuseWhileTraining(sentence: Sentence): void {
    if (this.#trainer.active !== null) throw new NihiloError('trainingBusy', sentence);
  }

  async #finish(run: TrainingRun): Promise<TrainingResult> {
    let result: TrainingResult;
    try {
      result = await run.result;
    } catch (error) {
      // A worker that died could not say so itself.
      if (error instanceof NihiloError && error.code === 'workerFailed') {
        this.#trainingEvents.emit({ type: 'failed', error: toPlainError(error) });
      }
      this.#setTraining(null);
      void this.#loadSaved();
      throw error;
    }
    this.#setTraining(null);
    await this.load();
    // In the background: its tokens are the new model's, and how far to trust the model is learnt from what it has not seen.
    this.#index.modelReplaced();
    return result;
  }

  /** A training that failed may have saved a model before, and a setting may have changed meanwhile. */
  async #loadSaved(): Promise<void> {
    const before = this.#state;
    await this.load();
    const isSame = JSON.stringify(before) === JSON.stringify(this.#state);
    if (this.#state.state === 'ready' && !isSame) this.#index.modelReplaced();
  }

  #update(change: Partial<TrainingStatus> | null): void {
    if (this.#training !== null && change !== null) this.#setTraining({ ...this.#training, ...change });
  }

  /** It is told of at every suggestion and seldom another. */
  #setRemote(remote: RemoteStatus | null): void {
    if (JSON.stringify(remote) === JSON.stringify(this.#remote)) return;
    this.#remote = remote;
    this.#changed.emit();
  }

  #setTraining(training: TrainingStatus | null): void {
    this.#training = training;
    this.#changed.emit();
  }

  #setState(state: ModelState): void {
    this.#state = state;
    // Its files may be others under the same name.
    this.#inspector.forget();
    this.#changed.emit();
  }
}
