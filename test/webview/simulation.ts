import { expect } from 'vitest';
import { InspectorConversation } from '../../extension/host/inspectorConversation.ts';
import { TrainingHistory } from '../../extension/host/trainingHistory.ts';
import type {
  InspectorMemory,
  InspectorMessage,
  InspectorRequest,
  ModelState,
} from '../../extension/protocol/inspector.ts';
import type { Inspection } from '../../extension/protocol/prediction.ts';
import type { BranchToken, StageAnswer, StageQuestion } from '../../extension/protocol/stages.ts';
import type { InspectorEvent, InspectorState } from '../../extension/webview/inspectorState.ts';
import { initialState, memoryOf, step } from '../../extension/webview/inspectorState.ts';
import { modelSummary } from '../host/samples.ts';
import { noWorkspace } from './noWorkspace.ts';

/** Every second one only goes on from the one before, and cuts texts as that did. */
export function modelNumber(steps: number): ModelState {
  return {
    state: 'ready',
    model: { ...modelSummary, steps, tokenizer: tokenizerOf(steps) },
    origin: 'trained',
  };
}

function tokenizerOf(model: number): string {
  return `tokenizer ${Math.floor(model / 2)}`;
}

export const textOf = (text: number, suffix = '') => ({
  place: placeOf(text),
  name: `${text}.ts`,
  prefix: String(text),
  suffix,
});
export const placeOf = (text: number) => ({
  uri: `file:///${text}`,
  file: `${text}.ts`,
  line: text,
  column: 1,
});

/** An inspection that carries what it was made from: text, model and position. */
let lastRun = 0;

export function inspectionOf(text: number, model: number, position: number | null): Inspection {
  const tokens = Array.from({ length: 3 + (text % 5) }, (_, start) => ({ id: text, bytes: 'x', start }));
  const cursor = 2 + (text % 2);
  const at = position ?? cursor - 1;
  lastRun += 1;
  return {
    run: lastRun,
    layers: 2,
    heads: 2,
    hiddenSize: 4,
    tokens,
    cursor,
    position: at,
    distribution: {
      top: [],
      others: { count: model, probability: 1 },
      entropy: text,
      actual: null,
    },
  };
}

/** An answer that carries the run that it is about, and what makes one of its kind grow; what else it says does not matter to who delivers it. */
function answerAbout(run: number, question: StageQuestion): StageAnswer {
  const { kind } = question;
  const probability = null;
  const lines = [1, 2, 3].map((from) => ({ from, to: from + 1, preview: run, probability }));
  switch (kind) {
    case 'why':
      return { kind, answer: { run, token: { id: run }, lines } } as unknown as StageAnswer;
    case 'without':
      // Asked in the name of a token that the same run has told of.
      expect(question.token).toBe(run);
      return { kind, answer: run };
    case 'next':
      return { kind, answer: { id: run, bytes: question.tokens.length < 3 ? 'x' : '\n' } as BranchToken };
    default:
      return { kind, answer: { run } } as unknown as StageAnswer;
  }
}

/** The runs that all of an answer is about; lines and tokens that are missing are of none. */
function runsOf({ kind, answer }: StageAnswer): readonly number[] {
  if (kind === 'branch') return answer.tokens.map(({ id }) => id);
  const { run } = answer as unknown as { run: number };
  if (kind !== 'why') return [run];
  const tried = answer.lines.flatMap(({ probability }) => (probability === null ? [] : [probability]));
  return [run, answer.token.id, ...tried];
}

interface QuestionCall {
  readonly run: number;
  readonly question: StageQuestion;
  readonly resolve: (answer: StageAnswer) => void;
  readonly reject: (error: Error) => void;
}

interface EngineCall {
  readonly text: number;
  readonly model: number;
  readonly position: number | null;
  readonly resolve: (inspection: Inspection) => void;
  readonly reject: (error: Error) => void;
}

/** Kinds of questions whose answers are of the index, or remembered. */
const ofNoRun: readonly string[] = ['parts', 'doubt', 'seen', 'messages'];

/** Host, page and engine joined by queues that deliver when the test says so: any delay, engine replies in any order. */
export class Simulation {
  readonly toPage: InspectorMessage[] = [];
  readonly toHost: InspectorRequest[] = [];
  readonly engine: EngineCall[] = [];
  readonly questions: QuestionCall[] = [];
  readonly tickTimes: number[] = [];
  readonly history = new TrainingHistory();
  readonly host: InspectorConversation;
  page: InspectorState | null = null;
  memory: InspectorMemory | null = null;
  visible = false;
  text = 0;
  followed = 0;
  model = 1;
  drawn = 0;
  drawnOfStages = 0;
  /** what was on the screen when a token of it was chosen */
  choiceMadeOn: { readonly text: number; readonly tokenizer: string } | null = null;

  constructor() {
    this.host = new InspectorConversation(
      (message) => {
        expect(this.visible, 'nothing is sent to a hidden page').toBe(true);
        expect(JSON.stringify(message).length).toBeLessThan(1_000_000);
        // The replay to a page that has just been shown answers `ready`; it is no tick.
        if (message.type === 'training' && !message.tick.restart) this.tickTimes.push(performance.now());
        this.toPage.push(message);
      },
      {
        inspect: (query) =>
          new Promise((resolve, reject) => {
            const text = Number(query.prefix);
            this.engine.push({ text, model: this.model, position: query.position, resolve, reject });
          }),
        ask: ({ run, question }) =>
          new Promise((resolve, reject) => this.questions.push({ run, question, resolve, reject })),
        ...noWorkspace,
        inspectEssay: () => Promise.reject(new Error('the essay is not looked at')),
        essay: () => Promise.reject(new Error('the essay is not looked at')),
      },
      this.history,
      modelNumber(this.model),
    );
  }

  show(): void {
    this.visible = true;
    this.page = initialState(this.memory);
    this.choiceMadeOn = null;
    this.toHost.push({ type: 'ready', memory: this.memory });
  }

  hide(): void {
    this.visible = false;
    this.page = null;
    this.toPage.length = 0;
    this.toHost.length = 0;
    this.host.hidden();
  }

  move(): void {
    this.text += 1;
    if (!this.host.pinned) this.followed = this.text;
    this.host.follow(textOf(this.text));
  }

  retrain(): void {
    this.model += 1;
    this.host.modelChanged(modelNumber(this.model));
  }

  async deliverToHost(): Promise<void> {
    const request = this.toHost.shift();
    if (request?.type === 'ready') this.host.ready();
    if (request?.type === 'pin') this.host.pin(request.pinned);
    if (request?.type === 'inspect') void this.host.answer(request);
    if (request?.type === 'ask') void this.host.ask(request);
    if (request?.type === 'stop') this.host.stop(request.kind);
    await this.settle();
  }

  choose(position: number): void {
    const seen = this.page?.answer?.inspection.distribution;
    if (seen === undefined) return;
    this.dispatch({ type: 'choose', position });
    // A choice that counts is asked about at once.
    if (this.page?.waiting && this.page.chosen === position) {
      this.choiceMadeOn = { text: seen.entropy, tokenizer: tokenizerOf(seen.others.count) };
    }
  }

  dispatch(event: InspectorEvent): void {
    if (this.page === null) return;
    const next = step(this.page, event);
    this.page = next.state;
    this.toHost.push(...next.send);
    this.memory = memoryOf(this.page);
    this.checkWhatIsDrawn(this.page);
  }

  deliverToPage(): void {
    const message = this.toPage.shift();
    if (message === undefined || message.type === 'focus' || message.type === 'number') return;
    this.dispatch(message);
  }

  async answerOne(index: number, fails: boolean): Promise<void> {
    const [call] = this.engine.splice(index % Math.max(1, this.engine.length), 1);
    if (call === undefined) return;
    if (fails) call.reject(new Error(`no answer for ${call.text}`));
    else call.resolve(inspectionOf(call.text, call.model, call.position));
    await this.settle();
  }

  async answerQuestion(index: number, fails: boolean): Promise<void> {
    const [call] = this.questions.splice(index % Math.max(1, this.questions.length), 1);
    if (call === undefined) return;
    if (fails) call.reject(new Error(`no answer about ${call.run}`));
    else call.resolve(answerAbout(call.run, call.question));
    await this.settle();
  }

  /** Lets promise reactions run; no simulated time passes. */
  async settle(): Promise<void> {
    for (let i = 0; i < 16; i += 1) await Promise.resolve();
  }

  checkWhatIsDrawn(page: InspectorState): void {
    if (page.answer === null) return;
    const { inspection, place } = page.answer;
    const text = inspection.distribution.entropy;
    expect(place, 'an answer is drawn with its own place').toEqual(placeOf(text));
    if (page.waiting) return;
    this.drawn += 1;
    expect(page.subject?.place, 'what is drawn as current is of the current text').toEqual(placeOf(text));
    expect(page.model).toEqual(modelNumber(inspection.distribution.others.count));
    expect(inspection.position).toBe(page.chosen ?? inspection.cursor - 1);
    expect(page.failure).toBeNull();
    for (const asked of Object.values(page.questions)) {
      if (asked.waiting || asked.answer === null || ofNoRun.includes(asked.question.kind)) continue;
      this.drawnOfStages += 1;
      for (const run of runsOf(asked.answer)) {
        expect(run, 'a stage is drawn from the run that is on the screen').toBe(inspection.run);
      }
    }
    if (page.chosen !== null && this.choiceMadeOn !== null) {
      const { others } = inspection.distribution;
      expect(
        { text, tokenizer: tokenizerOf(others.count) },
        'a position means a token of what was seen',
      ).toEqual(this.choiceMadeOn);
    }
  }

  async quiesce(): Promise<void> {
    while (this.toHost.length + this.toPage.length + this.engine.length + this.questions.length > 0) {
      await this.deliverToHost();
      this.deliverToPage();
      await this.answerOne(0, false);
      await this.answerQuestion(0, false);
    }
  }
}
