import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InspectedToken } from '../../extension/protocol/prediction.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { sampleEngine, sampleInspection } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';

describe.skipIf(whyNoBrowser !== null)('the stage of the text in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function runningText(inspector: OpenInspector): Promise<string> {
    await inspector.page.locator('.rail-entry[data-stage="text"]').click();
    await settled(inspector, 'text');
    return (await inspector.page.locator('.running').textContent())!;
  }

  test('it is the text of the file: words that are cut stay in one, and only the essay’s whole words have spaces between them', async () => {
    const pieces = ['con', 'cat', 'en', 'ate', '(', 'un', 'sub', 'scri', 'bed', ')', ' and', ' all'];
    const { tokens } = sampleInspection(null, 1);
    const cut: InspectedToken[] = tokens.map((token, i) => ({ ...token, bytes: pieces[i % pieces.length]! }));
    const engine = sampleEngine({
      inspect: async ({ position, topK }) => ({ ...sampleInspection(position, topK), tokens: cut }),
    });
    const inspector = await openOnSample(editor, { engine });
    const text = cut.map(({ bytes }) => bytes).join('');
    expect(await runningText(inspector)).toBe(text.replaceAll(' ', '·'));
    await inspector.page.locator('.start-essay').click();
    await inspector.page.waitForSelector('.essay');
    await expect.poll(() => runningText(inspector)).toContain('an apple a day');
    await inspector.close();
  });
});
