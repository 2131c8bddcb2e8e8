import { type PlainError, toPlainError } from '../protocol/errors.ts';
import type { EssayAction, EssayState, EssayWay } from '../protocol/inspecting.ts';
import type {
  InspectorMessage,
  InspectorRequest,
  ModelState,
  NumberedAnswer,
  NumberedQuestion,
  NumberAction,
  PagePart,
  Wonder,
} from '../protocol/inspector.ts';
import type { StageId, StageKind } from '../protocol/stages.ts';
import { wayAfter, wayOf } from './essayWay.ts';
import { tickDelayMs } from './inspectorPace.ts';
import { type InspectedText, isSameText } from './inspectedText.ts';
import { answersTo, type Inspected, type InspectionEngine, toldApart } from './stageQuestions.ts';
import type { ReadMark, TrainingHistory } from './trainingHistory.ts';

/** How many of the most likely next tokens are listed one by one. */
const topK = 20;

/** Of a longer text each answer is a message of its own: all of them together might be larger than one may be. */
const mostTokensTogether = 2_048;

/**
 * The host's end of the protocol with one Inspector. Nothing is sent before the Inspector has said `ready` or while it is
 * hidden; on `ready` it gets the present state as a whole.
 */
export class InspectorConversation {
  /** names its page to the engine, where each has a model of the essay's */
  readonly #page = crypto.randomUUID();
  readonly #post: (message: InspectorMessage) => void;
  readonly #engine: InspectionEngine;
  readonly #history: TrainingHistory;
  #listening = false;
  #model: ModelState;
  #text: InspectedText | null = null;
  #revision = 0;
  #pinned = false;
  #essay: EssayState | null = null;
  /** the way that its model is on, as far as it was asked for; null: the editor's text is looked at */
  #essayWay: EssayWay | null = null;
  /** what went wrong when the essay's example was asked for something; it goes with the next thing that is asked */
  #essayFailure: PlainError | null = null;
  #stage: StageId | null = null;
  #wonder: Wonder | null = null;
  #focus: PagePart | null = null;
  #underWay: AbortController | null = null;
  readonly #questions = new Map<StageKind, AbortController>();
  /** what the page looks at: the run that its questions are about, and the text that was read */
  #inspected: Inspected | null = null;
  #readMark: ReadMark | null = null;
  #lastTickMs = -Infinity;
  #tickTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    post: (message: InspectorMessage) => void,
    engine: InspectionEngine,
    history: TrainingHistory,
    model: ModelState,
  ) {
    this.#post = post;
    this.#engine = engine;
    this.#history = history;
    this.#model = model;
  }

  get pinned(): boolean {
    return this.#pinned;
  }

  /** A page has been loaded: it knows nothing yet, and answers to the page before it would mislead it. */
  ready(): void {
    this.#abort();
    this.#listening = true;
    this.#readMark = null;
    this.#send({ type: 'model', model: this.#model });
    this.#sendMoved();
    this.#sendTick();
    this.#sendFocus();
  }

  /** The page is off the screen; it will say `ready` when it is back. */
  hidden(): void {
    this.#listening = false;
    this.#abort();
    if (this.#tickTimer !== null) clearTimeout(this.#tickTimer);
    this.#tickTimer = null;
  }

  modelChanged(model: ModelState): void {
    this.#model = model;
    // The essay's model is its own.
    if (this.#essay === null) this.#abort();
    this.#send({ type: 'model', model });
  }

  /** The cursor's text from now on; ignored while pinned. The same text again is no news: it would undo a choice. */
  follow(text: InspectedText | null): void {
    if (this.#pinned || isSameText(text, this.#text)) return;
    this.#text = text;
    if (this.#essay === null) this.#turn();
  }

  /** Somebody wants to see this stage. */
  showStage(stage: StageId): void {
    this.#stage = stage;
    this.#sendMoved();
  }

  /** Somebody wants to know something of the token that follows the cursor: not of a token that was chosen, nor of the essay's. */
  wonder(wonder: Wonder): void {
    this.#stage = wonder.about === 'why' ? 'why' : 'scores';
    this.#wonder = wonder;
    // Also one that is still being begun, or taught.
    if (this.#essayWay === null) this.#sendMoved();
    else void this.essay(null);
  }

  /** Of the number whose menu is open. */
  onNumber(action: NumberAction): void {
    this.#send({ type: 'number', action });
  }

  /** A part of the page gets the keyboard; a page that is not there yet gets it as soon as it is. */
  focus(part: PagePart): void {
    this.#focus = part;
    this.#sendFocus();
  }

  /** The essay's example is begun, or taught a step; null: the editor's text is looked at again. */
  async essay(action: EssayAction | null): Promise<void> {
    await this.essayAlong(action === null ? null : wayAfter(this.#essayWay, action));
  }

  /** Its model as it is at the end of a way. */
  async essayAlong(way: EssayWay | null): Promise<void> {
    this.#essayFailure = null;
    this.#essayWay = way;
    let essay: EssayState | null = null;
    try {
      if (way !== null) essay = await this.#engine.essay(this.#page, way);
    } catch (error) {
      if (this.#essayWay !== way) return;
      this.#essayWay = this.#essay;
      this.#essayFailure = toPlainError(error);
      this.#sendMoved();
      return;
    }
    // What was asked for since goes on from there, and tells all.
    if (this.#essayWay !== way) return;
    // As far as it could be gone: lessons at too high a rate are taken back.
    this.#essayWay = this.#essay = essay;
    this.#turn();
  }

  /** Another text, or another model of it: what was asked of the one before is of no use. */
  #turn(): void {
    this.#revision += 1;
    this.#abort();
    this.#sendMoved();
  }

  #abort(): void {
    this.#underWay?.abort();
    for (const question of this.#questions.values()) question.abort();
    this.#questions.clear();
    this.#inspected = null;
  }

  pin(pinned: boolean): void {
    this.#pinned = pinned;
    this.#sendMoved();
  }

  /** The history has grown. @param isWriting somebody's cursor has not come to rest */
  trainingChanged(isWriting = false): void {
    if (!this.#listening || this.#tickTimer !== null) return;
    const waitMs = this.#lastTickMs + tickDelayMs(isWriting) - performance.now();
    if (waitMs <= 0) this.#sendTick();
    else {
      this.#tickTimer = setTimeout(() => {
        this.#tickTimer = null;
        this.#sendTick();
      }, waitMs);
    }
  }

  async answer(request: Extract<InspectorRequest, { type: 'inspect' }>): Promise<void> {
    const { sequence, revision, position, questions } = request;
    const essay = this.#essay;
    const text = essay === null ? this.#text : null;
    if (revision !== this.#revision || (text === null && essay === null)) return;
    this.#underWay?.abort();
    const underWay = new AbortController();
    const { signal } = underWay;
    this.#underWay = underWay;
    let reply: InspectorMessage;
    let later: readonly NumberedAnswer[] = [];
    try {
      const inspection =
        essay === null
          ? await this.#engine.inspect({ prefix: text!.prefix, suffix: text!.suffix, position, topK }, signal)
          : await this.#engine.inspectEssay({ page: this.#page, way: wayOf(essay), position, topK }, signal);
      if (signal.aborted) return;
      this.#inspected = { text, inspection };
      const answers = await this.#askAll(this.#inspected, questions);
      const isShort = inspection.tokens.length <= mostTokensTogether;
      reply = { type: 'inspected', sequence, revision, inspection, answers: isShort ? answers : [] };
      if (!isShort) later = answers;
    } catch (error) {
      reply = { type: 'failed', sequence, revision, error: toPlainError(error) };
    }
    if (signal.aborted) return;
    this.#send(reply);
    for (const answer of later) this.#send({ type: 'answered', answers: [answer] });
  }

  /** Nobody waits for more of an answer that grows. */
  stop(kind: StageKind): void {
    this.#questions.get(kind)?.abort();
  }

  async ask(request: Extract<InspectorRequest, { type: 'ask' }>): Promise<void> {
    const { revision, run, questions } = request;
    const inspected = this.#inspected;
    if (revision !== this.#revision || inspected?.inspection.run !== run) return;
    const answers = await this.#askAll(inspected, questions);
    if (answers.length > 0) this.#send({ type: 'answered', answers });
  }

  /**
   * One question of a kind at a time: a newer one makes the one before pointless.
   * @returns what can be told at once, for one message; the rest is told by itself
   */
  async #askAll(
    inspected: Inspected,
    questions: readonly NumberedQuestion[],
  ): Promise<readonly NumberedAnswer[]> {
    const together: { readonly answer: NumberedAnswer; readonly signal: AbortSignal }[] = [];
    const awaited: Promise<void>[] = [];
    for (const numbered of questions) {
      const { kind } = numbered.question;
      this.#questions.get(kind)?.abort();
      const underWay = new AbortController();
      const { signal } = underWay;
      this.#questions.set(kind, underWay);
      const isApart = toldApart.has(kind);
      const tell = (answer: NumberedAnswer): void => {
        if (isApart) this.#send({ type: 'answered', answers: [answer] });
        else together.push({ answer, signal });
      };
      const told = this.#tell(inspected, numbered, signal, tell);
      if (!isApart) awaited.push(told);
    }
    await Promise.all(awaited);
    // While the others were awaited, the page may have become a new one, whose numbers begin anew.
    return together.filter(({ signal }) => !signal.aborted).map(({ answer }) => answer);
  }

  /** An answer that grows is told again and again. */
  async #tell(
    inspected: Inspected,
    { sequence, question }: NumberedQuestion,
    signal: AbortSignal,
    tell: (answer: NumberedAnswer) => void,
  ): Promise<void> {
    try {
      for await (const answer of answersTo(question, inspected, this.#engine, signal)) {
        if (signal.aborted) return;
        tell({ sequence, answer });
      }
    } catch (error) {
      const { kind } = question;
      if (!signal.aborted) this.#send({ type: 'refused', sequence, kind, error: toPlainError(error) });
    }
  }

  #sendMoved(): void {
    const place = this.#text?.place ?? null;
    this.#send({
      type: 'moved',
      revision: this.#revision,
      place,
      pinned: this.#pinned,
      essay: this.#essay,
      essayFailure: this.#essayFailure,
      stage: this.#stage,
      wonder: this.#wonder,
    });
    // It has been asked for once, and is not shown again at every move.
    if (this.#listening) [this.#stage, this.#wonder] = [null, null];
  }

  #sendFocus(): void {
    if (!this.#listening || this.#focus === null) return;
    this.#send({ type: 'focus', part: this.#focus });
    this.#focus = null;
  }

  #sendTick(): void {
    const { tick, mark, isPart } = this.#history.tickAfter(this.#readMark);
    this.#readMark = mark;
    this.#lastTickMs = performance.now();
    this.#send({ type: 'training', tick });
    if (isPart) this.trainingChanged();
  }

  #send(message: InspectorMessage): void {
    if (this.#listening) this.#post(message);
  }
}
