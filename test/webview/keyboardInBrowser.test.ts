import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { seriousFindings } from './pageChecks.ts';
import { sampleEngine } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';

/** Nobody presses Tab more often to get from one end of the page to the other. */
const mostTabs = 40;

/** What somebody does who has no pointer. */
class Typist {
  readonly #inspector: OpenInspector;

  constructor(inspector: OpenInspector) {
    this.#inspector = inspector;
  }

  press(key: string): Promise<void> {
    return this.#inspector.page.keyboard.press(key);
  }

  async isAt(selector: string): Promise<boolean> {
    return this.#inspector.page.evaluate((at) => document.activeElement?.matches(at) === true, selector);
  }

  /** Tab, until it is there. */
  async tabTo(selector: string): Promise<void> {
    for (let tabs = 0; tabs <= mostTabs; tabs++) {
      if (await this.isAt(selector)) return;
      await this.press('Tab');
    }
    throw new Error(`${mostTabs} times Tab do not lead to ${selector}`);
  }

  /** A key, until it is there. */
  async moveTo(selector: string, key: string, most = 40): Promise<void> {
    for (let moves = 0; moves <= most; moves++) {
      if (await this.isAt(selector)) return;
      await this.press(key);
    }
    throw new Error(`${most} times ${key} do not lead to ${selector}`);
  }

  /** By the rail, or where there is little room by its list. */
  async openStage(stage: string): Promise<void> {
    await this.tabTo('.rail-entry[tabindex="0"], .rail-select select');
    const { page } = this.#inspector;
    const current = (): Promise<string | null> => page.locator('.prediction').getAttribute('data-stage');
    const ids = await page
      .locator('.rail-select option')
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    const key = ids.indexOf(stage) > ids.indexOf((await current())!) ? 'ArrowDown' : 'ArrowUp';
    for (let moves = 0; moves < ids.length && (await current()) !== stage; moves++) {
      const before = await current();
      await this.press(key);
      await expect.poll(current).not.toBe(before);
    }
    await settled(this.#inspector, stage);
  }
}

describe.skipIf(whyNoBrowser !== null)('by keyboard alone, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function open(width: number): Promise<{ inspector: OpenInspector; typist: Typist }> {
    const inspector = await openOnSample(editor, { width });
    return { inspector, typist: new Typist(inspector) };
  }

  const textOf = ({ page }: OpenInspector, selector: string): Promise<string | null> =>
    page.locator(selector).first().textContent();

  describe.each([1000, 240])('at %d pixels', (width) => {
    test('a token is chosen, and a stage is opened', async () => {
      const { inspector, typist } = await open(width);
      const { page } = inspector;
      const before = Number(await page.locator('.prediction').getAttribute('data-position'));
      await typist.tabTo('.strip [role="option"]');
      await typist.press('ArrowLeft');
      await typist.press('ArrowLeft');
      await page.waitForSelector(`.prediction[data-position="${before - 2}"][aria-busy="false"]`);
      await typist.openStage('tokens');
      await typist.openStage('learning');
      expect(await page.locator('.prediction').getAttribute('data-position')).toBe(String(before - 2));
      await inspector.close();
    });

    test('a head is chosen: one tab stop, in which arrows go along a layer and from layer to layer', async () => {
      const { inspector, typist } = await open(width);
      const { page } = inspector;
      await typist.openStage('attention');
      await typist.tabTo('[role="radio"]');
      expect(await page.locator('[role="radio"][tabindex="0"]').count()).toBe(1);
      for (const [key, name] of [
        ['ArrowRight', 'layer 1, head 2'],
        ['ArrowDown', 'layer 2, head 2'],
        ['End', 'layer 2, head 4'],
        ['ArrowLeft', 'layer 2, head 3'],
        ['ArrowUp', 'layer 1, head 3'],
        ['Home', 'layer 1, head 1'],
        ['ArrowDown', 'layer 2, head 1'],
      ]) {
        await typist.press(key!);
        await expect
          .poll(() => typist.isAt(`[role="radio"][aria-label="${name}"][aria-checked="true"]`))
          .toBe(true);
        await settled(inspector, 'attention');
      }
      expect(await page.locator('[role="radio"][aria-checked="true"]').count()).toBe(1);
      await typist.press('Tab');
      expect(await typist.isAt('[role="radio"]')).toBe(false);
      await inspector.close();
    });

    test('a sheet is opened with P, and left again to the number that it is about', async () => {
      const { inspector, typist } = await open(width);
      const { page } = inspector;
      await typist.tabTo('.scores .num');
      await typist.moveTo('.scores tr[data-rank="3"] .num[data-of="logit"]', 'ArrowDown');
      const number = await page.evaluate(() => document.activeElement!.textContent);
      await typist.press('p');
      await page.waitForSelector('.sheet [data-result]');
      await expect.poll(() => typist.isAt('.sheet button')).toBe(true);
      await typist.tabTo('.sheet [role="region"]');
      await typist.tabTo('header button');
      await typist.tabTo('.sheet button.primary');
      await typist.press('Enter');
      await settled(inspector, 'scores');
      await expect.poll(() => typist.isAt('.scores tr[data-rank="3"] .num[data-of="logit"]')).toBe(true);
      expect(await page.evaluate(() => document.activeElement!.textContent)).toBe(number);
      await inspector.close();
    });

    test('the temperature is changed and the next token drawn again', async () => {
      const { inspector, typist } = await open(width);
      const { page } = inspector;
      await typist.openStage('choice');
      const [ruler, draw] = ['[data-interval] .num >> nth=1', '.prediction p >> nth=1'];
      const before = [await textOf(inspector, ruler), await textOf(inspector, draw)];
      await typist.tabTo('header input[type="range"]');
      await typist.press('ArrowLeft');
      await expect.poll(() => textOf(inspector, 'header output')).toBe('0.95');
      await expect.poll(() => textOf(inspector, ruler)).not.toBe(before[0]);
      await typist.tabTo('header input[type="number"]');
      await typist.press('ArrowUp');
      await typist.press('Tab');
      expect(await page.locator('header input[type="number"]').inputValue()).toBe('8');
      await expect.poll(() => textOf(inspector, draw)).not.toBe(before[1]);
      await inspector.close();
    });

    test('a neuron is silenced', async () => {
      const { inspector, typist } = await open(width);
      const { page } = inspector;
      await typist.openStage('neurons');
      const row = page.locator('tr[data-neuron]').nth(2);
      const neuron = await row.getAttribute('data-neuron');
      await typist.tabTo('tr[data-neuron] button');
      await typist.moveTo(`tr[data-neuron="${neuron}"] button`, 'ArrowDown');
      await typist.moveTo(`tr[data-neuron="${neuron}"] button.plain`, 'ArrowLeft');
      await typist.press('Enter');
      await expect.poll(() => row.getAttribute('class')).toBe('chosen');
      await typist.tabTo('.prediction .controls button.toggle');
      await typist.press(' ');
      await expect.poll(() => page.locator('.guesses').count()).toBe(2);
      expect(
        await page.locator('.prediction .controls button.toggle').first().getAttribute('aria-pressed'),
      ).toBe('true');
      await inspector.close();
    });
  });

  test('what has the keyboard keeps it while an answer is awaited, however long; its old number is covered', async () => {
    const engine = sampleEngine();
    let goOn: (() => void) | null = null;
    const slow: typeof engine.ask = (query, signal) =>
      query.question.kind === 'attention' && query.question.head !== 0
        ? new Promise((resolve, reject) => (goOn = () => engine.ask(query, signal).then(resolve, reject)))
        : engine.ask(query, signal);
    const inspector = await openOnSample(editor, { engine: { ...engine, ask: slow } });
    const typist = new Typist(inspector);
    const { page } = inspector;
    await typist.openStage('attention');
    await typist.tabTo('[role="radio"]');
    await typist.press('ArrowRight');
    await expect.poll(() => goOn).not.toBeNull();
    const concealed = (): Promise<string> =>
      page.locator('.attention').evaluate((table) => getComputedStyle(table).visibility);
    await expect.poll(concealed).toBe('hidden');
    // What has the focus is looked at again when a frame has been drawn.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect(await typist.isAt('[role="radio"][aria-label="layer 1, head 2"]')).toBe(true);
    goOn!();
    await settled(inspector, 'attention');
    expect(await typist.isAt('[role="radio"][aria-label="layer 1, head 2"]')).toBe(true);
    // A number: another token is chosen by its row's button.
    await typist.tabTo('.attention button');
    await typist.moveTo('.attention [data-other] .num', 'ArrowRight');
    await page.evaluate(() => document.querySelector('.prediction')!.setAttribute('aria-busy', 'true'));
    await expect
      .poll(() => page.evaluate(() => getComputedStyle(document.activeElement!).color))
      .toBe('rgba(0, 0, 0, 0)');
    expect(await typist.isAt('.num')).toBe(true);
    await inspector.close();
  });

  /** A table is one stop, however many rows it has; what else stands in a stage is counted. */
  test.each([
    ['attention', 12],
    ['neurons', 10],
    ['why', 16],
  ] as const)('%s has at most %d tab stops', async (stage, most) => {
    const { inspector } = await open(1000);
    await inspector.page.locator(`.rail-entry[data-stage="${stage}"]`).click();
    await settled(inspector, stage);
    const stops = await inspector.page
      .locator('.prediction :is(button, input, select, summary, [tabindex="0"])')
      .evaluateAll(
        (all) =>
          all.filter((element) => (element as HTMLElement).tabIndex >= 0 && element.checkVisibility()).length,
      );
    console.log(`${stage}: ${stops} tab stops`);
    expect(stops).toBeLessThanOrEqual(most);
    expect(await seriousFindings(inspector)).toEqual([]);
    await inspector.close();
  });

  test('a folded layer that Enter opens gives the keyboard to one of its nodes', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    const typist = new Typist(inspector);
    for (const [stage, layer] of [
      ['mix', 1],
      ['text', 0],
    ] as const) {
      await page.locator(`.rail-entry[data-stage="${stage}"]`).click();
      await settled(inspector, stage);
      await page.locator(`.flow-node[data-node="${layer}-${layer}"]`).focus();
      await typist.press('Enter');
      await expect.poll(() => typist.isAt(`.flow-node[data-node="${layer}.inputNorm"]`)).toBe(true);
    }
    await inspector.close();
  });

  test('another token in a late place keeps the keyboard while what would follow it grows', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    const typist = new Typist(inspector);
    await page.locator('.rail-entry[data-stage="why"]').click();
    await page.waitForSelector('[data-branch="0"][data-done="true"]');
    await page.locator('.branch-token').nth(2).click();
    const alternative = page.locator('[data-alternative]').nth(1);
    const id = await alternative.getAttribute('data-alternative');
    await alternative.locator('button').focus();
    await typist.press('Enter');
    await page.waitForSelector('[data-branch="3"][data-done="true"]');
    expect(await page.locator('.branch-token').nth(2).getAttribute('data-token-id')).toBe(id);
    expect(await typist.isAt(`[data-alternative="${id}"] button`)).toBe(true);
    await inspector.close();
  });
});
