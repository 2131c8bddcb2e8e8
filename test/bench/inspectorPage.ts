import type { InspectedText } from '../../extension/host/inspectedText.ts';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import type { ModelState } from '../../extension/protocol/inspector.ts';
import type { EditorStandIn, OpenInspector } from '../webview/editorStandIn.ts';
import { halfAnHour, hastened, heldBy, longSession } from '../webview/longSession.ts';
import { themes } from '../webview/themes.ts';
import { type Spread, spread } from './spread.ts';

/** How fast the page is with the engine behind it, until the frame that shows it has been painted. */
export interface PageFigures {
  readonly tokens: number;
  /** from the start of the page's script until the tokens are there */
  readonly firstPaintMs: Spread;
  /** and until the open stage, scores, is there */
  readonly firstStageMs: Spread;
  /** from the click on a token until its scores are there */
  readonly selectionMs: Spread;
  /** from the click on a head until it is there */
  readonly headMs: Spread;
  /** from the slider's move until the table is laid out; no engine is asked, and no frame is waited for */
  readonly temperatureMs: Spread;
}

export interface Opened {
  readonly editor: EditorStandIn;
  readonly engine: InspectionEngine;
  readonly model: ModelState;
  readonly text: InspectedText;
}

/**
 * In the page: when the frame has been painted in which something is there for the first time. A message to oneself arrives when the task
 * is over that runs a frame's callbacks and paints it, so what a callback drew has been painted then, and the frame behind it is not waited
 * for. What was drawn outside of a frame is painted by the next one.
 */
const whenPainted = `
  let framing = false;
  const afterTask = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); then(performance.now()); };
    port2.postMessage(null);
  };
  const nextFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => nextFrame((time) => {
    framing = true;
    afterTask(() => { framing = false; });
    callback(time);
  });
  window.painted = (selector) => new Promise((resolve) => {
    const observer = new MutationObserver(() => look());
    const look = () => {
      if (document.querySelector(selector) === null) return;
      observer.disconnect();
      if (framing) afterTask(resolve);
      else nextFrame(() => afterTask(resolve));
    };
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    look();
  });
  window.tokensPainted = window.painted('.strip .token');
  window.stagePainted = window.painted('.prediction[aria-busy="false"] .scores');
`;

interface Timed {
  painted(selector: string): Promise<number>;
  readonly tokensPainted: Promise<number>;
  readonly stagePainted: Promise<number>;
  /** of the editor's stand-in */
  readonly scriptStart: number;
}

export async function openInspector(
  { editor, engine, model, text }: Opened,
  initScript = whenPainted,
): Promise<OpenInspector> {
  const theme = themes.find(({ id }) => id === 'dark-modern')!;
  return editor.open({ theme, model, engine, text, initScript, width: 900, height: 700 });
}

/** What the page holds on to. */
export interface MemoryFigures {
  readonly ticks: number;
  readonly clicks: number;
  /** as the first stage is there, and after all ticks of a training and all clicks */
  readonly firstBytes: number;
  readonly lastBytes: number;
}

/** @param share of half an hour of a training */
export async function measureMemory(opened: Opened, share: number): Promise<MemoryFigures> {
  const inspector = await openInspector(opened, hastened);
  // A handle of the element would keep it.
  await inspector.page.locator('.prediction[aria-busy="false"] .scores').waitFor();
  const first = await heldBy(inspector);
  const ticks = Math.round(share * halfAnHour.ticks);
  const clicks = await longSession(inspector, { ticks, clicks: share * halfAnHour.clicks });
  const last = await heldBy(inspector);
  await inspector.close();
  return { ticks, clicks, firstBytes: first.bytes, lastBytes: last.bytes };
}

/** @param tries of each; the page is opened a fifth as often */
export async function measurePage(opened: Opened, tries: number): Promise<PageFigures> {
  const first: number[] = [];
  const stage: number[] = [];
  for (let i = 0; i < Math.ceil(tries / 5); i++) {
    const inspector = await openInspector(opened);
    const times = await inspector.page.evaluate(async () => {
      const timed = window as unknown as Timed;
      const [tokens, stage] = [await timed.tokensPainted, await timed.stagePainted];
      return { tokens: tokens - timed.scriptStart, stage: stage - timed.scriptStart };
    });
    first.push(times.tokens);
    stage.push(times.stage);
    await inspector.close();
  }
  const inspector = await openInspector(opened);
  await inspector.page.waitForSelector('.prediction[aria-busy="false"] .scores');
  const tokens = await inspector.page.locator('.strip .token').count();
  const selection = await measureSelections(inspector, tokens, tries);
  const temperature = await measureTemperatures(inspector, tries);
  const head = await measureHeads(inspector, tries);
  await inspector.close();
  return {
    tokens,
    firstPaintMs: spread(first),
    firstStageMs: spread(stage),
    selectionMs: spread(selection),
    headMs: spread(head),
    temperatureMs: spread(temperature),
  };
}

/** Clicks, and waits until what the click asks for has been painted. */
async function clickUntil({ page }: OpenInspector, click: string, painted: string): Promise<number> {
  return page.evaluate(
    async ([click, painted]) => {
      const timed = window as unknown as Timed;
      const start = performance.now();
      document.querySelector<HTMLElement>(click!)!.click();
      return (await timed.painted(painted!)) - start;
    },
    [click, painted],
  );
}

async function measureSelections(inspector: OpenInspector, tokens: number, tries: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < tries; i++) {
    // In no order, and never the same twice running.
    const position = (7 + i * 197) % tokens;
    const painted = `.prediction[aria-busy="false"][data-position="${position}"]`;
    found.push(await clickUntil(inspector, `.token[data-position="${position}"]`, painted));
  }
  return found;
}

async function measureHeads(inspector: OpenInspector, tries: number): Promise<number[]> {
  await inspector.page.locator('.rail-entry[data-stage="attention"]').click();
  await inspector.page.waitForSelector('.prediction[data-stage="attention"][aria-busy="false"]');
  const names = await inspector.page
    .locator('.prediction .head')
    .evaluateAll((heads) => heads.map((head) => head.getAttribute('aria-label')!));
  const found: number[] = [];
  for (let i = 1; i <= tries; i++) {
    const head = `.head[aria-label="${names[(i * 5) % names.length]}"]`;
    found.push(await clickUntil(inspector, head, `.prediction[aria-busy="false"] ${head}.chosen`));
  }
  return found;
}

async function measureTemperatures({ page }: OpenInspector, tries: number): Promise<number[]> {
  return page.evaluate((tries) => {
    const slider = document.querySelector<HTMLInputElement>('header input[type="range"]')!;
    return Array.from({ length: tries }, (_, i) => {
      slider.value = String(0.1 + ((i * 7) % 37) / 20);
      const start = performance.now();
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      document.querySelector<HTMLElement>('.scores')!.getBoundingClientRect();
      return performance.now() - start;
    });
  }, tries);
}
