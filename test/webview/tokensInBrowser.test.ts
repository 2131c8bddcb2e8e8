import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redo } from '../arithmetic/redo.ts';
import { EditorStandIn, whyNoBrowser } from './editorStandIn.ts';
import { picture } from './pageChecks.ts';
import { sampleEngine } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

describe.skipIf(whyNoBrowser !== null)('the stages of tokens in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  test.each(themes)(
    '$id: bytes of a cut character are hatched in the colour of their text, in the strip and in the table; the others are not',
    async (theme) => {
      const inspector = await openOnSample(editor, { theme });
      const { page } = inspector;
      await page.locator('.rail-entry[data-stage="text"]').click();
      await settled(inspector, 'text');
      // Of the sample's two Chinese characters and one emoji, one is cut.
      const cut = page.locator('.cuts [data-cut]');
      expect(await cut.allTextContents()).toEqual(['和 = ⟨E5 92⟩ + ⟨8C⟩']);
      await picture(inspector, `${theme.id}-cut`);
      await cut.locator('button').first().click();
      await page.locator('.rail-entry[data-stage="tokens"]').click();
      await settled(inspector, 'tokens');
      const inTable = page.locator('.vocabulary-frame tr.chosen .piece-bytes');
      await expect.poll(() => inTable.count()).toBe(1);
      for (const piece of [page.locator('.strip .piece-bytes').first(), inTable]) {
        expect(await piece.textContent()).toBe('⟨E5 92⟩');
        const { hatch, color } = await hatchOf(piece);
        expect(hatch).toMatch(/^repeating-linear-gradient\(/);
        expect(hatch).toContain(color);
      }
      expect((await hatchOf(page.locator('.strip .piece-mark').first())).hatch).toBe('none');
      await inspector.close();
    },
  );

  function hatchOf(piece: Locator): Promise<{ readonly hatch: string; readonly color: string }> {
    return piece.evaluate((element) => {
      const { backgroundImage, color } = getComputedStyle(element);
      return { hatch: backgroundImage, color };
    });
  }

  test('each merge has its count, whose sheet names the tokens that it is the sum of', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.strip [data-token-id]').nth(1).click();
    await page.locator('.rail-entry[data-stage="tokens"]').click();
    await settled(inspector, 'tokens');
    const merges = page.locator('.merges li[data-count]:not([data-count=""])');
    await expect.poll(() => merges.count()).toBeGreaterThan(1);
    await picture(inspector, 'merge-counts');
    const counted = (await merges.first().getAttribute('data-count'))!;
    await merges.first().locator('.num').focus();
    await page.keyboard.press('p');
    await page.waitForSelector('.sheet .results [data-result]');
    await picture(inspector, 'merge-sheet');
    await page.locator('.sheet').getByRole('button', { name: 'Copy as text' }).click();
    const copied = await expect
      .poll(() => inspector.received.findLast(({ type }) => type === 'copy'))
      .toBeDefined()
      .then(() => inspector.received.findLast((request) => request.type === 'copy')!.text);
    expect(copied).toMatch(/^k₁ × n₁ “\u2068\S+\u2069” = \d+ × \d+ = \d+\n/);
    expect(redo(copied)).toMatchObject([{ shown: counted, difference: 0 }]);
    await inspector.close();
  });

  test('while the merges of another token are awaited, those of the one before are covered', async () => {
    const engine = sampleEngine();
    let hold: Promise<void> | null = null;
    let goOn = (): void => {};
    const inspector = await openOnSample(editor, {
      engine: {
        ...engine,
        frequencies: async () => {
          await hold;
          return engine.frequencies();
        },
      },
    });
    const { page } = inspector;
    await page.locator('.strip [data-token-id]').nth(1).click();
    await page.locator('.rail-entry[data-stage="tokens"]').click();
    const merges = page.locator('.replay .merges');
    await expect.poll(() => merges.isVisible()).toBe(true);
    hold = new Promise((resolve) => (goOn = resolve));
    await page.locator('.strip [data-token-id]').nth(5).click();
    await expect.poll(() => merges.isVisible()).toBe(false);
    goOn();
    await expect.poll(() => merges.isVisible()).toBe(true);
    await inspector.close();
  });

  test('where the workspace is not counted, merges have no count', async () => {
    const inspector = await openOnSample(editor, { engine: sampleEngine({ frequencies: async () => null }) });
    const { page } = inspector;
    await page.locator('.strip [data-token-id]').nth(1).click();
    await page.locator('.rail-entry[data-stage="tokens"]').click();
    await settled(inspector, 'tokens');
    await expect.poll(() => page.locator('.merges li').count()).toBeGreaterThan(1);
    expect(await page.locator('.merges .num').count()).toBe(0);
    expect(await page.locator('.vocabulary').textContent()).toContain('not counted');
    await inspector.close();
  });
});
