import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds } from '../../extension/protocol/stages.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { cutOff, picture } from './pageChecks.ts';
import { openOnSample, openStage, settled, unfold } from './sampleInspector.ts';
import { heldOut, progress, reading } from './trainingEvents.ts';

const rooms = [
  { name: '240 px wide', width: 240, zoom: 1 },
  { name: '200 % zoom of 480 px', width: 480, zoom: 2 },
  { name: '420 px wide', width: 420, zoom: 1 },
  { name: '900 px wide', width: 900, zoom: 1 },
] as const;

const nothing = Object.fromEntries(stageIds.map((stage) => [stage, []]));

/** Everything that can be opened is opened: what is cut off where there is little room could not be had at all. */
describe.skipIf(whyNoBrowser !== null)('nothing is cut off sideways, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openWhole(inspector: OpenInspector, stage: string): Promise<void> {
    await openStage(inspector, stage);
    await unfold(inspector);
  }

  function train(inspector: OpenInspector): void {
    inspector.history.record(reading);
    inspector.history.record({ type: 'stage', stage: 'training', detail: '' });
    for (let step = 1; step <= 60; step++) {
      inspector.history.record(progress(step, 3 + Math.sin(step)));
      if (step % 20 === 0) inspector.history.record(heldOut(step, 3.1, true));
    }
    inspector.conversation.trainingChanged();
  }

  /** Of the stage's numbers one of each kind: its sheet. */
  async function eachSheet(inspector: OpenInspector, look: (of: string) => Promise<void>): Promise<void> {
    const { page } = inspector;
    const stage = (await page.locator('.prediction').getAttribute('data-stage'))!;
    const all = await page
      .locator('.prediction .num[data-of]:visible')
      .evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).dataset['of']!));
    for (const of of new Set(all)) {
      await page.locator(`.prediction .num[data-of="${of}"]:visible`).first().focus();
      await page.keyboard.press('p');
      await page.waitForSelector('.sheet [data-result]');
      await look(of);
      await page.locator('.sheet button.primary').click();
      await settled(inspector, stage);
      await unfold(inspector);
    }
  }

  describe.each(rooms)('$name', ({ name, width, zoom }) => {
    const label = name.replaceAll(' ', '-');

    test.each(['en', 'zh-cn'])(
      'every stage with all that is folded away, and the curves; %s',
      async (language) => {
        const inspector = await openOnSample(editor, { width, zoom, language });
        train(inspector);
        await inspector.page.waitForSelector('.chart canvas');
        const cut: Record<string, string[]> = {};
        for (const stage of stageIds) {
          await openWhole(inspector, stage);
          await picture(inspector, `${label}-${stage}-${language}`);
          cut[stage] = await cutOff(inspector);
        }
        expect(cut).toEqual(nothing);
        await inspector.close();
      },
    );

    test('the sheet of every kind of number', async () => {
      const inspector = await openOnSample(editor, { width, zoom });
      const cut: Record<string, string[]> = {};
      for (const stage of stageIds) {
        await openWhole(inspector, stage);
        await eachSheet(inspector, async (of) => {
          cut[of] = await cutOff(inspector);
        });
      }
      expect(Object.values(cut).length).toBeGreaterThan(25);
      expect(Object.entries(cut).filter(([, elements]) => elements.length > 0)).toEqual([]);
      await inspector.close();
    });

    test('every stage of the essay’s example', async () => {
      const inspector = await openOnSample(editor, { width, zoom });
      await inspector.page.locator('.start-essay').click();
      await inspector.page.waitForSelector('.essay');
      await inspector.page.getByRole('button', { name: '10 steps' }).click();
      await inspector.page.waitForSelector('.essay[data-step="10"]');
      const cut: Record<string, string[]> = {};
      for (const stage of stageIds) {
        await openWhole(inspector, stage);
        await picture(inspector, `${label}-essay-${stage}`);
        cut[stage] = await cutOff(inspector);
      }
      expect(cut).toEqual(nothing);
      await inspector.close();
    });
  });
});
