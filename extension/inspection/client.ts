import type { Platform, WorkerHandle } from '../platform/platform.ts';
import { fromPlainError, NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type {
  EssayState,
  EssayWay,
  InspectingMessage,
  InspectingReply,
  InspectingRequest,
  InspectorData,
  Surprise,
} from '../protocol/inspecting.ts';
import type { Inspection, ModelSummary } from '../protocol/prediction.ts';
import type { StageAnswer } from '../protocol/stages.ts';
import type { WorkspaceText } from '../protocol/workspaceText.ts';
import { surprisesPartByPart } from './surpriseParts.ts';

/** `Omit` over each member of the union */
type WithoutId<Request> = Request extends { readonly id: number } ? Omit<Request, 'id'> : never;
type Question = WithoutId<InspectingRequest>;
type Answer = Exclude<InspectingReply, { type: 'failed' }>;

export type InspectQuery = Omit<Extract<Question, { type: 'inspect' }>, 'type'>;
export type EssayQuery = Omit<Extract<Question, { type: 'inspectEssay' }>, 'type'>;
export type AskQuery = Omit<Extract<Question, { type: 'ask' }>, 'type'>;

interface Connection {
  readonly worker: WorkerHandle<InspectingMessage, InspectingReply>;
  readonly pending: Map<number, { resolve(answer: Answer): void; reject(reason: unknown): void }>;
  /** what is loaded there, or is being */
  loaded: { readonly checkpoint: string; readonly reproducible: boolean } | null;
  loading: Promise<ModelSummary> | null;
}

/** Asks the inspector's thread, which is there from the first question on. */
export class InspectorClient {
  readonly #platform: Platform;
  #connection: Connection | null = null;
  #lastId = 0;
  /** of all threads so far */
  #lastRun = 0;
  /** pages and marks that the thread is there for */
  #holders = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Loads a checkpoint unless it is there already. @throws {NihiloError} checkpointMissing, checkpointTorn, checkpointForeign; workerFailed */
  load(checkpoint: string, reproducible: boolean): Promise<ModelSummary> {
    const connection = this.#connected();
    const { loaded, loading } = connection;
    if (loading !== null && loaded?.checkpoint === checkpoint && loaded.reproducible === reproducible)
      return loading;
    connection.loaded = { checkpoint, reproducible };
    connection.loading = this.#load(connection, checkpoint, reproducible);
    return connection.loading;
  }

  /** The files of the checkpoint are others now: the next `load` reads them. */
  forget(): void {
    if (this.#connection !== null) this.#connection.loading = null;
  }

  /** @throws {NihiloError} checkpointMissing, before a model is loaded; positionInvalid; workerFailed */
  async inspect(query: InspectQuery, signal: AbortSignal): Promise<Inspection> {
    const answer = await this.#ask({ type: 'inspect', ...query }, signal);
    if (answer.type !== 'inspected') throw unexpected(answer);
    return answer.inspection;
  }

  /** @throws {NihiloError} workerFailed */
  async essay(page: string, way: EssayWay): Promise<EssayState> {
    const answer = await this.#ask({ type: 'essay', page, way });
    if (answer.type !== 'essay') throw unexpected(answer);
    return answer.state;
  }

  /** @throws {NihiloError} positionInvalid; workerFailed */
  async inspectEssay(query: EssayQuery, signal: AbortSignal): Promise<Inspection> {
    const answer = await this.#ask({ type: 'inspectEssay', ...query }, signal);
    if (answer.type !== 'inspected') throw unexpected(answer);
    return answer.inspection;
  }

  /** @throws {NihiloError} checkpointMissing, before a model is loaded; workerFailed */
  surprises(text: string, from: number, signal: AbortSignal): AsyncGenerator<readonly Surprise[]> {
    return surprisesPartByPart(text, from, async (text, from, to) => {
      const answer = await this.#ask({ type: 'surprises', text, from, to }, signal);
      if (answer.type !== 'surprises') throw unexpected(answer);
      return answer.surprises;
    });
  }

  /** Hands over what `firingLines` is asked of from now on. @throws {NihiloError} checkpointMissing; workerFailed */
  async read(text: WorkspaceText, signal: AbortSignal): Promise<void> {
    const answer = await this.#ask({ type: 'read', text }, signal);
    if (answer.type !== 'reading') throw unexpected(answer);
  }

  /** @throws {NihiloError} positionInvalid, also when the run is too old; workerFailed */
  async ask(query: AskQuery, signal: AbortSignal): Promise<StageAnswer> {
    const answer = await this.#ask({ type: 'ask', ...query }, signal);
    if (answer.type !== 'answered') throw unexpected(answer);
    return answer.answer;
  }

  /** Somebody looks. When nobody does any more, the thread and its memory are given back. @returns to be called once, when it is enough */
  hold(): () => void {
    this.#holders += 1;
    return () => {
      this.#holders -= 1;
      if (this.#holders === 0) void this.close();
    };
  }

  /** Frees the thread and its model; pending requests reject. A later request starts anew. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    rejectAll(
      connection,
      new NihiloError('checkpointMissing', say`The Inspector has been closed; open it again.`),
    );
    await connection.worker.terminate();
  }

  async #load(connection: Connection, checkpoint: string, reproducible: boolean): Promise<ModelSummary> {
    try {
      const answer = await this.#ask({ type: 'load', checkpoint, reproducible });
      if (answer.type !== 'loaded') throw unexpected(answer);
      return answer.model;
    } catch (error) {
      connection.loading = null;
      throw error;
    }
  }

  #connected(): Connection {
    if (this.#connection !== null) return this.#connection;
    const data: InspectorData = { lastRun: this.#lastRun };
    const worker = this.#platform.spawn<InspectingMessage, InspectingReply>('inspector', data);
    const connection: Connection = { worker, pending: new Map(), loaded: null, loading: null };
    this.#connection = connection;
    worker.onMessage((reply) => {
      const pending = connection.pending.get(reply.id);
      connection.pending.delete(reply.id);
      if (reply.type === 'inspected') this.#lastRun = Math.max(this.#lastRun, reply.inspection.run);
      if (reply.type === 'failed') pending?.reject(fromPlainError(reply.error));
      else pending?.resolve(reply);
    });
    worker.onFailure((cause) => {
      if (this.#connection === connection) this.#connection = null;
      const sentence = say`The Inspector's engine stopped unexpectedly (${cause.message}); it starts again at the next question.`;
      rejectAll(connection, new NihiloError('workerFailed', sentence, { cause }));
    });
    return connection;
  }

  #ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { worker, pending } = this.#connected();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        if (pending.delete(id)) worker.post({ type: 'cancel', id });
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      const settled = (): void => signal?.removeEventListener('abort', abort);
      pending.set(id, {
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      });
      worker.post({ ...question, id });
    });
  }
}

function rejectAll({ pending }: Connection, reason: NihiloError): void {
  for (const { reject } of pending.values()) reject(reason);
  pending.clear();
}

function unexpected(reply: Answer): Error {
  return new Error(`The inspector answered request ${reply.id} with '${reply.type}'.`);
}
