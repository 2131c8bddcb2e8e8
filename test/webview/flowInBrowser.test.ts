import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InspectorConversation } from '../../extension/host/inspectorConversation.ts';
import { TrainingHistory } from '../../extension/host/trainingHistory.ts';
import { nextAfter } from '../../extension/inspection/branch.ts';
import { withoutTokens } from '../../extension/inspection/why.ts';
import type {
  InspectorMemory,
  InspectorMessage,
  InspectorRequest,
} from '../../extension/protocol/inspector.ts';
import { stageIds } from '../../extension/protocol/stages.ts';
import { uniform } from '../reference/random.ts';
import { EditorStandIn, mostMessageBytes, sizeOf, whyNoBrowser } from './editorStandIn.ts';
import {
  holds,
  inspectionOf,
  lateEngine,
  modelOf,
  numbersFor,
  runOf,
  textCount,
  textOf,
} from './flowEngine.ts';
import { themes } from './themes.ts';
import { VirtualTime } from './virtualTime.ts';

const events = 10_000;

/** A message that arrives, or what a user does: a click on the n-th of what a selector finds. */
type Happening =
  | { readonly message: string }
  | { readonly click: string; readonly nth: number }
  | { readonly slide: number };

/** What is on the screen after one of them. */
interface Screen {
  readonly memory: InspectorMemory;
  readonly busy: boolean;
  readonly old: boolean;
  readonly stage: string;
  readonly position: number;
  readonly place: string;
  readonly tokens: readonly number[];
  readonly live: Readonly<Record<string, string>>;
  /** of everything that says what its number is */
  readonly values: readonly number[];
  readonly why: number | null;
  readonly lines: readonly { readonly from: number; readonly to: number; readonly without: number }[];
  readonly branch: readonly { readonly id: number; readonly probability: number }[];
}

interface Happened {
  /** after each happening; null: there is nothing of a text on the screen */
  readonly screens: readonly (Screen | null)[];
  readonly requests: readonly InspectorRequest[];
}

/** In the page: frames come at once, and what it says is kept until it is fetched. */
function prepare(): void {
  const kept: unknown[] = [];
  Object.assign(window, { kept, receive: (request: unknown) => void kept.push(request) });
  window.requestAnimationFrame = (draw) => {
    queueMicrotask(() => draw(performance.now()));
    return 0;
  };
}

/** In the page. */
async function happen(happenings: readonly Happening[]): Promise<Happened> {
  const kept = (window as unknown as { kept: InspectorRequest[] }).kept;
  const numbers = (selector: string, name: string): number[] =>
    [...document.querySelectorAll(selector)].map((element) => Number(element.getAttribute(name)));
  const look = (): Screen | null => {
    const stage = document.querySelector<HTMLElement>('.prediction');
    if (stage === null) return null;
    const why = document.querySelector('[data-why]')?.getAttribute('data-why');
    return {
      memory: JSON.parse(sessionStorage.getItem('state')!) as InspectorMemory,
      busy: stage.getAttribute('aria-busy') === 'true',
      old: document.querySelector('.rail.old') !== null,
      stage: stage.dataset['stage']!,
      position: Number(stage.dataset['position']),
      place: document.querySelector('.place')!.textContent,
      tokens: numbers('.strip [data-token-id]', 'data-token-id'),
      live: Object.fromEntries(
        [...document.querySelectorAll<HTMLElement>('.rail-entry')].map((entry) => [
          entry.dataset['stage'],
          entry.querySelector('.rail-live')!.textContent,
        ]),
      ),
      values: numbers('.prediction [data-of][data-value]', 'data-value'),
      why: why === null || why === undefined ? null : Number(why),
      lines: [...document.querySelectorAll<HTMLElement>('[data-without]')].map(({ dataset }) => ({
        from: Number(dataset['lineFrom']),
        to: Number(dataset['lineTo']),
        without: Number(dataset['without']),
      })),
      branch: [...document.querySelectorAll<HTMLElement>('.branch-token')].map(({ dataset }) => ({
        id: Number(dataset['tokenId']),
        probability: Number(dataset['probability']),
      })),
    };
  };
  const screens: (Screen | null)[] = [];
  for (const happening of happenings) {
    if ('message' in happening) {
      const data: unknown = JSON.parse(happening.message, (_, value: { base64?: string } | null) =>
        typeof value?.base64 === 'string'
          ? Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0)).buffer
          : value,
      );
      window.dispatchEvent(new MessageEvent('message', { data }));
    } else if ('click' in happening) {
      const found = document.querySelectorAll<HTMLElement>(happening.click);
      found[happening.nth % Math.max(1, found.length)]?.click();
    } else {
      const slider = document.querySelector<HTMLInputElement>('header input[type="range"]');
      if (slider !== null) {
        slider.value = String(happening.slide);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      }
    }
    await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
    screens.push(look());
  }
  return { screens, requests: kept.splice(0) };
}

/** Host and engine in virtual time, the page in the browser. */
class Flow {
  readonly time = new VirtualTime();
  readonly #random: () => number;
  readonly #page: Page;
  readonly host: InspectorConversation;
  #model = 0;
  /** what the page is to be told, or to have done to it, when it is due */
  readonly #due: Happening[] = [];
  #lastArrival = 0;
  /** as the page has heard */
  #heard: { place: string | null; model: number } = { place: null, model: 0 };
  happened = 0;
  drawn = 0;
  readonly drawnStages = new Map<string, number>();

  constructor(page: Page, seed: number) {
    this.#page = page;
    this.#random = uniform(seed);
    const engine = lateEngine(this.time, this.#random, () => this.#model);
    this.host = new InspectorConversation(
      (message) => this.#post(message),
      engine,
      new TrainingHistory(),
      modelOf(0),
    );
  }

  /** Messages keep their order, as the editor's do; at times they are as late as the engine. */
  #post(message: InspectorMessage): void {
    expect(sizeOf(message), message.type).toBeLessThanOrEqual(mostMessageBytes);
    const text = JSON.stringify(message, (_, value: unknown) =>
      value instanceof ArrayBuffer ? { base64: Buffer.from(value).toString('base64') } : value,
    );
    const arrival = Math.max(
      this.#lastArrival,
      this.time.now + (this.#random() < 0.3 ? 2_000 : 30) * this.#random(),
    );
    this.#lastArrival = arrival;
    this.time.after(arrival - this.time.now, () => this.#due.push({ message: text }));
  }

  /** Something that a user or a training does, and when the next thing happens. */
  act = (): void => {
    if (this.happened >= events) return;
    this.happened += 1;
    const nth = Math.floor(1_000 * this.#random());
    const kind = this.#random();
    if (kind < 0.25) this.host.follow(textOf(nth % textCount));
    else if (kind < 0.28) {
      this.#model = 1 - this.#model;
      this.host.modelChanged(modelOf(this.#model));
    } else if (kind < 0.3) this.#due.push({ click: '.toggle', nth: 0 });
    else if (kind < 0.5) this.#due.push({ click: '.strip [data-position]', nth });
    else if (kind < 0.75) this.#due.push({ click: '.rail-entry', nth });
    else if (kind < 0.85) this.#due.push({ click: '.prediction .head', nth });
    else if (kind < 0.92) this.#due.push({ click: '[data-alternative] button', nth });
    else this.#due.push({ slide: 0.05 + 1.9 * this.#random() });
    // At times somebody waits until everything is there.
    this.time.after((this.#random() < 0.1 ? 8_000 : 400) * this.#random(), this.act);
  };

  async run(): Promise<void> {
    this.host.ready();
    this.host.follow(textOf(0));
    this.act();
    while (!this.time.isOver || this.#due.length > 0) {
      while (this.#due.length === 0 && !this.time.isOver) await this.time.step();
      const happenings = this.#due.splice(0);
      const { screens, requests } = await this.#page.evaluate(happen, happenings);
      this.happened += happenings.filter((each) => 'message' in each).length + requests.length;
      happenings.forEach((happening, i) => {
        if ('message' in happening) this.#hear(JSON.parse(happening.message) as InspectorMessage);
        const screen = screens[i]!;
        if (screen !== null) this.#check(screen);
      });
      for (const request of requests) this.time.after(5 * this.#random(), () => this.#receive(request));
    }
  }

  #hear(message: InspectorMessage): void {
    if (message.type === 'moved') this.#heard.place = message.place?.uri ?? null;
    if (message.type === 'model' && message.model.state === 'ready') {
      this.#heard.model = message.model.model.steps;
    }
  }

  #receive(request: InspectorRequest): void {
    if (request.type === 'pin') this.host.pin(request.pinned);
    if (request.type === 'inspect') void this.host.answer(request);
    if (request.type === 'ask') void this.host.ask(request);
    if (request.type === 'stop') this.host.stop(request.kind);
  }

  /** Whatever is not covered is of the text, model, token, stage and head that the page itself says are chosen. */
  #check(screen: Screen): void {
    const { memory } = screen;
    expect(memory.place?.uri, 'the page looks at what it was told last').toBe(this.#heard.place);
    const text = Number(/(\d+)\.ts$/.exec(memory.place!.uri)![1]);
    const { model } = this.#heard;
    const inspection = inspectionOf(model, text, null);
    const position = inspection.cursor - 1 - (memory.tokensBack ?? 0);
    if (!screen.old) {
      expect(screen.place).toContain(`${text}.ts`);
      expect(screen.tokens).toEqual(inspection.tokens.map(({ id }) => id));
      const [top] = inspectionOf(model, text, position).distribution.top;
      const shown = top!.probability.toFixed(2);
      expect(screen.live['scores']).toBe(memory.temperature === 1 ? `p ${shown}` : `${shown} (T = 1)`);
    }
    if (screen.busy) return;
    this.drawn += 1;
    this.drawnStages.set(screen.stage, (this.drawnStages.get(screen.stage) ?? 0) + 1);
    expect([screen.stage, screen.position]).toEqual([memory.stage, position]);
    const allowed = numbersFor(model, text, position, memory);
    const strange = screen.values.filter((value) => !holds(allowed, value));
    expect(strange, `${screen.stage}, ${screen.values.length} numbers`).toEqual([]);
    const run = runOf(model, text);
    for (const { from, to, without } of screen.lines) {
      const question = { kind: 'without', position, token: screen.why!, from, to } as const;
      expect(without).toBe(withoutTokens(run, question));
    }
    screen.branch.forEach(({ id, probability }, i) => {
      const tokens = screen.branch.slice(0, i).map((before) => before.id);
      expect(probability).toBe(nextAfter(run, { kind: 'next', position, tokens, token: id }).probability);
    });
  }
}

describe.skipIf(whyNoBrowser !== null)('the flow of messages, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  test(
    'in 10,000 events with answers 0 to 2 s late nothing stale is ever drawn',
    { timeout: 600_000 },
    async () => {
      const inspector = await editor.open({
        theme: themes[2]!,
        model: { state: 'missing' },
        engine: lateEngine(new VirtualTime(), uniform(1), () => 0),
        width: 1000,
        height: 800,
      });
      const { page } = inspector;
      await page.waitForSelector('.notice');
      await page.evaluate(prepare);
      const flow = new Flow(page, 5);
      await flow.run();
      expect(flow.happened).toBeGreaterThanOrEqual(events);
      console.log(
        `${flow.happened} events, ${flow.drawn} screens: ${JSON.stringify(Object.fromEntries(flow.drawnStages))}`,
      );
      // All stages were drawn, and again and again.
      expect([...flow.drawnStages.keys()].sort()).toEqual([...stageIds].sort());
      expect(Math.min(...flow.drawnStages.values())).toBeGreaterThan(10);
      expect(inspector.pageErrors).toEqual([]);
      await inspector.close();
    },
  );
});
