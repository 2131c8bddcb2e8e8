import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, whyNoBrowser } from './editorStandIn.ts';
import { sampleEngine, sampleModel } from './sampleEngine.ts';
import { openOnSample } from './sampleInspector.ts';

describe.skipIf(whyNoBrowser !== null)('what one looks at, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  test('a model that learns a save leaves the token, the sheet and the answers typed in it', async () => {
    const whole = sampleEngine();
    let learnt = 0;
    const inspector = await openOnSample(editor, {
      engine: sampleEngine({
        inspect: async (...query) => {
          const inspection = await whole.inspect(...query);
          return { ...inspection, run: inspection.run + 100 * learnt };
        },
        ask: async (...query) => {
          const told = await whole.ask(...query);
          if (told.kind !== 'explain' || told.answer.formula !== 'dot') return told;
          const { a, b } = told.answer.operands;
          const operands = { a: a.map((value) => value + learnt), b };
          return { kind: 'explain', answer: { ...told.answer, operands } };
        },
      }),
    });
    const { page, conversation } = inspector;
    await page.locator('.strip [data-token-id]').nth(4).click();
    await page.locator('.num[data-of="logit"]').first().dblclick();
    await page.getByLabel('blank sheet').check();
    const answers = page.locator('.sheet input[data-expected]');
    const expected = await answers.nth(0).getAttribute('data-expected');
    await answers.nth(0).fill('0.5');
    expect(await page.locator('.sheet').textContent()).not.toContain('has learnt since');
    learnt = 1;
    if (sampleModel.state !== 'ready') throw new Error('The sample has a model.');
    conversation.modelChanged({ ...sampleModel, model: { ...sampleModel.model, steps: 901 } });
    // The sheet that is begun stays what it was, and says so.
    await expect.poll(() => page.locator('.sheet').textContent()).toContain('has learnt since');
    expect(await answers.nth(0).inputValue()).toBe('0.5');
    expect(await answers.nth(0).getAttribute('data-expected')).toBe(expected);
    expect(await page.locator('.prediction').getAttribute('data-position')).toBe('4');
    await page.getByLabel('blank sheet').uncheck();
    expect(await page.locator('.sheet').textContent()).not.toContain('has learnt since');
    await inspector.close();
  });
});
