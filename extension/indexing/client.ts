import { Pending } from '../platform/pending.ts';
import type { Platform, WorkerHandle } from '../platform/platform.ts';
import type { CorpusPage, CorpusQuery } from '../protocol/corpus.ts';
import { fromPlainError, NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { IndexerEvent, IndexerRequest, IndexRequest } from '../protocol/indexing.ts';

/** What comes of an indexing beside its end. */
export type IndexingNews = Exclude<
  IndexerEvent,
  { type: 'done' | 'failed' | 'listed' | 'notListed' | 'auditing' | 'audited' }
>;

interface Building {
  resolve(isDone: boolean): void;
  reject(reason: unknown): void;
}

/**
 * Asks the indexer worker, which is started at the first request. A new index overtakes one that is being made, whose worker is ended: it
 * has nothing that the new one does not read again.
 */
export class IndexerClient {
  readonly #platform: Platform;
  readonly #onNews: (news: IndexingNews) => void;
  #worker: WorkerHandle<IndexerRequest, IndexerEvent> | null = null;
  #building: Building | null = null;
  /** that the worker has given since it was asked to build */
  #hasIndex = false;
  readonly #listings = new Pending<CorpusQuery, CorpusPage>();
  #lastListing = 0;

  constructor(platform: Platform, onNews: (news: IndexingNews) => void) {
    this.#platform = platform;
    this.#onNews = onNews;
  }

  /**
   * @returns false when another one has overtaken it
   * @throws {NihiloError} corpusEmpty, folderUnreadable; workerFailed
   */
  async build(request: IndexRequest): Promise<boolean> {
    if (this.#building !== null) this.#end();
    return new Promise((resolve, reject) => {
      this.#building = { resolve, reject };
      this.#hasIndex = false;
      this.#connected().post({ type: 'build', request });
    });
  }

  /** whether somebody reads what changes, for an index that is made or has been */
  get isReading(): boolean {
    return this.#building !== null || this.#hasIndex;
  }

  /** Files were created, changed or removed: what there is to learn from them comes as news. @param files absolute paths */
  changed(files: readonly string[]): void {
    this.#worker?.post({ type: 'read', files });
  }

  /** What is in a folder of the corpus. @throws {NihiloError} folderUnreadable; workerFailed */
  async list(query: CorpusQuery): Promise<CorpusPage> {
    const id = ++this.#lastListing;
    const worker = this.#connected();
    worker.post({ type: 'list', id, query });
    return this.#listings.wait(id, query);
  }

  dispose(): void {
    this.#end();
    this.#listings.rejectAll(
      new NihiloError('workerFailed', say`The window is being closed; open it again.`),
    );
  }

  #connected(): WorkerHandle<IndexerRequest, IndexerEvent> {
    if (this.#worker !== null) return this.#worker;
    const worker = this.#platform.spawn<IndexerRequest, IndexerEvent>('indexer', {});
    this.#worker = worker;
    worker.onMessage((event) => {
      if (worker === this.#worker) this.#receive(event);
    });
    // Whoever asked a worker that had to end for a new index is answered by the next one.
    for (const [id, query] of this.#listings.questions) worker.post({ type: 'list', id, query });
    worker.onFailure((cause) => {
      if (worker !== this.#worker) return;
      this.#worker = null;
      this.#hasIndex = false;
      const sentence = say`The indexer stopped unexpectedly (${cause.message}); it starts again when files change or the window is reloaded.`;
      const failure = new NihiloError('workerFailed', sentence, { cause });
      this.#settle()?.reject(failure);
      this.#listings.rejectAll(failure);
    });
    return worker;
  }

  #receive(event: IndexerEvent): void {
    switch (event.type) {
      case 'done':
        this.#settle()?.resolve(true);
        return;
      case 'failed':
        this.#settle()?.reject(fromPlainError(event.error));
        return;
      case 'listed':
        this.#listings.take(event.id)?.resolve(event.page);
        return;
      case 'notListed':
        this.#listings.take(event.id)?.reject(fromPlainError(event.error));
        return;
      case 'stage':
      case 'notice':
      case 'changes':
        this.#onNews(event);
        return;
      case 'index':
        this.#hasIndex = true;
        this.#onNews(event);
        return;
      case 'auditing':
      case 'audited':
        throw new Error(`Nobody has asked this indexer for an audit, and it says '${event.type}'.`);
    }
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#settle()?.resolve(false);
    if (worker !== null) void worker.terminate();
  }

  #settle(): Building | null {
    const building = this.#building;
    this.#building = null;
    return building;
  }
}
