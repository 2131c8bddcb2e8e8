import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, whyNoBrowser } from './editorStandIn.ts';
import { sampleEngine } from './sampleEngine.ts';
import { openOnSample, openStage, settled } from './sampleInspector.ts';

/** Of numbers as they are shown, in units of their last decimal: a calculator adds those up without rounding. */
const units = (shown: string, decimals: number): number =>
  Math.round(Number(shown.replaceAll('−', '-')) * 10 ** decimals);

const total = (shown: readonly string[], decimals: number): number =>
  shown.reduce((sum, one) => sum + units(one, decimals), 0);

/** Numbers all of which are rounded in one direction. */
const push = 0.10005;
const stretched = 5 * push;
const mixed = 1 / (1 + Math.exp(-stretched));
const thirds = {
  transformer: true,
  others: { count: 8_189, mixed: 1 / 2 },
  tokens: [1, 2, 3].map((id) => ({
    id,
    bytes: String(id),
    project: 0.1,
    file: 0.1,
    transformer: 0.1,
    mixed: 1 / 6,
    decisions: [
      {
        side: 1 as const,
        pushes: { project: push, file: push, backOff: push, transformer: push, constant: push, limits: 0 },
        stretched,
        mixed,
        adjusted: mixed,
      },
    ],
  })),
};

describe.skipIf(whyNoBrowser !== null)('what is said to add up does so as it is shown, in a browser', () => {
  let editor: EditorStandIn;
  let page: Page;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openEssay(): ReturnType<typeof openOnSample> {
    const inspector = await openOnSample(editor);
    ({ page } = inspector);
    await page.locator('.start-essay').click();
    await page.waitForSelector('.essay');
    return inspector;
  }

  const texts = (where: string): Promise<string[]> => page.locator(where).allTextContents();

  test('shares of attention and all others, to 1', async () => {
    const inspector = await openOnSample(editor);
    ({ page } = inspector);
    await openStage(inspector, 'attention');
    for (const token of [3, 20, 31]) {
      await page.locator(`[data-position="${token}"][data-token-id]`).click();
      await settled(inspector, 'attention');
      const shares = await texts('table.attention [data-of="weight"], table.attention [data-of="others"]');
      expect(total(shares, 4), String(token)).toBe(10_000);
    }
    await inspector.close();
  });

  test('parts of a score, to the score', async () => {
    const inspector = await openOnSample(editor);
    ({ page } = inspector);
    await openStage(inspector, 'why');
    for (const token of [3, 10, 20, 31]) {
      await page.locator(`[data-position="${token}"][data-token-id]`).click();
      await settled(inspector, 'why');
      const [score] = await texts('[data-stage="why"] tfoot [data-of="logit"]');
      expect(total(await texts('[data-logit-part]'), 4), String(token)).toBe(units(score!, 4));
    }
    await inspector.close();
  });

  test('what the mixture gives the tokens listed and all others, to 1; pushes of a decision, to s', async () => {
    const inspector = await openOnSample(editor, {
      engine: { ...sampleEngine(), parts: () => Promise.resolve(thirds) },
    });
    ({ page } = inspector);
    await page.waitForSelector('.parts [data-decision]');
    expect(total(await texts('.parts td[data-mixed]'), 6)).toBe(1_000_000);
    const decisions = await page.locator('.parts [data-decision]').count();
    for (let i = 1; i <= decisions; i++) {
      const row = `.parts [data-decision="${i}"]`;
      const [s] = await texts(`${row} [data-of="stretched"]`);
      expect(total(await texts(`${row} [data-push]`), 4)).toBe(units(s!, 4));
      const [p] = await texts(`${row} [data-of="decided"]`);
      expect((1 / (1 + Math.exp(-units(s!, 4) / 1e4))).toFixed(4)).toBe(p);
    }
    await inspector.close();
  });

  test('the loss, to −ln of the probability beside it, however small', async () => {
    const inspector = await openOnSample(editor);
    ({ page } = inspector);
    await openStage(inspector, 'learning');
    const numbers = (sentence: string): number[] =>
      sentence
        .replaceAll('−', '-')
        .match(/\d+\.\d+(e-\d+)?/g)!
        .map(Number);
    for (const token of [3, 10, 20]) {
      await page.locator(`[data-position="${token}"][data-token-id]`).click();
      await settled(inspector, 'learning');
      const stage = await texts(
        '.prediction p:has([data-of="probability"]), .prediction p:has([data-of="loss"])',
      );
      const found = await texts('[data-found="learning"]:not(.old)');
      for (const [p, loss] of [stage.flatMap(numbers), numbers(found[0]!)])
        expect(Math.abs(-Math.log(p!) - loss!), String(token)).toBeLessThan(5.6e-5);
    }
    await inspector.close();
  });

  test('what the seed draws is between the ends that are said', async () => {
    const inspector = await openOnSample(editor);
    ({ page } = inspector);
    await openStage(inspector, 'choice');
    for (let seed = 0; seed < 40; seed++) {
      await page.locator('header input[type="number"]').fill(String(seed));
      await page.locator('header input[type="number"]').blur();
      const found = page.locator('[data-found="choice"]:not(.old)', { hasText: `Seed ${seed} gives` });
      const [draw, from, to] = (await found.textContent())!.match(/0\.\d+|1\.0+/g)!.map(Number);
      expect(draw, String(seed)).toBeGreaterThanOrEqual(from!);
      expect(draw, String(seed)).toBeLessThanOrEqual(to!);
    }
    await inspector.close();
  });

  test('what a map keeps, to both directions', async () => {
    const inspector = await openEssay();
    await openStage(inspector, 'vectors');
    await page.getByRole('button', { name: /Map of/ }).click();
    let before = '';
    for (let seed = 1; seed <= 12; seed++) {
      await page.locator('.essay input[type="number"]').fill(String(seed));
      await page.locator('.essay input[type="number"]').blur();
      await expect.poll(async () => (await texts('[data-kept] > p')).join()).not.toBe(before);
      [before = ''] = await texts('[data-kept] > p');
      const [kept, x, y] = before.match(/\d+\.\d/g)!;
      expect(units(x!, 1) + units(y!, 1), String(seed)).toBe(units(kept!, 1));
    }
    await inspector.close();
  });

  test('a weight less its gradient times the learning rate, to what is behind the =', async () => {
    const inspector = await openEssay();
    await page.getByRole('button', { name: '10 steps' }).click();
    await openStage(inspector, 'learning');
    await page.getByLabel('Matrix').selectOption('embedding');
    for (const rate of ['0.2', '1', '0.05', '0.5']) {
      await page.getByLabel('Learning rate').selectOption(rate);
      await page.waitForSelector(`.equation:has-text("− ${rate} ×")`);
      await settled(inspector, 'learning');
      const [equation] = await texts('.equation:has([data-of="descent"])');
      const [w, g, after] = equation!
        .replaceAll('−', '-')
        .match(/= (.*) - .* × (.*) = (.*)/)!
        .slice(1)
        .map(Number);
      expect((w! - Number(rate) * g!).toFixed(8)).toBe(after!.toFixed(8));
      // And what the machine has is no further away than its own rounding.
      const machine = Number(await page.locator('[data-of="descent"]').getAttribute('data-value'));
      expect(Math.abs(machine - after!)).toBeLessThan(1e-7);
    }
    await inspector.close();
  });
});
