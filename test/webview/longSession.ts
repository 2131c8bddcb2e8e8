import type { TrainingTick } from '../../extension/protocol/inspector.ts';
import type { ReadMark } from '../../extension/host/trainingHistory.ts';
import type { OpenInspector } from './editorStandIn.ts';
import { heldOut, progress, reading, sample, yardsticks } from './trainingEvents.ts';

/** What half an hour of training brings, four ticks a second, and 500 clicks in between. */
export const halfAnHour = { ticks: 7_200, clicks: 500 } as const;

/** Time in the page goes so many times as fast: what it does once a second it does as often as in half an hour. */
const haste = 40;

/** Runs in the page before any of its own. */
export const hastened = `
  const [later, clock] = [window.setTimeout.bind(window), performance.now.bind(performance)];
  performance.now = () => ${haste} * clock();
  window.setTimeout = (then, ms = 0, ...rest) => later(then, ms / ${haste}, ...rest);
  window.requestAnimationFrame = (then) => later(() => then(performance.now()));
`;

/** Where somebody clicks: stages, tokens, heads, numbers, sheets, and whatever else a stage has to press or to unfold. */
const clicked = [
  '.rail-entry',
  '.strip .token',
  '.prediction button.num',
  '.details button.primary',
  '.rail-entry',
  '.prediction .head',
  '.prediction summary',
  '.strip .token',
  '.prediction button',
];

/** What a page holds on to. */
export interface Held {
  /** of objects, buffers and elements */
  readonly bytes: number;
  /** of the document, and those that are no longer in it */
  readonly nodes: number;
}

export async function heldBy({ page }: OpenInspector): Promise<Held> {
  const session = await page.context().newCDPSession(page);
  // Once is not enough where finalisers let go of more.
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as {
    readonly usedSize: number;
    readonly embedderHeapUsedSize?: number;
    readonly backingStorageSize?: number;
  };
  const { nodes } = await session.send('Memory.getDOMCounters');
  await session.detach();
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = usage;
  return { bytes: usedSize + embedderHeapUsedSize + backingStorageSize, nodes };
}

/** A training whose every tick is drawn and clicks all over the page; opened with `hastened`. @returns how many clicks met something */
export async function longSession(
  inspector: OpenInspector,
  { ticks, clicks }: { readonly ticks: number; readonly clicks: number },
): Promise<number> {
  const { history, page } = inspector;
  for (const event of [reading, { type: 'stage', stage: 'training', detail: '' } as const, yardsticks])
    history.record(event);
  let mark: ReadMark | null = null;
  let met = 0;
  const parts = 100;
  for (let part = 0; part < parts; part++) {
    const told: TrainingTick[] = [];
    for (let i = 0; i < ticks / parts; i++) {
      const step = 1 + part * Math.floor(ticks / parts) + i;
      history.record(progress(step, 1.2 + 2.4 * Math.exp(-step / 900) + 0.1 * Math.sin(step * 1.7)));
      if (step % 60 === 0) history.record(heldOut(step, 1.3 + 2.4 * Math.exp(-step / 900), true));
      if (step % 120 === 0) history.record(sample(step, 'return', ' items', `${step}`, ';', '\n'));
      const next = history.tickAfter(mark);
      mark = next.mark;
      told.push(next.tick);
    }
    const from = part * told.length;
    met += await page.evaluate(drawAndClick, { told, clicked, clicksATick: clicks / ticks, from });
  }
  return met;
}

/** In the page. */
async function drawAndClick(session: {
  readonly told: readonly TrainingTick[];
  readonly clicked: readonly string[];
  readonly clicksATick: number;
  /** ticks before these */
  readonly from: number;
}): Promise<number> {
  const { told, clicked, clicksATick, from } = session;
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  let met = 0;
  for (const [i, tick] of told.entries()) {
    window.postMessage({ type: 'training', tick }, '*');
    await wait(250);
    const nth = Math.floor((from + i) * clicksATick);
    if (nth === Math.floor((from + i + 1) * clicksATick)) continue;
    // Some stages have nothing of what is to be clicked: then it is a stage.
    const found = [clicked[nth % clicked.length]!, '.rail-entry']
      .map((selector) => document.querySelectorAll<HTMLElement>(selector))
      .find(({ length }) => length > 0);
    if (found === undefined) continue;
    found[(nth * 7) % found.length]!.click();
    met += 1;
    const isBusy = (): boolean => document.querySelector('.prediction[aria-busy="false"]') === null;
    for (let waited = 0; waited < 100 && isBusy(); waited++) await wait(250);
  }
  return met;
}
