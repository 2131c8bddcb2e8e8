import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { cutOff, picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleModel } from './sampleEngine.ts';
import { samplePlace } from './sampleText.ts';
import { type Theme, themes } from './themes.ts';
import { heldOut, progress, reading } from './trainingEvents.ts';

describe.skipIf(whyNoBrowser !== null)('the side bar, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  const open = (theme: Theme, width: number): Promise<OpenInspector> =>
    editor.open({
      theme,
      surface: 'sideBar',
      model: sampleModel,
      engine: sampleEngine(),
      width,
      height: 900,
      text: { place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' },
    });

  test.each(themes)(
    '$id: why and how a training gets on, 240 px wide, with a way to all the rest',
    async (theme) => {
      const inspector = await open(theme, 240);
      const { page } = inspector;
      await page.waitForSelector('.prediction[data-stage="why"][aria-busy="false"] [data-why]');
      for (const event of [reading, progress(1, 3), heldOut(1, 2.9, true)]) inspector.history.record(event);
      inspector.conversation.trainingChanged();
      await page.waitForSelector('.training .figures');
      await picture(inspector, `side-${theme.id}`);
      for (const left of ['.rail', '.strip', '.details', '.flow', '.chart'])
        expect(await page.locator(left).count(), left).toBe(0);
      expect(await cutOff(inspector)).toEqual([]);
      expect(await seriousFindings(inspector)).toEqual([]);
      // What is not shown is not asked of the engine either.
      const kinds = inspector.received.flatMap((request) =>
        request.type === 'ask' || request.type === 'inspect'
          ? request.questions.map(({ question }) => question.kind)
          : [],
      );
      expect(kinds).not.toContain('operations');
      await page.locator('.open-inspector').click();
      await expect.poll(() => inspector.received.at(-1)).toEqual({ type: 'openInspector' });
      await inspector.close();
    },
  );

  test('a number of it is looked at below, and its sheet opens in the stage’s place', async () => {
    const inspector = await open(themes[0]!, 300);
    const { page } = inspector;
    const number = page.locator('[data-why] button.num[data-of="logit"]').first();
    await number.click();
    await page.waitForSelector('.details [data-looking="logit"]');
    await number.press('p');
    await page.waitForSelector('.sheet [data-result]');
    await inspector.close();
  });
});
