import type { InspectQuery } from '../completion/client.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { InspectorMessage, InspectorRequest, ModelState, Place } from '../protocol/inspector.ts';
import type { Inspection } from '../protocol/prediction.ts';
import type { ReadMark, TrainingHistory } from './trainingHistory.ts';

/** At most four ticks a second. */
const tickMs = 250;

/** How many of the most likely next tokens are listed one by one. */
const topK = 20;

/** The text around a cursor, as it was at one moment. */
export interface InspectedText {
  readonly place: Place;
  readonly prefix: string;
  readonly suffix: string;
}

/** Asks the model; rejects when `signal` is aborted. */
export type Inspect = (query: InspectQuery, signal: AbortSignal) => Promise<Inspection>;

/**
 * The host's end of the protocol with one Inspector. Nothing is sent before the Inspector has said `ready` or while it is
 * hidden; on `ready` it gets the present state as a whole.
 */
export class InspectorConversation {
  readonly #post: (message: InspectorMessage) => void;
  readonly #inspect: Inspect;
  readonly #history: TrainingHistory;
  #listening = false;
  #model: ModelState;
  #text: InspectedText | null = null;
  #revision = 0;
  #pinned = false;
  #underWay: AbortController | null = null;
  #readMark: ReadMark | null = null;
  #lastTickMs = -Infinity;
  #tickTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    post: (message: InspectorMessage) => void,
    inspect: Inspect,
    history: TrainingHistory,
    model: ModelState,
  ) {
    this.#post = post;
    this.#inspect = inspect;
    this.#history = history;
    this.#model = model;
  }

  get pinned(): boolean {
    return this.#pinned;
  }

  /** A page has been loaded: it knows nothing yet, and answers to the page before it would mislead it. */
  ready(): void {
    this.#underWay?.abort();
    this.#listening = true;
    this.#readMark = null;
    this.#send({ type: 'model', model: this.#model });
    this.#sendMoved();
    this.#sendTick();
  }

  /** The page is off the screen; it will say `ready` when it is back. */
  hidden(): void {
    this.#listening = false;
    this.#underWay?.abort();
    if (this.#tickTimer !== null) clearTimeout(this.#tickTimer);
    this.#tickTimer = null;
  }

  modelChanged(model: ModelState): void {
    this.#model = model;
    this.#underWay?.abort();
    this.#send({ type: 'model', model });
  }

  /** The cursor's text from now on; ignored while pinned. The same text again is no news: it would undo a choice. */
  follow(text: InspectedText | null): void {
    if (this.#pinned || isSame(text, this.#text)) return;
    this.#text = text;
    this.#revision += 1;
    this.#underWay?.abort();
    this.#sendMoved();
  }

  pin(pinned: boolean): void {
    this.#pinned = pinned;
    this.#sendMoved();
  }

  /** The history has grown. */
  trainingChanged(): void {
    if (!this.#listening || this.#tickTimer !== null) return;
    const waitMs = this.#lastTickMs + tickMs - performance.now();
    if (waitMs <= 0) this.#sendTick();
    else {
      this.#tickTimer = setTimeout(() => {
        this.#tickTimer = null;
        this.#sendTick();
      }, waitMs);
    }
  }

  async answer(request: Extract<InspectorRequest, { type: 'inspect' }>): Promise<void> {
    const { sequence, revision, position } = request;
    if (revision !== this.#revision || this.#text === null) return;
    this.#underWay?.abort();
    const underWay = new AbortController();
    this.#underWay = underWay;
    const { prefix, suffix } = this.#text;
    let reply: InspectorMessage;
    try {
      const inspection = await this.#inspect({ prefix, suffix, position, topK }, underWay.signal);
      reply = { type: 'inspected', sequence, revision, inspection };
    } catch (error) {
      reply = { type: 'failed', sequence, revision, error: toPlainError(error) };
    }
    if (!underWay.signal.aborted) this.#send(reply);
  }

  #sendMoved(): void {
    const place = this.#text?.place ?? null;
    this.#send({ type: 'moved', revision: this.#revision, place, pinned: this.#pinned });
  }

  #sendTick(): void {
    const { tick, mark } = this.#history.tickAfter(this.#readMark);
    this.#readMark = mark;
    this.#lastTickMs = performance.now();
    this.#send({ type: 'training', tick });
  }

  #send(message: InspectorMessage): void {
    if (this.#listening) this.#post(message);
  }
}

function isSame(a: InspectedText | null, b: InspectedText | null): boolean {
  if (a === null || b === null) return a === b;
  const { place } = a;
  return (
    place.uri === b.place.uri &&
    place.line === b.place.line &&
    place.column === b.place.column &&
    a.prefix === b.prefix &&
    a.suffix === b.suffix
  );
}
