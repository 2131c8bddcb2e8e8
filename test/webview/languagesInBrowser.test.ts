import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds } from '../../extension/protocol/stages.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture } from './pageChecks.ts';
import { openOnSample, openStage, unfold } from './sampleInspector.ts';
import { sampleTokens } from './sampleText.ts';
import { heldOut, progress, reading, yardsticks } from './trainingEvents.ts';

/** The rows of the chain of ideas, from the corpus to the application, by their names in both languages. */
const chain: readonly (readonly [english: string, chinese: string])[] = [
  ['corpus, tokenization, byte pair', '语料库，标记化，字节对'],
  ['vocabulary, token ID', '词汇表，ID'],
  ['input sequence', '输入序列'],
  ['embedding, embedding dimension, random values from a seed', '嵌入，嵌入维度，种子，随机值'],
  ['vector, dot product', '向量，点积'],
  [
    'matrix multiplication, linear transformation, non-linear transformation',
    '矩阵乘法，线性变换，非线性变换',
  ],
  ['weights, query, key, value, Q, K, V', '权重，查询，键，值，Q，K，V'],
  [
    'attention score, attention matrix, softmax, normalised attention matrix',
    '注意分数，注意力矩阵，softmax，归一化的注意力矩阵',
  ],
  ['weighted sum of values, context matrix', '值的加权和，上下文矩阵'],
  [
    'feed-forward network, hidden dimension = 4 × embedding dimension, ReLU, bottleneck',
    '前馈网络，隐藏维度 = 4 × 嵌入维度，ReLU，瓶颈',
  ],
  ['final linear layer, logits, probability distribution', '最后的线性层，对数几率，概率分布'],
  ['cross-entropy loss, entropy', '交叉熵损失，熵'],
  [
    'gradient, learning rate, gradient descent, backpropagation, training step, epoch',
    '梯度，学习率，梯度下降，反向传播，训练步，时代',
  ],
  ['next-token prediction, autocomplete, seed for sampling', '预测下一个标记，自动完成，抽样的种子'],
  ['hallucination', '幻觉'],
  ['pre-training, fine-tuning', '预训练，微调'],
  ['function calling', '功能调用'],
  ['prompt, message, AI application', '提示，消息，AI 应用'],
];

/**
 * What is Latin in every language: a key, names of the program and of methods and formulas, files, settings, functions of the kernels and of the
 * language server, and the essay's sentence.
 */
const alike = new Set(
  (
    'Nihilo ID ReLU AdamW Muon softmax CSV AI Top logit lens float32 nihilo functionCalling ' +
    'Enter ln log max cos exp kB shop basket cart part ts members items total call result end ' +
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
    await openStage(inspector, stage);
    await unfold(inspector);
  }

  test.each([
    ['en', 0],
    ['zh-cn', 1],
  ] as const)('%s: each name of the chain of ideas stands in a stage', async (language, column) => {
    const inspector = await openOnSample(editor, { language });
    const page: string[] = [];
    for (const stage of stageIds) {
      await open(inspector, stage);
      const terms = await inspector.page.locator('.details .terms li').allTextContents();
      expect(terms.length, stage).toBeGreaterThan(0);
      // Plain words first, the name second.
      for (const line of terms) expect(line, stage).toMatch(/^.{3,}[:：].+[.。]$/);
      page.push(...terms);
    }
    const said = page.join('\n');
    for (const row of chain) {
      for (const name of row[column].split(/[,，] ?/)) expect(said, row[0]).toContain(name);
    }
    await inspector.close();
  });

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
      await picture(inspector, `zh-cn-${stage}`);
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
