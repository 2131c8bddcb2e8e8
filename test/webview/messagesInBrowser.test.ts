import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleMessage } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';

describe.skipIf(whyNoBrowser !== null)('the stage of messages in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openMessages(inspector: OpenInspector): Promise<void> {
    await inspector.page.locator('.rail-entry[data-stage="messages"]').click();
    await settled(inspector, 'messages');
  }

  test('a function call is shown as the exact text that the model reads, with what became of it', async () => {
    const inspector = await openOnSample(editor);
    await openMessages(inspector);
    const message = inspector.page.locator('.messages li');
    expect(await message.count()).toBe(1);
    expect(await message.locator('code').textContent()).toBe(sampleMessage.text);
    await message.locator('summary').click();
    expect(await message.locator('dd').allTextContents()).toEqual([
      'members',
      'cart',
      '0.6203',
      '12',
      'total 0.7500',
    ]);
    const part = (name: string): Promise<string[]> =>
      inspector.page.locator(`[data-part="${name}"] tbody td:first-child`).allTextContents();
    await expect.poll(() => part('call')).toEqual(['<|call|>', 'items', '(']);
    expect(await part('added')).toEqual(['<|result|>', ':', '·readonly', '·Item', '<|end|>']);
    expect(await part('chosen')).toEqual(['·total']);
    expect(await inspector.page.locator('[data-part="added"] caption').textContent()).toContain('5 tokens');
    const shown = inspector.page.locator('[data-part="chosen"] tr[data-id]');
    expect(Number(await shown.getAttribute('data-probability'))).toBeGreaterThan(0);
    await picture(inspector, 'message');
    expect(await seriousFindings(inspector)).toEqual([]);
    // What stood before the message stays with the engine, and one that is closed is not asked about.
    await message.locator('summary').click();
    await expect.poll(() => inspector.page.locator('[data-part]').count()).toBe(0);
    const asked = inspector.received.flatMap((request) => ('questions' in request ? request.questions : []));
    expect(asked.filter(({ question }) => question.kind === 'call')).toHaveLength(1);
    await inspector.close();
  });

  test('where nothing was asked, it says so', async () => {
    const inspector = await openOnSample(editor, { engine: sampleEngine({ messages: () => [] }) });
    await openMessages(inspector);
    expect(await inspector.page.locator('.prediction').textContent()).toContain('Nothing was asked');
    await inspector.close();
  });
});
