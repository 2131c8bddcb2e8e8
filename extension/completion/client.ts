import { Pending } from '../platform/pending.ts';
import type { Platform, WorkerHandle } from '../platform/platform.ts';
import { sharesMemory } from '../platform/sharing.ts';
import { fromPlainError, NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { type FileChange, indexBuffers, type WorkspaceIndex } from '../protocol/indexing.ts';
import {
  type Completion,
  type CompletionOptions,
  type EarlierMatch,
  isCancellable,
  type ModelSummary,
  type OpenDocument,
  type Predicting,
  type PredictorMessage,
  type PredictorReply,
  type PredictorRequest,
  type ScoredWord,
  type Trial,
  type WordOptions,
} from '../protocol/prediction.ts';
import type { Precedent } from '../protocol/precedent.ts';
import type { RemoteEndpoint, RemoteStatus } from '../protocol/remote.ts';
import type { Parts, PartsAlong } from '../protocol/parts.ts';
import type { WorkspaceText } from '../protocol/workspaceText.ts';

/** A worker that dies at once must not be started again at every key. */
export const respawnGapMs = 5_000;

/** `Omit` over each member of the union */
type WithoutId<Request> = Request extends { readonly id: number } ? Omit<Request, 'id'> : never;
type Question = WithoutId<PredictorRequest>;

export type PartsQuery = Omit<Extract<Question, { type: 'parts' }>, 'type'>;
export type AlongQuery = Omit<Extract<Question, { type: 'along' }>, 'type'>;

interface LoadedModel {
  readonly checkpoint: string;
  readonly reproducible: boolean;
}

type Answer = Exclude<PredictorReply, { type: 'failed' }>;

/** One life of the worker, with the requests it has not answered. */
interface Connection {
  readonly worker: WorkerHandle<PredictorMessage, PredictorReply>;
  /** i32[1]: the highest id of what is cancellable and that nobody waits for any more; null: where no memory is shared, messages tell */
  readonly cancelled: Int32Array | null;
  cancelledUpTo: number;
  readonly pending: Pending<Question, Answer>;
}

/**
 * Asks the predictor worker, which is started at the first request. When it dies, every pending request rejects with the
 * reason, and the next request starts another one with the same model.
 */
export class PredictorClient {
  readonly #platform: Platform;
  #connection: Connection | null = null;
  #model: LoadedModel | null = null;
  #endpoint: RemoteEndpoint | null = null;
  #lastId = 0;
  #highestCancelled = 0;
  readonly #onDeath: () => void;
  readonly #onRemote: (status: RemoteStatus | null) => void;
  #death: { readonly atMs: number; readonly reason: NihiloError } | null = null;

  /**
   * @param onDeath the worker is gone without having been asked to, and its index with it
   * @param onRemote how a server's part in a completion went; null: none took part
   */
  constructor(
    platform: Platform,
    onDeath: () => void = () => {},
    onRemote: (status: RemoteStatus | null) => void = () => {},
  ) {
    this.#platform = platform;
    this.#onDeath = onDeath;
    this.#onRemote = onRemote;
  }

  /**
   * Requests sent before are still answered by the model that was there; one that can't be loaded leaves it in place.
   * @throws {NihiloError} checkpointMissing, checkpointTorn, checkpointForeign; workerFailed
   */
  async load(checkpoint: string, reproducible: boolean): Promise<ModelSummary> {
    const model = await this.#loadInto(this.#connected(), { checkpoint, reproducible });
    this.#model = { checkpoint, reproducible };
    return model;
  }

  /**
   * The likely rest of the line behind `prefix`.
   * @param signal aborting it rejects at once with its reason, and the worker stops at the next token
   * @param open the document around the cursor; null for a text on its own
   * @throws {NihiloError} checkpointMissing, before there is an index or a model; workerFailed
   */
  async complete(
    prefix: string,
    options: CompletionOptions,
    signal: AbortSignal,
    open: OpenDocument | null = null,
  ): Promise<Completion> {
    signal.throwIfAborted();
    const request = { type: 'complete', prefix, open, options } as const;
    const answer = await this.#ask(this.#connected(), request, signal);
    if (answer.type !== 'completed') throw unexpected(answer);
    this.#onRemote(answer.remote);
    return answer.completion;
  }

  /**
   * The likeliest words at the end of `prefix`; none before there is an index.
   * @param signal as for `complete`
   * @throws {NihiloError} workerFailed
   */
  async words(
    prefix: string,
    open: OpenDocument,
    options: WordOptions,
    signal: AbortSignal,
  ): Promise<readonly ScoredWord[]> {
    signal.throwIfAborted();
    const answer = await this.#ask(this.#connected(), { type: 'words', prefix, open, options }, signal);
    if (answer.type !== 'worded') throw unexpected(answer);
    return answer.words;
  }

  /** @returns null before there is an index with a model of its tokens @throws {NihiloError} workerFailed */
  async parts(query: PartsQuery, signal: AbortSignal): Promise<Parts | null> {
    signal.throwIfAborted();
    const answer = await this.#ask(this.#connected(), { type: 'parts', ...query }, signal);
    if (answer.type !== 'parts') throw unexpected(answer);
    return answer.parts;
  }

  /** @returns null before there is an index of these tokens @throws {NihiloError} workerFailed */
  async along(query: AlongQuery, signal: AbortSignal): Promise<PartsAlong | null> {
    signal.throwIfAborted();
    const answer = await this.#ask(this.#connected(), { type: 'along', ...query }, signal);
    if (answer.type !== 'along') throw unexpected(answer);
    return answer.parts;
  }

  /** A server whose model takes part in completions that are asked for from now on; null: none does. */
  useRemote(endpoint: RemoteEndpoint | null): void {
    this.#endpoint = endpoint;
    if (this.#connection !== null) this.#tellEndpoint(this.#connection);
  }

  /** From its answer on, completions come from this index. @throws {NihiloError} workerFailed */
  async useIndex(index: WorkspaceIndex): Promise<Predicting> {
    const answer = await this.#ask(this.#connected(), { type: 'index', index });
    if (answer.type !== 'indexed') throw unexpected(answer);
    return answer.predicting;
  }

  /** From its answer on, completions come from the model alone. @throws {NihiloError} workerFailed */
  async dropIndex(): Promise<void> {
    await this.#ask(this.#connected(), { type: 'dropIndex' });
  }

  /** @returns whether more was counted than the index has room for @throws {NihiloError} workerFailed */
  async learn(edition: number | null, changes: readonly FileChange[]): Promise<boolean> {
    const answer = await this.#ask(this.#connected(), { type: 'learn', edition, changes });
    if (answer.type !== 'learnt') throw unexpected(answer);
    return answer.outdated;
  }

  /** @throws {NihiloError} workerFailed */
  async open(prefix: string, open: OpenDocument): Promise<void> {
    await this.#ask(this.#connected(), { type: 'open', prefix, open });
  }

  /**
   * Completions at places whose rest is known.
   * @param signal as in `complete`
   * @throws {NihiloError} workerFailed
   */
  async tryOut(seed: number, signal: AbortSignal): Promise<readonly Trial[]> {
    signal.throwIfAborted();
    const answer = await this.#ask(this.#connected(), { type: 'try', seed }, signal);
    if (answer.type !== 'tried') throw unexpected(answer);
    return answer.trials;
  }

  /** What the workspace has of a text that may come behind `prefix`; null: there is no index. @throws {NihiloError} workerFailed */
  async precedent(prefix: string, open: OpenDocument, coming: string): Promise<Precedent | null> {
    const answer = await this.#ask(this.#connected(), { type: 'precedent', prefix, open, coming });
    if (answer.type !== 'precedent') throw unexpected(answer);
    return answer.precedent;
  }

  /**
   * Where the text of `prefix` has been seen before; null: nowhere, or there is no index.
   * @param isTyped its last word is still being written, and not looked for
   * @throws {NihiloError} workerFailed
   */
  async find(prefix: string, open: OpenDocument, isTyped: boolean): Promise<EarlierMatch | null> {
    const answer = await this.#ask(this.#connected(), { type: 'find', prefix, open, isTyped });
    if (answer.type !== 'found') throw unexpected(answer);
    return answer.match;
  }

  /** Text of the workspace; null before there is an index of the model's tokens. @throws {NihiloError} workerFailed */
  async passages(): Promise<WorkspaceText | null> {
    const answer = await this.#ask(this.#connected(), { type: 'passages' });
    if (answer.type !== 'passages') throw unexpected(answer);
    return answer.text;
  }

  /** How often each token stands in the workspace, likewise. @throws {NihiloError} workerFailed */
  async frequencies(): Promise<Uint32Array | null> {
    const answer = await this.#ask(this.#connected(), { type: 'frequencies' });
    if (answer.type !== 'frequencies') throw unexpected(answer);
    return answer.counts;
  }

  /** Frees the worker and its model; pending requests reject. A later `load` starts anew. */
  async unload(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    this.#model = null;
    if (connection === null) return;
    connection.pending.rejectAll(
      new NihiloError('checkpointMissing', say`The model has been closed; load it again or train one.`),
    );
    await connection.worker.terminate();
  }

  #connected(): Connection {
    if (this.#connection !== null) return this.#connection;
    const death = this.#death;
    if (death !== null && performance.now() - death.atMs < respawnGapMs) throw death.reason;
    const cancelled = sharesMemory()
      ? new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      : null;
    const worker = this.#platform.spawn<PredictorMessage, PredictorReply>('predictor', { cancelled });
    const connection: Connection = { worker, cancelled, cancelledUpTo: 0, pending: new Pending() };
    this.#connection = connection;
    worker.onMessage((reply) => this.#receive(connection, reply));
    worker.onFailure((reason) => this.#fail(connection, reason));
    // The worker answers in order: what is asked next finds the model, or is told that there is none.
    if (this.#model !== null) void Promise.allSettled([this.#loadInto(connection, this.#model)]);
    if (this.#endpoint !== null) this.#tellEndpoint(connection);
    return connection;
  }

  #tellEndpoint(connection: Connection): void {
    void Promise.allSettled([this.#ask(connection, { type: 'remote', endpoint: this.#endpoint })]);
  }

  async #loadInto(connection: Connection, model: LoadedModel): Promise<ModelSummary> {
    const answer = await this.#ask(connection, { type: 'load', ...model });
    if (answer.type !== 'loaded') throw unexpected(answer);
    return answer.model;
  }

  #ask(connection: Connection, question: Question, signal?: AbortSignal): Promise<Answer> {
    const id = ++this.#lastId;
    const given = question.type === 'index' && !sharesMemory() ? indexBuffers(question.index) : [];
    connection.worker.post({ ...question, id }, given);
    return connection.pending.wait(id, question, signal, () => {
      this.#highestCancelled = Math.max(this.#highestCancelled, id);
      this.#raiseFlag(connection);
    });
  }

  #receive(connection: Connection, reply: PredictorReply): void {
    const asked = connection.pending.take(reply.id);
    // Nobody waits for the answer to a cancelled request.
    if (asked === undefined) return;
    this.#raiseFlag(connection);
    if (reply.type === 'failed') asked.reject(fromPlainError(reply.error));
    else asked.resolve(reply);
  }

  /** Cancels as much as the one number can without cancelling an earlier one that is still waited for. */
  #raiseFlag(connection: Connection): void {
    const { pending, cancelled, worker } = connection;
    const wanted = pending.questions.filter(([, one]) => isCancellable(one)).map(([id]) => id);
    const upTo = Math.min(this.#highestCancelled, ...wanted.map((id) => id - 1));
    if (upTo === connection.cancelledUpTo) return;
    connection.cancelledUpTo = upTo;
    if (cancelled === null) worker.post({ type: 'cancel', upTo });
    else Atomics.store(cancelled, 0, upTo);
  }

  #fail(connection: Connection, cause: Error): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    const reason = new NihiloError(
      'workerFailed',
      say`The predictor stopped unexpectedly (${cause.message}); it starts again at the next request, and if it keeps stopping, train again.`,
      { cause },
    );
    this.#death = { atMs: performance.now(), reason };
    connection.pending.rejectAll(reason);
    this.#onDeath();
  }
}

function unexpected(reply: Answer): Error {
  return new Error(`The predictor answered request ${reply.id} with '${reply.type}'.`);
}
