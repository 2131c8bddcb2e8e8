import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds, type StageAnswers } from '../../extension/protocol/stages.ts';
import { chinese } from '../../extension/webview/phrases/chinese.ts';
import { english } from '../../extension/webview/phrases/english.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { sampleEngine, sampleInspection } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';

const { position, run, tokens, distribution } = sampleInspection(null, 20);
const never = new AbortController().signal;

describe.skipIf(whyNoBrowser !== null)('what to look for, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function foundIn(inspector: OpenInspector, stage: string): Promise<string> {
    await inspector.page.locator(`.rail-entry[data-stage="${stage}"]`).click();
    await settled(inspector, stage);
    const found = inspector.page.locator(`.details [data-found="${stage}"]:not(.old)`);
    await found.waitFor();
    // Of a token's marks only the text counts here.
    return (await found.textContent())!.replaceAll(/[\u2068\u2069]/g, '');
  }

  test.each(['en', 'zh-cn'])('every stage says it with numbers of the chosen token; %s', async (language) => {
    const inspector = await openOnSample(editor, { language });
    const said = new Map<string, string>();
    for (const stage of stageIds) said.set(stage, await foundIn(inspector, stage));
    expect(new Set(said.values()).size).toBe(stageIds.length);
    for (const [stage, sentence] of said) expect(sentence, stage).toMatch(/\d/);
    // Another token, other numbers.
    await inspector.page.locator('.token[data-position="5"]').click();
    await inspector.page.waitForSelector('.prediction[data-position="5"][aria-busy="false"]');
    for (const stage of ['tokens', 'attention', 'mix', 'neurons', 'scores', 'learning', 'why'])
      expect(await foundIn(inspector, stage), stage).not.toBe(said.get(stage));
    await inspector.close();
  });

  test('the numbers are the engine’s', async () => {
    const inspector = await openOnSample(editor);
    const engine = sampleEngine();
    const ask = async <Kind extends 'attention' | 'neurons' | 'learning'>(kind: Kind) => {
      const place = { layer: 0, head: 0, position, other: null, silenced: null, rate: 0.002 };
      const question = { kind, ...place, weight: { matrix: 'up', layer: 0, row: 0, col: 0 } };
      const { answer } = await engine.ask({ run, question: question as never }, never);
      return answer as StageAnswers[Kind];
    };
    const { weights } = await ask('attention');
    const most = weights.indexOf(Math.max(...weights));
    expect(await foundIn(inspector, 'attention')).toContain(
      `looks most at “${tokens[most]!.bytes}”: ${weights[most]!.toFixed(4)}. The first token has ${weights[0]!.toFixed(4)}`,
    );
    const { after, firing } = await ask('neurons');
    const strongest = after.indexOf(Math.max(...after));
    expect(await foundIn(inspector, 'neurons')).toBe(
      `${firing} of ${after.length} neurons fire; neuron ${strongest + 1} says most: ${after[strongest]!.toFixed(4)}.`,
    );
    const { actual } = await ask('learning');
    expect(await foundIn(inspector, 'learning')).toContain(
      `loss ${(-Math.log(actual!.probability)).toFixed(4)}`,
    );
    expect(await foundIn(inspector, 'scores')).toContain(
      `has ${distribution.top[0]!.probability.toFixed(4)}`,
    );
    await inspector.close();
  });

  test('what does not follow the temperature says at which it is, in the stage, beside it and in the rail', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    const live = page.locator('.rail-entry[data-stage="scores"] .rail-live');
    const all = async (): Promise<string[]> => [
      ...(await page.locator('.summary p').allTextContents()),
      await foundIn(inspector, 'scores'),
      (await live.textContent())!,
    ];
    for (const sentence of await all()) expect(sentence).not.toContain('T = 1');
    await page.getByLabel('Temperature').fill('0.5');
    for (const sentence of await all()) expect(sentence).toMatch(/\(T = 1\)$/);
    expect(await live.evaluate((words) => words.scrollWidth - words.clientWidth)).toBe(0);
    await inspector.close();
  });
});

test('there is a sentence for each stage in each language', () => {
  for (const stage of stageIds) {
    expect(english.found).toHaveProperty(stage);
    expect(chinese.found).toHaveProperty(stage);
  }
});
