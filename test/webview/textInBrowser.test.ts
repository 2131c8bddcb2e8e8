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

  test('a line ends behind its break, also where the indentation of the next one is in the same token', async () => {
    const pieces = ['if', ' (x', ') {', '\n    ', 'y', ';\n', '}', '\r\n\r\n\t'];
    const { tokens } = sampleInspection(null, 1);
    const cut: InspectedToken[] = tokens.map((token, i) => ({ ...token, bytes: pieces[i % pieces.length]! }));
    const engine = sampleEngine({
      inspect: async ({ position, topK }) => ({ ...sampleInspection(position, topK), tokens: cut }),
    });
    const inspector = await openOnSample(editor, { engine });
    await runningText(inspector);
    const lines = await inspector.page.locator('.running').evaluate((running) => {
      for (const end of running.querySelectorAll('br')) end.replaceWith('\n');
      return running.textContent.split('\n');
    });
    const expected = ['if·(x)·{⏎', '····y;⏎', '}⟨CR⟩⏎⟨CR⟩⏎', '→'];
    expect(lines.slice(0, 4)).toEqual([...expected.slice(0, 3), `→${expected[0]}`]);
    await inspector.close();
  });

  test('where the example has counted its own sentences, it says so', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.rail-entry[data-stage="tokens"]').click();
    const said = (): Promise<string | null> => page.locator('.vocabulary > .quiet').textContent();
    await expect.poll(said).toMatch(/^Counted in all files/);
    await page.locator('.start-essay').click();
    await expect.poll(said).toBe('Counted in the two sentences: 14 tokens.');
    await inspector.close();
  });

  test('a seed that is cleared is none: the example goes on with the one before', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.start-essay').click();
    const seed = page.locator('.essay input[type="number"]');
    await expect.poll(() => seed.inputValue()).toBe('1');
    const asked = inspector.received.length;
    await seed.fill('');
    await seed.blur();
    await expect.poll(() => seed.inputValue()).toBe('1');
    expect(inspector.received.slice(asked).filter(({ type }) => type === 'essay')).toEqual([]);
    await seed.fill('12');
    await seed.blur();
    await expect.poll(() => inspector.received.at(-1)?.type).toBe('essay');
    await inspector.close();
  });
});
