import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { RunQuestion, StageAnswer } from '../../extension/protocol/stages.ts';
import { EditorStandIn, type OpenInspector, type OpenOptions, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleInspection } from './sampleEngine.ts';
import { openOnSample, openStage } from './sampleInspector.ts';
import { themes } from './themes.ts';

type Without = Extract<RunQuestion, { kind: 'without' }>;

/** An engine that tries a line without only when the test lets it. */
function patientEngine() {
  const engine = sampleEngine();
  const held: { readonly question: Without; readonly answer: () => void }[] = [];
  const ask: typeof engine.ask = (query, signal) =>
    query.question.kind === 'without'
      ? new Promise((resolve, reject) => {
          const question = query.question as Without;
          held.push({ question, answer: () => engine.ask(query, signal).then(resolve, reject) });
        })
      : engine.ask(query, signal);
  return { engine: { ...engine, ask }, held };
}

describe.skipIf(whyNoBrowser !== null)('why this completion, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openAt(options: Partial<OpenOptions> = {}, stage = 'why'): Promise<OpenInspector> {
    const inspector = await openOnSample(editor, options);
    await openStage(inspector, stage);
    return inspector;
  }

  const numbersOf = async ({ page }: OpenInspector, selector: string, name: string): Promise<number[]> =>
    page
      .locator(selector)
      .evaluateAll((all, name) => all.map((element) => Number(element.getAttribute(name))), name);

  test('lines come one by one, with what gradient × input says of those that are left', async () => {
    const { engine, held } = patientEngine();
    const inspector = await openAt({ engine });
    const { page } = inspector;
    const lines = await page.locator('.effects li').count();
    expect(lines).toBeGreaterThan(3);
    expect(await page.locator('.effects .untried').count()).toBe(lines);
    const previews = (await numbersOf(inspector, '.effects li', 'data-preview')).map(Math.abs);
    expect(previews).toEqual(previews.toSorted((a, b) => b - a));
    for (let tried = 1; tried <= 2; tried++) {
      expect(held).toHaveLength(tried);
      held[tried - 1]!.answer();
      await page.waitForSelector(`[data-tried="${tried}"]`);
      // Nobody is told aloud before it is all.
      expect(await page.locator('[data-strongest]').getAttribute('aria-busy')).toBe('true');
      expect(await page.locator('[data-tried] [role="status"]').count()).toBe(0);
      await expect.poll(() => held.length).toBe(tried + 1);
    }
    await picture(inspector, 'why-half');
    expect(await seriousFindings(inspector)).toEqual([]);
    // The strongest of those that were tried stands first, with the number of its run.
    const { question } = held[1]!;
    const run = sampleInspection(null, 1).run;
    const told = (await sampleEngine().ask(
      { run, question },
      new AbortController().signal,
    )) as StageAnswer<'without'>;
    const shown = await page
      .locator(`.effects [data-line-from="${question.from}"]`)
      .getAttribute('data-without');
    expect(Number(shown)).toBe(told.answer);
    await inspector.close();
  });

  test('Stop ends the trying: no line more is asked about, and what has come stays', async () => {
    const { engine, held } = patientEngine();
    const inspector = await openAt({ engine });
    const { page } = inspector;
    held[0]!.answer();
    await page.waitForSelector('[data-tried="1"]');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => inspector.received.at(-1)).toEqual({ type: 'stop', kind: 'why' });
    await expect.poll(() => page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    const asked = held.length;
    held.at(-1)!.answer();
    await page.locator('.num').first().click();
    await page.waitForSelector('[data-looking]');
    expect(held).toHaveLength(asked);
    expect(await page.locator('.effects li:not(.untried)').count()).toBe(1);
    await inspector.close();
  });

  test('another token ends it, too: a line of the token before is never drawn', async () => {
    const { engine, held } = patientEngine();
    const inspector = await openAt({ engine });
    const { page } = inspector;
    const before = held.length;
    await page.locator('.token[data-position="40"]').click();
    await page.waitForSelector('.prediction[data-position="40"][aria-busy="false"]');
    for (const { answer } of held.slice(0, before)) answer();
    await expect.poll(() => held.length).toBe(before + 1);
    expect(held.at(-1)!.question.position).toBe(40);
    held.at(-1)!.answer();
    await page.waitForSelector('[data-tried="1"]');
    expect(held.slice(before).map(({ question }) => question.position)).toEqual([40, 40]);
    const shown = await numbersOf(inspector, '.effects li:not(.untried)', 'data-line-from');
    expect(shown).toEqual([held[before]!.question.from]);
    await inspector.close();
  });

  test.each(themes)(
    '$id: another token begins a branch, whose product is shown, and there is a way back',
    async (theme) => {
      const inspector = await openAt({ theme });
      const { page } = inspector;
      const tokens = (): Promise<number[]> => numbersOf(inspector, '.branch-token', 'data-token-id');
      await page.waitForSelector('[data-branch="0"][data-done="true"]');
      const own = await tokens();
      expect(await numbersOf(inspector, '.branch-token', 'data-rank')).toEqual(own.map(() => 1));
      await page.locator('.branch-token').nth(1).click();
      const alternative = page.locator('[data-alternative]').nth(2);
      const taken = Number(await alternative.getAttribute('data-alternative'));
      await alternative.locator('button').click();
      await page.waitForSelector('[data-branch="2"][data-done="true"]');
      expect((await tokens()).slice(0, 2)).toEqual([own[0], taken]);
      expect((await numbersOf(inspector, '.branch-token', 'data-rank')).slice(0, 2)).toEqual([1, 3]);
      expect(await page.locator('.branch-token.supposed').count()).toBe(1);
      const probabilities = await numbersOf(inspector, '.branch-token', 'data-probability');
      const [product] = await numbersOf(inspector, '[data-product]', 'data-product');
      expect(product).toBe(probabilities.reduce((all, p) => all * p, 1));
      await picture(inspector, `${theme.id}-branch`);
      expect(await seriousFindings(inspector)).toEqual([]);
      await page.getByRole('button', { name: 'Back to what it says itself' }).click();
      await page.waitForSelector('[data-branch="0"][data-done="true"]');
      expect(await tokens()).toEqual(own);
      // A branch belongs to its place.
      await page.locator('[data-alternative]').nth(1).locator('button').click();
      await page.waitForSelector('[data-branch][data-done="true"]:not([data-branch="0"])');
      await page.locator('.token[data-position="40"]').click();
      await page.waitForSelector('.prediction[data-position="40"][aria-busy="false"] [data-branch="0"]');
      await inspector.close();
    },
  );

  test('what is a guess is called unsure, and where the heads looked is no proof of why', async () => {
    const inspector = await openAt({
      engine: sampleEngine({ precedent: async () => ({ word: 'tok62', isKnown: false, tokens: 0 }) }),
    });
    const words = (await inspector.page.locator('.prediction').textContent())!;
    expect(words).toContain('Unsure: a guess');
    expect(words).toContain('Where it looked. Not proof of why.');
    expect(words).not.toMatch(/hallucinat/i);
    await inspector.close();
    const seen = await openAt();
    expect(await seen.page.locator('.prediction').textContent()).not.toContain('Unsure');
    expect(await seen.page.locator('[data-seen]').getAttribute('data-seen')).toBe('shop/cart.ts:12');
    await seen.page.locator('[data-seen]').click();
    await expect
      .poll(() => seen.received.at(-1))
      .toEqual({ type: 'reveal', place: { file: 'shop/cart.ts', line: 12 } });
    await seen.close();
  });

  test.each([
    { width: 1000, inspector: '.rail-entry[data-stage="why"]' },
    { width: 300, inspector: '.rail-select select' },
  ])(
    'a command gives the keyboard to a part of the page of $width px, and Esc gives it back to the code',
    async ({ width, inspector: rail }) => {
      const inspector = await openAt();
      const { page, conversation } = inspector;
      await page.setViewportSize({ width, height: 800 });
      const has = (selector: string): Promise<void> =>
        expect
          .poll(() => page.evaluate((selector) => document.activeElement?.matches(selector), selector))
          .toBe(true);
      conversation.focus('tokenStrip');
      await has('.strip [role="option"][aria-selected="true"]');
      conversation.focus('details');
      await has('aside.details');
      conversation.focus('inspector');
      await has(rail);
      await page.keyboard.press('Escape');
      await expect.poll(() => inspector.received.at(-1)).toEqual({ type: 'leave' });
      // A page that is not there yet gets it as soon as it is.
      conversation.hidden();
      conversation.focus('details');
      await inspector.reload();
      await has('aside.details');
      await inspector.close();
    },
  );

  test('the essay’s example that fails says so in one sentence, and the page stays what it was', async () => {
    const error = new NihiloError('workerFailed', say`The Inspector's engine stopped; it starts again.`);
    let fails = true;
    const whole = sampleEngine();
    const engine = sampleEngine({
      essay: (...query) => (fails ? Promise.reject(error) : whole.essay(...query)),
    });
    const inspector = await openAt({ engine });
    const { page } = inspector;
    await page.locator('.start-essay').click();
    await expect.poll(() => page.locator('.notice[role="alert"]').textContent()).toContain('engine stopped');
    expect(await page.locator('[data-why]').count()).toBe(1);
    fails = false;
    await page.locator('.start-essay').click();
    await page.waitForSelector('.essay');
    expect(await page.locator('.notice[role="alert"]').count()).toBe(0);
    await inspector.close();
  });

  test('a line is numbered as in the file, before the cursor and behind it', async () => {
    // The cursor is in the text's second line; the stand-in says that this is the file's seventh.
    const cursor = 20;
    const engine = sampleEngine({
      inspect: async ({ position, topK }) => ({ ...sampleInspection(position ?? cursor - 1, topK), cursor }),
    });
    const inspector = await openAt({ engine });
    const { page } = inspector;
    const { tokens } = sampleInspection(null, 1);
    const last = tokens.length - 1;
    await page.locator(`.token[data-position="${last}"]`).click();
    await page.waitForSelector(`.prediction[data-position="${last}"][aria-busy="false"]`);
    const froms = await numbersOf(inspector, '.effects li', 'data-line-from');
    const numbers = (await page.locator('.effects .token-id').allTextContents()).map(Number);
    const lineOf = (from: number): number =>
      tokens.slice(0, from).reduce((line, { bytes }) => line + bytes.split('\n').length - 1, 6);
    expect(numbers).toEqual(froms.map(lineOf));
    expect(Math.min(...froms)).toBeLessThan(cursor);
    expect(Math.max(...froms)).toBeGreaterThan(cursor);
    await inspector.close();
  });

  test('what is said of a small probability keeps the digits that count', async () => {
    const inspector = await openAt();
    const { page } = inspector;
    const { actual } = sampleInspection(null, 20).distribution;
    await page.locator('select[aria-label="Why"]').selectOption(String(actual!.id));
    await page.waitForSelector(`[data-why="${actual!.id}"] [data-strongest]`);
    const from = await page.locator('[data-strongest]').getAttribute('data-strongest');
    const line = page.locator(`.effects [data-line-from="${from}"]`);
    const without = Number(await line.getAttribute('data-without'));
    expect(actual!.probability).toBeLessThan(0.001);
    const said = (await page.locator('[data-strongest]').textContent())!;
    const [, before, after] = /goes from (\S+) to (\S+):/.exec(said)!;
    expect(Number(before)).toBe(Number(actual!.probability.toPrecision(2)));
    expect(Number(after)).toBe(Number(without.toPrecision(2)));
    await inspector.close();
  });

  test('a calculator makes of the factors shown the product shown: of tokens, and of the sides of decisions', async () => {
    const inspector = await openAt();
    const { page } = inspector;
    await page.waitForSelector('[data-branch="0"][data-done="true"]');
    const product = (factors: readonly string[]): string =>
      factors.reduce((all, shown) => all * Number(shown), 1).toPrecision(3);
    const tokens = await page.locator('.branch-token .quiet:not(.branch-rank)').allTextContents();
    expect(tokens.length).toBeGreaterThan(1);
    const said = await page.locator('[data-product]').textContent();
    expect(said).toMatch(new RegExp(`p = ${product(tokens).replaceAll(/[.+]/g, '\\$&')}\\.$`));
    await openStage(inspector, 'scores');
    await page.waitForSelector('.decisions');
    const cells = (row: string): Promise<string[]> =>
      page.locator(`.decisions ${row} td:last-child`).allTextContents();
    expect(await cells('tfoot')).toEqual([product(await cells('tbody'))]);
    const corrected = await page.locator('.decisions tbody td:nth-last-child(2)').allTextContents();
    const sides = await cells('tbody');
    // Of the second decision the token is on the other side.
    expect(Number(sides[0])).toBe(Number(corrected[0]));
    expect((1 - Number(corrected[1])).toFixed(6)).toBe(sides[1]);
    await inspector.close();
  });
});
