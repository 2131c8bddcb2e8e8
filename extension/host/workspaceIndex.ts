import { type PredictorClient, respawnGapMs } from '../completion/client.ts';
import { IndexerClient, type IndexingNews } from '../indexing/client.ts';
import { trustFolder } from '../indexing/savedTrust.ts';
import type { Platform } from '../platform/platform.ts';
import type { CorpusPage, CorpusQuery } from '../protocol/corpus.ts';
import { NihiloError, type PlainError, toPlainError } from '../protocol/errors.ts';
import type { IndexStage, WorkspaceIndex as Index } from '../protocol/indexing.ts';
import type { Predicting } from '../protocol/prediction.ts';
import type { CorpusRequest } from '../protocol/training.ts';
import { baseOf, isStored } from './modelFolders.ts';
import { Signal } from './signal.ts';

/** Where the index of the workspace stands. */
export interface IndexStatus {
  /** what completions come from; null before there is an index */
  readonly predicting: Predicting | null;
  /** SHA-256 of the tokenizer that completions are made with; null before there is an index */
  readonly tokenizer: string | null;
  /** of the index that is being made; null while none is */
  readonly stage: IndexStage | null;
  /** why there is no newer index; null when nothing went wrong */
  readonly error: PlainError | null;
}

export interface IndexSource {
  /** absolute path of the model's folder of this workspace, whether it exists or not */
  readonly checkpoint: string;
  /** of the model that answers; null when none does */
  served(): Promise<string | null>;
  /** @throws {NihiloError} corpusEmpty, when no folder is open */
  corpus(): CorpusRequest;
  reproducible(): boolean;
}

/** Changes are collected for so long: a save comes twice, a checkout comes as many files. */
const collectMs = 5;
/** More changes at once than this are better read as a whole. */
const mostChanges = 64;
/** A predictor that dies of its index must not be given one after the other. */
const mostDeaths = 2;

/** Keeps the predictor's index of the workspace up to date. Knows nothing of the editor. */
export class WorkspaceIndex {
  readonly #source: IndexSource;
  readonly #predictor: PredictorClient;
  readonly #indexer: IndexerClient;
  readonly #changed = new Signal<void>();
  readonly #notices = new Signal<string>();
  readonly #files = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #status: IndexStatus = { predicting: null, tokenizer: null, stage: null, error: null };
  #edition = 0;
  #deaths = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** the index that is being made is too old already */
  #outdated = false;
  /** how far to trust the transformer was learnt of another */
  #relearn = false;
  #disposed = false;

  /** `status` has changed. */
  readonly onDidChange = this.#changed.subscribe;
  /** A sentence for the log. */
  readonly onNotice = this.#notices.subscribe;

  constructor(platform: Platform, source: IndexSource, predictor: PredictorClient) {
    this.#source = source;
    this.#predictor = predictor;
    this.#indexer = new IndexerClient(platform, (news) => this.#receive(news));
  }

  get status(): IndexStatus {
    return this.#status;
  }

  /** whether one was ever asked for */
  get isWanted(): boolean {
    return this.#edition > 0;
  }

  /** The transformer is another one: how far to trust it is not what it was, and not known before a build has come to its end. */
  modelReplaced(): void {
    this.#relearn = true;
    if (this.isWanted) void this.build();
  }

  /** Makes the index anew; the one before serves until then. Never rejects: `status` says how it went. */
  async build(): Promise<void> {
    if (this.#disposed) return;
    this.#files.clear();
    this.#outdated = false;
    const edition = ++this.#edition;
    try {
      const [corpus, reproducible] = [this.#source.corpus(), this.#source.reproducible()];
      this.#set({ stage: 'reading', error: null });
      const checkpoint = await this.#source.served();
      if (edition !== this.#edition) return;
      const own = this.#source.checkpoint;
      const trust = trustFolder(isStored(checkpoint, own) ? checkpoint : baseOf(own));
      const relearn = this.#relearn;
      await this.#indexer.build({ corpus, checkpoint, trustFolder: trust, reproducible, relearn, edition });
      if (edition !== this.#edition) return;
      this.#relearn = false;
      this.#set({ stage: null });
      if (this.#outdated) void this.build();
    } catch (error) {
      if (edition !== this.#edition) return;
      // What was counted before is not to be suggested any more.
      if (error instanceof NihiloError && error.code === 'corpusEmpty') await this.#drop();
      if (edition === this.#edition) this.#set({ stage: null, error: toPlainError(error) });
    }
  }

  /** @param file absolute path of what was created, changed or removed */
  fileChanged(file: string): void {
    if (this.#disposed || !this.isWanted) return;
    this.#files.add(file);
    this.#timer ??= setTimeout(() => this.#tell(), collectMs);
  }

  /** What is in a folder of the corpus, or of what is left out of it. @throws {NihiloError} corpusEmpty, when no folder is open; folderUnreadable */
  async list(where: Pick<CorpusQuery, 'edition' | 'side' | 'folder' | 'from'>): Promise<CorpusPage> {
    const { corpus, checkpoint } = this.#source;
    return this.#indexer.list({ ...where, corpus: corpus(), checkpoint });
  }

  /**
   * Takes files out of what is counted at once, with all below them; whoever asks sees to it that the rules keep them out, too.
   * @param path as the corpus names it @throws {NihiloError} workerFailed
   */
  async forget(path: string): Promise<void> {
    if (this.#status.predicting !== null) await this.#predictor.learn(null, [{ path, ids: null }]);
  }

  /** The predictor is gone, and its index with it. @param died without having been asked to */
  lost(died: boolean): void {
    this.#set({ predicting: null, tokenizer: null });
    if (!this.isWanted || this.#disposed) return;
    if (!died) void this.build();
    // An index that came earlier would find no predictor.
    else if (++this.#deaths < mostDeaths) this.#again = setTimeout(() => void this.build(), respawnGapMs);
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    clearTimeout(this.#again);
    this.#indexer.dispose();
  }

  async #drop(): Promise<void> {
    if (this.#status.predicting === null) return;
    this.#set({ predicting: null, tokenizer: null });
    try {
      await this.#predictor.dropIndex();
    } catch (error) {
      this.#failed(error);
    }
  }

  #tell(): void {
    this.#timer = null;
    const files = [...this.#files];
    this.#files.clear();
    if (files.length === 0) return;
    // Nobody has read the workspace, or who has is gone, and would be waited for in vain.
    const isRead =
      this.#status.stage !== null || (this.#status.predicting !== null && this.#indexer.isReading);
    if (files.length > mostChanges || !isRead) void this.build();
    else this.#indexer.changed(files);
  }

  #receive(news: IndexingNews): void {
    switch (news.type) {
      case 'stage':
        return this.#set({ stage: news.stage });
      case 'notice':
        return this.#notices.emit(news.sentence);
      case 'index':
        void this.#serve(news.index);
        return;
      case 'changes':
        void this.#learn(news);
    }
  }

  async #serve(index: Index): Promise<void> {
    try {
      this.#set({ predicting: await this.#predictor.useIndex(index), tokenizer: index.tokenizer });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #learn({ edition, changes, outdated }: Extract<IndexingNews, { type: 'changes' }>): Promise<void> {
    try {
      const isFull = await this.#predictor.learn(edition, changes);
      if (!(isFull || outdated) || edition !== this.#edition) return;
      if (this.#status.stage === null) void this.build();
      else this.#outdated = true;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A worker that died is told of by `lost`. */
  #failed(error: unknown): void {
    if (this.#disposed || (error instanceof NihiloError && error.code === 'workerFailed')) return;
    this.#set({ error: toPlainError(error) });
  }

  #set(change: Partial<IndexStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#changed.emit();
  }
}
