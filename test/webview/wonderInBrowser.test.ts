import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, whyNoBrowser } from './editorStandIn.ts';
import { seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleInspection, sampleModel } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { samplePlace } from './sampleText.ts';
import { themes } from './themes.ts';

describe.skipIf(whyNoBrowser !== null)('what is asked of a token in the editor, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  test('Pencil opens the sheet of the probability of the token that really follows', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.token').first().click();
    await settled(inspector, 'scores');
    inspector.conversation.wonder('pencil');
    const { actual } = sampleInspection(null, 20).distribution;
    const result = page.locator('.sheet [data-result]').last();
    await result.waitFor();
    const { machine, difference, bound } = await result.evaluate((row) => ({
      ...(row as HTMLElement).dataset,
    }));
    // Two JavaScript engines may differ in the last bit of an exponential.
    expect(Math.abs(Number(machine) - actual!.probability)).toBeLessThanOrEqual(1e-12);
    expect(Number(difference)).toBeLessThanOrEqual(Number(bound));
    expect(await page.locator('.sheet > p').first().textContent()).toContain('sum');
    expect(await seriousFindings(inspector)).toEqual([]);
    await inspector.close();
  });

  test('Why? asks of the token that really follows, though twenty others were likelier', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    const { top, actual } = sampleInspection(null, 20).distribution;
    expect(top.map(({ id }) => id)).not.toContain(actual!.id);
    inspector.conversation.wonder('why');
    await page.waitForSelector(`[data-why="${actual!.id}"]`);
    await settled(inspector, 'why');
    const select = page.locator('select[aria-label="Why"]');
    expect(await select.inputValue()).toBe(String(actual!.id));
    expect(await select.locator('option').count()).toBe(21);
    await select.selectOption(String(top[0]!.id));
    await page.waitForSelector(`[data-why="${top[0]!.id}"]`);
    await inspector.close();
  });

  test('a page that is still to be opened, and a model that is still to be loaded, are waited for', async () => {
    const inspector = await editor.open({
      theme: themes[0]!,
      model: { state: 'loading' },
      engine: sampleEngine(),
    });
    inspector.conversation.wonder('pencil');
    inspector.conversation.follow({ place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' });
    inspector.conversation.wonder('pencil');
    await inspector.page.waitForSelector('.notice');
    inspector.conversation.modelChanged(sampleModel);
    await inspector.page.waitForSelector('.sheet [data-result]');
    await inspector.close();
  });

  test('from the essay it leads back to the code', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.start-essay').click();
    await page.waitForSelector('.essay');
    inspector.conversation.wonder('pencil');
    await page.waitForSelector('.sheet [data-result]');
    expect(await page.locator('.essay').count()).toBe(0);
    await inspector.close();
  });
});
