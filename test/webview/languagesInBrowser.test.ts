import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds } from '../../extension/protocol/stages.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { sampleTokens } from './sampleText.ts';
import { heldOut, progress, reading, yardsticks } from './trainingEvents.ts';

/**
 * What is Latin in every language: names of the program and of methods and formulas, files, settings, functions of the kernels and of the
 * language server, and the essay's sentence.
 */
const alike = new Set(
  (
    'Nihilo ID ReLU AdamW Muon softmax CSV AI Top logit lens float32 nihilo functionCalling ' +
    'ln log max cos exp kB shop basket cart part ts members items total call result end ' +
    // tensors and kernels
    'embed_tokens ids input_layernorm post_attention_layernorm norm self_attn q_proj k_proj v_proj o_proj mlp up_proj ' +
    'down_proj embeddingForward rmsnormForward matmul'
  ).split(' '),
);

describe.skipIf(whyNoBrowser !== null)('the Inspector’s languages in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function open(inspector: OpenInspector, stage: string): Promise<void> {
    await inspector.page.locator(`.rail-entry[data-stage="${stage}"]`).click();
    await settled(inspector, stage);
    await inspector.page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
    });
  }

  test('in Chinese nothing but code, units, symbols and names has Latin letters, nor has what is copied and saved', async () => {
    const inspector = await openOnSample(editor, { language: 'zh-cn' });
    const { page } = inspector;
    for (const event of [reading, yardsticks, progress(1, 7.5), heldOut(1, 7.75, true)]) {
      inspector.history.record(event);
    }
    inspector.conversation.trainingChanged();
    await page.waitForSelector('.training .held-out');
    const found = new Map<string, string>();
    const look = async (where: string): Promise<void> => {
      for (const text of await wordsOnPage(inspector)) {
        for (const word of foreign(text)) found.set(word, `${where}: ${text.slice(0, 120)}`);
      }
    };
    for (const stage of stageIds) {
      await open(inspector, stage);
      await look(stage);
    }
    await open(inspector, 'scores');
    await page.locator('.prediction .num[data-of="probability"]').first().click();
    await page.waitForSelector('[data-looking="probability"]');
    await page.locator('.details .controls button').nth(1).click();
    await page.locator('.details .controls button').first().click();
    await page.waitForSelector('.sheet .results [data-result]');
    await look('sheet');
    const buttons = page.locator('.sheet .controls button');
    for (const i of [1, 2, 3]) await buttons.nth(i).click();
    await page.locator('.training button', { hasText: 'CSV' }).click();
    await expect
      .poll(() => inspector.received.filter(({ type }) => type === 'copy' || type === 'keep').length)
      .toBe(5);
    for (const request of inspector.received) {
      const text = request.type === 'copy' ? request.text : request.type === 'keep' ? request.content : '';
      // Of the printed page, what is read.
      const read = text.replace(/<style>[^]*?<\/style>/, '').replaceAll(/<[^>]*>/g, ' ');
      for (const word of foreign(read)) found.set(word, `${request.type}: ${read.slice(0, 120)}`);
    }
    expect([...found]).toEqual([]);
    await inspector.close();
  });

  /** Everything that is read or heard, but for tokens as they are. */
  function wordsOnPage({ page }: OpenInspector): Promise<string[]> {
    return page.evaluate(() => {
      const texts: string[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        if (node.parentElement!.closest('.token-text, script, style') === null) texts.push(node.textContent!);
      }
      for (const element of document.querySelectorAll('*')) {
        for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'aria-valuetext']) {
          texts.push(element.getAttribute(name) ?? '');
        }
      }
      return texts;
    });
  }

  const code = new Set(sampleTokens.tokens.flatMap(({ bytes }) => bytes.match(/[a-z]+/gi) ?? []));

  /** Words of Latin letters that nothing accounts for; single letters are symbols, and U+202E and hexadecimal bytes are no words. */
  function foreign(text: string): string[] {
    const plain = text.replaceAll(/U\+[0-9A-F]+|\b[0-9A-F]{2}\b|\d+(\.\d+)?e[-−+]?\d+/g, ' ');
    const words = plain.match(/[A-Za-z]\w+/g) ?? [];
    return words.filter((word) => !alike.has(word) && !code.has(word) && !/^tok\d+$/.test(word));
  }
});
