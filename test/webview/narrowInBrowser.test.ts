import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds } from '../../extension/protocol/stages.ts';
import { EditorStandIn, whyNoBrowser } from './editorStandIn.ts';
import { cutOff, picture, seriousFindings } from './pageChecks.ts';
import { openOnSample, openStage, settled } from './sampleInspector.ts';

describe.skipIf(whyNoBrowser !== null)('the Inspector where there is little room, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  test.each([
    { name: '240 px wide', width: 240, zoom: 1 },
    { name: '200 % zoom of 480 px', width: 480, zoom: 2 },
  ])(
    '$name: no stage is cut off sideways, and none has a finding of axe-core',
    async ({ width, zoom, name }) => {
      const inspector = await openOnSample(editor, { width, zoom });
      for (const stage of stageIds) {
        await openStage(inspector, stage);
        await picture(inspector, `${name.replaceAll(' ', '-')}-${stage}`);
        expect(await cutOff(inspector), stage).toEqual([]);
        expect(await seriousFindings(inspector), stage).toEqual([]);
      }
      await inspector.close();
    },
  );

  test('in a low view of the side bar most of what is seen is the stage', async () => {
    const inspector = await openOnSample(editor, { width: 300, height: 180 });
    const { page } = inspector;
    await page.evaluate(() => document.querySelector('.prediction')!.scrollIntoView());
    const top = await page.locator('.tokens').evaluate((tokens) => tokens.getBoundingClientRect().top);
    expect(top).toBeGreaterThan(180 / 2);
    await page.locator('.token[tabindex="0"]').focus();
    await page.keyboard.press('ArrowLeft');
    await settled(inspector, 'scores');
    expect(await page.locator('.token:focus').isVisible()).toBe(true);
    await inspector.close();
  });

  test('a sheet is not cut off either', async () => {
    const inspector = await openOnSample(editor, { width: 240 });
    const { page } = inspector;
    await page.locator('.num[data-of="logit"]').first().focus();
    await page.keyboard.press('p');
    await page.waitForSelector('.sheet [data-result]');
    await picture(inspector, 'narrow-sheet');
    expect(await cutOff(inspector)).toEqual([]);
    await inspector.close();
  });

  test('a matrix becomes one row of bars in words, with every number that the wide page has of the row', async () => {
    const inspector = await openOnSample(editor, { width: 240 });
    const { page } = inspector;
    await openStage(inspector, 'attention');
    await picture(inspector, 'narrow-row', '.attention');
    expect(await page.locator('.matrix:visible').count()).toBe(0);
    expect(await page.locator('.attention caption').textContent()).toBe('return looks back at');
    const rows = page.locator('.attention tr[data-other]');
    const bars = await rows.locator('.side-bar > span').evaluateAll((all) =>
      all.map((bar) => {
        const whole = bar.parentElement!.getBoundingClientRect().width;
        return { whole, share: bar.getBoundingClientRect().width / whole };
      }),
    );
    const shares = await rows
      .locator('[data-of="weight"]')
      .evaluateAll((all) => all.map((number) => Number((number as HTMLElement).dataset['value'])));
    expect(bars.length).toBe(shares.length);
    bars.forEach(({ whole, share }, i) => {
      expect(whole).toBeGreaterThan(100);
      expect(Math.abs(share - shares[i]!)).toBeLessThanOrEqual(0.01);
    });
    expect(await rows.first().locator('.num:visible').count()).toBe(3);
    await rows.nth(2).locator('button.plain').click();
    await expect.poll(() => rows.nth(2).getAttribute('class')).toBe('chosen');
    await inspector.close();
  });
});
