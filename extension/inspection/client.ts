import { Pending } from '../platform/pending.ts';
import type { Platform, WorkerHandle } from '../platform/platform.ts';
import { fromPlainError, NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type {
  EssayState,
  EssayWay,
  InspectingAnswers,
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

type Type = InspectingRequest['type'];
type Query<One extends Type> = Omit<Extract<InspectingRequest, { type: One }>, 'type' | 'id'>;

interface Connection {
  readonly worker: WorkerHandle<InspectingMessage, InspectingReply>;
  readonly pending: Pending<Type, InspectingAnswers[Type]>;
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
  async inspect(query: Query<'inspect'>, signal: AbortSignal): Promise<Inspection> {
    return this.#numbered(await this.#ask('inspect', query, signal));
  }

  /** @throws {NihiloError} workerFailed */
  essay(page: string, way: EssayWay): Promise<EssayState> {
    return this.#ask('essay', { page, way });
  }

  /** @throws {NihiloError} positionInvalid; workerFailed */
  async inspectEssay(query: Query<'inspectEssay'>, signal: AbortSignal): Promise<Inspection> {
    return this.#numbered(await this.#ask('inspectEssay', query, signal));
  }

  /** @throws {NihiloError} checkpointMissing, before a model is loaded; workerFailed */
  surprises(text: string, from: number, signal: AbortSignal): AsyncGenerator<readonly Surprise[]> {
    return surprisesPartByPart(text, from, (text, from, to) =>
      this.#ask('surprises', { text, from, to }, signal),
    );
  }

  /** Hands over what `firingLines` is asked of from now on. @throws {NihiloError} checkpointMissing; workerFailed */
  async read(text: WorkspaceText, signal: AbortSignal): Promise<void> {
    await this.#ask('read', { text }, signal);
  }

  /** @throws {NihiloError} positionInvalid, also when the run is too old; workerFailed */
  ask(query: Query<'ask'>, signal: AbortSignal): Promise<StageAnswer> {
    return this.#ask('ask', query, signal);
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
    connection.pending.rejectAll(
      new NihiloError('checkpointMissing', say`The Inspector has been closed; open it again.`),
    );
    await connection.worker.terminate();
  }

  async #load(connection: Connection, checkpoint: string, reproducible: boolean): Promise<ModelSummary> {
    try {
      return await this.#ask('load', { checkpoint, reproducible });
    } catch (error) {
      connection.loading = null;
      throw error;
    }
  }

  #connected(): Connection {
    if (this.#connection !== null) return this.#connection;
    const data: InspectorData = { lastRun: this.#lastRun };
    const worker = this.#platform.spawn<InspectingMessage, InspectingReply>('inspector', data);
    const connection: Connection = { worker, pending: new Pending(), loaded: null, loading: null };
    this.#connection = connection;
    worker.onMessage((reply) => {
      const asked = connection.pending.take(reply.id);
      if (reply.type === 'failed') asked?.reject(fromPlainError(reply.error));
      else asked?.resolve(reply.answer);
    });
    worker.onFailure((cause) => {
      if (this.#connection === connection) this.#connection = null;
      const sentence = say`The Inspector's engine stopped unexpectedly (${cause.message}); it starts again at the next question.`;
      connection.pending.rejectAll(new NihiloError('workerFailed', sentence, { cause }));
    });
    return connection;
  }

  async #ask<One extends Type>(
    type: One,
    query: Query<One>,
    signal?: AbortSignal,
  ): Promise<InspectingAnswers[One]> {
    signal?.throwIfAborted();
    const { worker, pending } = this.#connected();
    const id = ++this.#lastId;
    // A query of a type makes a request of that type, which is answered by what the table has for it.
    worker.post({ type, ...query, id } as unknown as InspectingRequest);
    const answer = pending.wait(id, type, signal, () => worker.post({ type: 'cancel', id }));
    return answer as Promise<InspectingAnswers[One]>;
  }

  #numbered(inspection: Inspection): Inspection {
    this.#lastRun = Math.max(this.#lastRun, inspection.run);
    return inspection;
  }
}
