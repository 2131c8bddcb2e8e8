import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { halfAnHour, hastened, heldBy, longSession } from './longSession.ts';
import { sampleEngine, sampleInspection } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';

interface Watched {
  /** how often a canvas of the page has been painted on */
  readonly paintings: number;
  /** how often something that is drawn has changed; each is one drawing */
  readonly drawings: number;
}

/** In the page, before any of its own scripts. */
const watching = `
  window.paintings = 0;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    window.paintings += 1;
    return put.apply(this, args);
  };
  window.drawings = 0;
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(() => { window.drawings += 1; }).observe(document.getElementById('inspector'), {
      subtree: true, childList: true, attributes: true, characterData: true,
    });
  });
`;

async function watched({ page }: OpenInspector): Promise<Watched> {
  return page.evaluate(() => {
    const { paintings, drawings } = window as unknown as Watched;
    return { paintings, drawings };
  });
}

/** The sample's text twenty times over; its numbers are those of the first. */
function longEngine(): InspectionEngine {
  const sample = sampleEngine();
  const { tokens } = sampleInspection(null, 20);
  return {
    ...sample,
    inspect: async ({ position, topK }) => {
      const inspection = sampleInspection(position === null ? null : position % tokens.length, topK);
      const long = Array.from({ length: 20 }, () => tokens).flat();
      return { ...inspection, position: position ?? inspection.position, tokens: long };
    },
    ask: ({ run, question }, signal) => {
      const inFirst =
        'position' in question ? { ...question, position: question.position % tokens.length } : question;
      return sample.ask({ run, question: inFirst }, signal);
    },
  };
}

/** The claims that the Inspector's speed rests on; how fast that is on a machine `npm run bench:inspector` says. */
describe.skipIf(whyNoBrowser !== null)('what the page does not do twice', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  /** @returns what a click led to: requests, messages, drawings and paintings */
  async function ledTo(inspector: OpenInspector, click: string, then: string) {
    // What is said of it while it is pointed at comes before the choice.
    await inspector.page.locator(click).hover();
    await inspector.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    const before = await watched(inspector);
    const [requests, messages] = [inspector.received.length, inspector.messages.length];
    await inspector.page.locator(click).click();
    await inspector.page.waitForSelector(then);
    // Whatever else is on its way arrives before a frame that is asked for now.
    await inspector.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    const after = await watched(inspector);
    return {
      requests: inspector.received.slice(requests),
      messages: inspector.messages.slice(messages),
      drawings: after.drawings - before.drawings,
      paintings: after.paintings - before.paintings,
    };
  }

  test('a token that is chosen is one question, one answer with the whole stage, and one drawing of it', async () => {
    const inspector = await openOnSample(editor, { initScript: watching });
    await inspector.page.locator('.rail-entry[data-stage="neurons"]').click();
    await settled(inspector, 'neurons');
    const { requests, messages, drawings } = await ledTo(
      inspector,
      '.token[data-position="5"]',
      '.prediction[data-position="5"][aria-busy="false"]',
    );
    expect(requests.map(({ type }) => type)).toEqual(['inspect']);
    expect(messages.map(({ type }) => type)).toEqual(['inspected']);
    const [inspected] = messages;
    expect(inspected!.type === 'inspected' && inspected!.answers.map(({ answer }) => answer.kind)).toEqual([
      'overview',
      'neurons',
    ]);
    // The choice itself, and what it is answered.
    expect(drawings).toBe(2);
    await inspector.close();
  });

  test('another head is one question, one answer and one drawing; the small pictures are not painted again', async () => {
    const inspector = await openOnSample(editor, { initScript: watching });
    await inspector.page.locator('.rail-entry[data-stage="attention"]').click();
    await settled(inspector, 'attention');
    const head = '.head[aria-label="layer 2, head 3"]';
    const other = await ledTo(inspector, head, `.prediction[aria-busy="false"] ${head}.chosen`);
    expect(other.requests.map(({ type }) => type)).toEqual(['ask']);
    expect(other.messages.map(({ type }) => type)).toEqual(['answered']);
    expect(other).toMatchObject({ drawings: 2, paintings: 1 });
    // Nor for another token: they are of the whole text.
    const chosen = await ledTo(
      inspector,
      '.token[data-position="5"]',
      '.prediction[data-position="5"][aria-busy="false"]',
    );
    expect(chosen).toMatchObject({ drawings: 2, paintings: 1 });
    await inspector.close();
  });

  test('a stage does not wait for what the predictor is asked; what that said of the token before is covered', async () => {
    const { parts } = sampleEngine();
    let asked = 0;
    const engine = sampleEngine({
      parts: (...query) => (++asked === 1 ? parts(...query) : new Promise(() => {})),
    });
    const inspector = await openOnSample(editor, { engine });
    const { page } = inspector;
    await page.locator('.parts[aria-busy="false"] table').first().waitFor();
    await page.locator('.token[data-position="5"]').click();
    await page.locator('.prediction[data-position="5"][aria-busy="false"]').waitFor();
    const visibility = (): Promise<string> =>
      page
        .locator('.parts > *')
        .first()
        .evaluate((part) => getComputedStyle(part).visibility);
    await expect.poll(visibility).toBe('hidden');
    await inspector.close();
  });

  test('numbers that are folded away are not there before somebody unfolds them', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    const hidden = page.locator('.prediction [data-of="finalNorm"]');
    expect(await hidden.count()).toBe(0);
    await page.locator('.prediction details summary').first().click();
    await expect.poll(() => hidden.count()).toBe(64);
    await inspector.close();
  });

  test('of the token strip only lines that are seen, or soon will be, are laid out', async () => {
    const inspector = await openOnSample(editor, { engine: longEngine() });
    const laidOut = (): Promise<boolean[]> =>
      inspector.page
        .locator('.strip .token')
        .evaluateAll((tokens) =>
          tokens.map((token) => token.checkVisibility({ contentVisibilityAuto: true })),
        );
    await expect.poll(async () => (await laidOut()).filter(Boolean).length).toBeLessThan(500);
    expect((await laidOut()).length).toBeGreaterThan(1_000);
    expect([(await laidOut())[0], (await laidOut()).at(-1)]).toEqual([true, false]);
    await inspector.page.locator('.strip .token').last().scrollIntoViewIfNeeded();
    await expect.poll(async () => (await laidOut()).at(-1)).toBe(true);
    await inspector.close();
  });

  test('tokens that are seen are painted before those that are scrolled away are laid out, and these soon after', async () => {
    const atFirst = `
      const observer = new MutationObserver(() => {
        const tokens = [...document.querySelectorAll('.strip .token')];
        if (tokens.length === 0) return;
        observer.disconnect();
        window.laidOutFirst = tokens.filter((token) => token.checkVisibility()).map(({ dataset }) => Number(dataset.position));
      });
      observer.observe(document, { subtree: true, childList: true });
    `;
    const inspector = await openOnSample(editor, { engine: longEngine(), initScript: atFirst });
    const { page } = inspector;
    const first = await page.evaluate(() => (window as unknown as { laidOutFirst: number[] }).laidOutFirst);
    const { position } = sampleInspection(null, 20);
    expect(first).toContain(position);
    expect(first.length).toBeLessThan(100);
    const inEnd = (): Promise<number> =>
      page
        .locator('.strip .token')
        .evaluateAll((tokens) => tokens.filter((token) => token.checkVisibility()).length);
    await expect.poll(inEnd).toBeGreaterThan(1_000);
    await inspector.close();
  });

  test('of what was drawn for other tokens nothing is kept', async () => {
    const inspector = await openOnSample(editor, { engine: longEngine() });
    const { page } = inspector;
    const before = await heldBy(inspector);
    const lines = await page.locator('.strip-line').count();
    expect(lines).toBeGreaterThan(60);
    for (let line = 0; line < 60; line++) {
      const position = await page.evaluate((line) => {
        const token = document.querySelectorAll('.strip-line')[line]!.querySelector<HTMLElement>('.token')!;
        token.click();
        return token.dataset['position']!;
      }, line);
      await page.locator(`.prediction[data-position="${position}"][aria-busy="false"]`).waitFor();
    }
    const after = await heldBy(inspector);
    console.log(`${before.nodes} nodes, then ${after.nodes}`);
    expect(after.nodes).toBeLessThan(1.5 * before.nodes);
    await inspector.close();
  });

  test(
    'after half an hour of a training, four ticks a second, and 500 clicks the page holds at most 64 MB',
    { timeout: 600_000 },
    async () => {
      const inspector = await openOnSample(editor, { initScript: hastened });
      expect(await longSession(inspector, halfAnHour)).toBe(halfAnHour.clicks);
      const held = await heldBy(inspector);
      console.log(`${(held.bytes / 1e6).toFixed(1)} MB`);
      expect(held.bytes).toBeLessThan(64e6);
      expect(inspector.pageErrors).toEqual([]);
      await inspector.close();
    },
  );
});
