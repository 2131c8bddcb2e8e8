import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import type { StageAnswer, StageKind } from '../../extension/protocol/stages.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { seriousFindings } from './pageChecks.ts';
import { sampleEngine } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';

/** The sample's engine, but for what it answers to one kind of question. */
function engineThatSays(kind: StageKind, answered: (answer: StageAnswer) => StageAnswer): InspectionEngine {
  const engine = sampleEngine();
  return {
    ...engine,
    ask: async (query, signal) => {
      const answer = await engine.ask(query, signal);
      return answer.kind === kind ? answered(answer) : answer;
    },
  };
}

/** A probability of 0 has no logarithm: no sheet can be written. */
const withoutSheet = engineThatSays('explain', (answer) =>
  answer.kind === 'explain' && answer.answer.formula === 'loss'
    ? {
        kind: 'explain',
        answer: { formula: 'loss', operands: { p: 0 }, machine: [Infinity, Infinity] },
      }
    : answer,
);
/** Nobody answers so: the stage is drawn from what is not there. */
const withoutErrors = engineThatSays('learning', () => ({ kind: 'learning', answer: {} }) as StageAnswer);

describe.skipIf(whyNoBrowser !== null)('what can’t be drawn', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  const sentence = 'This can’t be shown';
  const stacks = ({ received }: OpenInspector): string[] =>
    received.flatMap((request) => (request.type === 'broken' ? [request.stack] : []));

  async function open(inspector: OpenInspector, stage: string): Promise<void> {
    await inspector.page.locator(`.rail-entry[data-stage="${stage}"]`).click();
    await settled(inspector, stage);
  }

  test('a number without a sheet: one sentence beside the stage, which goes on; and in the sheet’s place, with a way back', async () => {
    const inspector = await openOnSample(editor, { engine: withoutSheet });
    const { page } = inspector;
    await open(inspector, 'learning');
    await page.locator('.num[data-of="loss"]').click();
    const alert = page.locator('.details').getByRole('alert');
    await expect.poll(() => alert.allTextContents()).toHaveLength(1);
    expect(await alert.textContent()).toContain(sentence);
    expect(stacks(inspector)[0]).toMatch(/BigInt|Infinity/);
    // Other tokens and numbers are drawn as ever.
    const position = (): Promise<string | null> => page.locator('.prediction').getAttribute('data-position');
    const before = await position();
    await page.locator('.strip [data-token-id]').nth(3).click();
    await expect.poll(position).toBe('3');
    expect(before).not.toBe('3');
    await settled(inspector, 'learning');
    await page.locator('.num[data-of="error"]').first().click();
    await page.waitForSelector('[data-looking="error"]');
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.locator('.num[data-of="loss"]').dblclick();
    await expect.poll(() => page.locator('.prediction').getByRole('alert').count()).toBe(1);
    expect(await seriousFindings(inspector)).toEqual([]);
    await page.locator('.prediction').getByRole('button', { name: 'Back' }).click();
    await settled(inspector, 'learning');
    await expect.poll(() => page.locator('.num[data-of="loss"]').count()).toBe(1);
    expect(inspector.pageErrors).toEqual([]);
    await inspector.close();
  });

  test('a stage that fails says so in its place: rail, strip and the other stages go on', async () => {
    const inspector = await openOnSample(editor, { engine: withoutErrors });
    const { page } = inspector;
    await page.locator('.rail-entry[data-stage="learning"]').click();
    await expect.poll(() => page.locator('.prediction').getByRole('alert').allTextContents()).toHaveLength(1);
    expect(await page.locator('.prediction').textContent()).toContain(sentence);
    await page.locator('.strip [data-token-id]').nth(2).click();
    await expect.poll(() => page.locator('.prediction').getAttribute('data-position')).toBe('2');
    await open(inspector, 'scores');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.locator('.scores tbody tr').count()).toBeGreaterThan(10);
    expect(inspector.pageErrors).toEqual([]);
    await inspector.close();
  });

  test('where nothing is known of a weight there is still a way to choose another', async () => {
    const engine = engineThatSays('learning', () => {
      throw new Error('There is no such weight.');
    });
    const inspector = await openOnSample(editor, { engine });
    const { page } = inspector;
    await page.locator('.rail-entry[data-stage="learning"]').click();
    await expect.poll(() => page.locator('.prediction').getByRole('alert').allTextContents()).toHaveLength(1);
    expect(await page.locator('.prediction').getByLabel('Row').count()).toBe(1);
    await inspector.close();
  });
});
