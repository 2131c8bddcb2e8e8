import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlongQuery } from '../../extension/completion/client.ts';
import type { PartsAlong } from '../../extension/protocol/parts.ts';
import { EditorStandIn, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleInspection, sampleModel } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { samplePlace } from './sampleText.ts';
import { themes } from './themes.ts';

describe.skipIf(whyNoBrowser !== null)('what is asked of a token in the editor, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  test('Pencil opens the sheet of the probability of the token that really follows', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.token').first().click();
    await settled(inspector, 'scores');
    inspector.conversation.wonder({ about: 'pencil' });
    const { actual } = sampleInspection(null, 20).distribution;
    const result = page.locator('.sheet [data-result]').last();
    await result.waitFor();
    const { machine, difference, bound } = await result.evaluate((row) => ({
      ...(row as HTMLElement).dataset,
    }));
    // Two JavaScript engines may differ in the last bit of an exponential.
    expect(Math.abs(Number(machine) - actual!.probability)).toBeLessThanOrEqual(1e-12);
    expect(Number(difference)).toBeLessThanOrEqual(Number(bound));
    expect(await page.locator('.sheet > p').first().textContent()).toContain('sum');
    expect(await seriousFindings(inspector)).toEqual([]);
    await inspector.close();
  });

  test('Why? asks of the token that really follows, though twenty others were likelier', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    const { top, actual } = sampleInspection(null, 20).distribution;
    expect(top.map(({ id }) => id)).not.toContain(actual!.id);
    inspector.conversation.wonder({ about: 'why', suggestion: null });
    await page.waitForSelector(`[data-why="${actual!.id}"]`);
    await settled(inspector, 'why');
    const select = page.locator('select[aria-label="Why"]');
    expect(await select.inputValue()).toBe(String(actual!.id));
    expect(await select.locator('option').count()).toBe(21);
    await select.selectOption(String(top[0]!.id));
    await page.waitForSelector(`[data-why="${top[0]!.id}"]`);
    await inspector.close();
  });

  test('of a suggestion each token has p, rank, bits and what else might have come, and its product is shown as completions made it', async () => {
    const asked: AlongQuery[] = [];
    const engine = sampleEngine();
    const along = async (query: AlongQuery, signal: AbortSignal): Promise<PartsAlong | null> => {
      asked.push(query);
      const { tokens } = (await engine.parts({ ...query, at: 0, tokens: [] }, signal))!;
      return { transformer: true, tokens: query.tokens.map((token, i) => ({ ...tokens[i % 2]!, ...token })) };
    };
    const inspector = await openOnSample(editor, { engine: { ...engine, along } });
    const { page } = inspector;
    const { tokens, cursor } = sampleInspection(null, 20);
    // Its first token stood before the cursor and was chosen again.
    const begun = tokens[cursor - 1]!;
    const suggested = [
      { id: begun.id, bytes: begun.bytes, logit: 1, probability: 0.9 },
      { ...tokens[3]!, logit: 1, probability: 0.5 },
      { ...tokens[4]!, logit: 1, probability: 0.8 },
    ];
    const typed = begun.bytes.length;
    const suggestion = { tokens: suggested, tokenizer: sampleModel.model.tokenizer, back: typed, typed };
    inspector.conversation.wonder({ about: 'why', suggestion });
    await page.waitForSelector(
      `.prediction[data-position="${cursor - 2}"] [data-branch="3"][data-done="true"]`,
    );
    await page.waitForSelector('[data-suggested] .decisions');
    expect(asked.at(-1)).toMatchObject({
      prefix: 'x',
      open: { suffix: 'y' },
      tokens: suggested.map(({ id, bytes }) => ({ id, bytes })),
    });
    const heard = await page.locator('.suggested [data-probability]').allTextContents();
    expect(heard).toEqual(['0.9000', '0.5000', '0.8000']);
    expect(await page.locator('.suggested tfoot').textContent()).toMatch(/0\.360$/);
    // Project, file and transformer of its first token, and of the second one's decisions when that is looked at.
    const [first] = await page.locator('.suggested tbody tr').allTextContents();
    expect(first).toMatch(/0\.9000.*0\.3100.*0\.2200.*0\.4000$/);
    expect(await page.locator('[data-suggested] .decisions tbody tr').count()).toBe(2);
    await page.locator('.branch-token').nth(1).click();
    await page.waitForSelector(`.suggested .chosen[data-suggested-token="${suggested[1]!.id}"]`);
    await picture(inspector, 'why-suggested');
    const shown = await page.locator('.branch-token').evaluateAll((all) =>
      all.slice(0, 3).map((token) => ({
        id: Number((token as HTMLElement).dataset['tokenId']),
        probability: Number((token as HTMLElement).dataset['probability']),
        text: token.textContent,
      })),
    );
    expect(shown.map(({ id }) => id)).toEqual(suggested.map(({ id }) => id));
    const { run } = sampleInspection(cursor - 2, 1);
    for (const [i, { probability, text }] of shown.entries()) {
      const before = suggested.slice(0, i).map(({ id }) => id);
      const question = {
        kind: 'next',
        position: cursor - 2,
        tokens: before,
        token: suggested[i]!.id,
      } as const;
      const told = await sampleEngine().ask({ run, question }, new AbortController().signal);
      if (told.kind !== 'next') throw new Error('another answer');
      expect(Math.abs(probability - told.answer.probability)).toBeLessThanOrEqual(1e-12);
      expect(text).toContain(`rank ${told.answer.rank.toLocaleString('en')}`);
      expect(text).toContain(`${(-Math.log2(told.answer.probability)).toFixed(1)} bits`);
    }
    expect(await page.locator('[data-alternative]').count()).toBe(5);
    expect(await page.locator('.branch-token.supposed').count()).toBe(0);
    expect(await seriousFindings(inspector)).toEqual([]);
    // Another token in one of its places is no suggestion any more.
    await page.locator('.branch-token').nth(1).click();
    await page.locator('[data-alternative] button').first().click();
    await page.waitForSelector('[data-branch="2"][data-done="true"]');
    expect(await page.locator('[data-suggested]').count()).toBe(0);
    await inspector.close();
  });

  test('of a suggestion that begins at no token of the text why is asked of what follows', async () => {
    const inspector = await openOnSample(editor);
    const { actual } = sampleInspection(null, 20).distribution;
    const tokens = [{ id: 5, bytes: 'x', logit: 1, probability: 0.5 }];
    const { tokenizer } = sampleModel.model;
    const suggestion = { tokens, tokenizer, back: 1_000, typed: 0 };
    inspector.conversation.wonder({ about: 'why', suggestion });
    await inspector.page.waitForSelector(`[data-why="${actual!.id}"] [data-branch="0"]`);
    await inspector.close();
  });

  test('a page that is still to be opened, and a model that is still to be loaded, are waited for', async () => {
    const inspector = await editor.open({
      theme: themes[0]!,
      model: { state: 'loading' },
      engine: sampleEngine(),
    });
    inspector.conversation.wonder({ about: 'pencil' });
    inspector.conversation.follow({ place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' });
    inspector.conversation.wonder({ about: 'pencil' });
    await inspector.page.waitForSelector('.notice');
    inspector.conversation.modelChanged(sampleModel);
    await inspector.page.waitForSelector('.sheet [data-result]');
    await inspector.close();
  });

  test('from the essay it leads back to the code', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.start-essay').click();
    await page.waitForSelector('.essay');
    inspector.conversation.wonder({ about: 'pencil' });
    await page.waitForSelector('.sheet [data-result]');
    expect(await page.locator('.essay').count()).toBe(0);
    await inspector.close();
  });

  test('a suggestion that the model itself would not begin so: no number of another kind stands with its own, and its word is looked for', async () => {
    const looked: string[] = [];
    const engine = sampleEngine({
      precedent: async (_, __, coming) => {
        looked.push(coming);
        return { word: 'tok', isKnown: false, tokens: 0 };
      },
    });
    const inspector = await openOnSample(editor, { engine });
    const { page } = inspector;
    const { top, actual, others } = sampleInspection(null, 20).distribution;
    const listed = new Set([...top, actual!].map(({ id }) => id));
    const id = Array.from({ length: others.count }, (_, i) => i + 900).find((id) => !listed.has(id))!;
    const tokens = [{ id, bytes: ` tok${id}`, logit: 0, probability: 0.8123 }];
    const { tokenizer } = sampleModel.model;
    inspector.conversation.wonder({
      about: 'why',
      suggestion: { tokens, tokenizer, back: 0, typed: 0 },
    });
    await page.waitForSelector(`[data-why="${id}"] .unsure`);
    expect(looked).toHaveLength(1);
    expect(looked[0]!.startsWith(` tok${id}`)).toBe(true);
    const options = await page.locator('select[aria-label="Why"] option').allTextContents();
    expect(options).toHaveLength(22);
    expect(options.filter((option) => /\d\.\d{3}$/.test(option))).toHaveLength(21);
    expect(options.at(-1)).not.toContain('0.8');
    await inspector.close();
  });
});
