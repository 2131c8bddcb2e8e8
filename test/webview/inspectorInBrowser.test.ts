import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { ModelState } from '../../extension/protocol/inspector.ts';
import type { StageAnswer } from '../../extension/protocol/stages.ts';
import { EditorStandIn, type OpenInspector, type OpenOptions, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleInspection, sampleModel } from './sampleEngine.ts';
import { samplePlace } from './sampleText.ts';
import { themes } from './themes.ts';
import { heldOut, progress, reading } from './trainingEvents.ts';

if (whyNoBrowser !== null) console.log(`The Inspector's page is not tried in a browser: ${whyNoBrowser}`);

const dark = themes.find((theme) => theme.id === 'dark-modern')!;
const curveSteps = 120;

describe.skipIf(whyNoBrowser !== null)('the Inspector in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function open(options: Partial<OpenOptions> = {}): Promise<OpenInspector> {
    return editor.open({ theme: dark, model: sampleModel, engine: sampleEngine(), ...options });
  }

  async function openOnSample(options: Partial<OpenOptions> = {}): Promise<OpenInspector> {
    const inspector = await open(options);
    inspector.conversation.follow({ place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' });
    await inspector.page.waitForSelector('.scores');
    return inspector;
  }

  function train(inspector: OpenInspector): void {
    inspector.history.record(reading);
    inspector.history.record({ type: 'stage', stage: 'training', detail: '' });
    for (let step = 1; step <= curveSteps; step += 1) {
      const loss = 1.9 + 6 * Math.exp(-step / 25);
      inspector.history.record(progress(step, loss + 0.2 * Math.sin(step * 1.7)));
      if (step % 20 === 0) inspector.history.record(heldOut(step, loss + 0.15, true));
    }
    inspector.conversation.trainingChanged();
  }

  test.each(themes)(
    '$id: tokens, scores and curves, no policy violation, no request elsewhere, nothing serious for axe-core',
    async (theme) => {
      const inspector = await openOnSample({ theme });
      train(inspector);
      await inspector.page.waitForSelector('.chart canvas');
      await inspector.page.locator('.training details summary').click();
      await picture(inspector, theme.id);
      expect(await inspector.violations()).toEqual([]);
      expect(inspector.pageErrors).toEqual([]);
      const { origin } = new URL(inspector.page.url());
      expect(inspector.requested.filter((url) => !url.startsWith(`${origin}/`))).toEqual([]);
      expect(await seriousFindings(inspector)).toEqual([]);
      await inspector.close();
    },
  );

  test('the counter of policy violations counts: an inline style and a script without the nonce are two', async () => {
    const inspector = await openOnSample();
    await inspector.page.evaluate(() => {
      document.body.setAttribute('style', 'color: red');
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'void 0' }));
    });
    await expect.poll(async () => (await inspector.violations()).length).toBe(2);
    await inspector.close();
  });

  test('the column as shown adds up to exactly 1, and the exact values are the engine’s', async () => {
    const inspector = await openOnSample();
    const rows = await inspector.page.locator('.scores tbody tr').evaluateAll((rows) =>
      rows.map((row) => ({
        shown: row.querySelector('.probability')!.textContent!.trim(),
        data: { ...(row as HTMLElement).dataset },
      })),
    );
    const { distribution } = sampleInspection(null, 20);
    expect(rows).toHaveLength(21);
    const units = rows.map((row) => BigInt(row.shown.replace('.', '')));
    expect(units.reduce((sum, value) => sum + value, 0n)).toBe(10n ** 6n);
    expect(await inspector.page.locator('.scores tfoot .total').textContent()).toBe('1.000000');
    // Two JavaScript engines may differ in the last bit of an exponential.
    [...distribution.top, distribution.others].forEach(({ probability }, i) => {
      expect(Math.abs(Number(rows[i]!.data['probability']) - probability)).toBeLessThanOrEqual(1e-12);
    });
    expect(rows.slice(0, 20).map((row) => Number(row.data['tokenId']))).toEqual(
      distribution.top.map((token) => token.id),
    );
    expect(Number(rows[20]!.data['count'])).toBe(distribution.others.count);
    await inspector.close();
  });

  test('tokens show IDs, invisible characters and half characters; markup in them stays text', async () => {
    const inspector = await openOnSample();
    const { page } = inspector;
    const tokens = await page
      .locator('.strip .token')
      .evaluateAll((tokens) => tokens.map((token) => token.textContent));
    const { tokens: expected } = sampleInspection(null, 20);
    expect(tokens).toHaveLength(expected.length);
    tokens.forEach((text, i) => expect(text.endsWith(String(expected[i]!.id))).toBe(true));
    const all = tokens.join(' ');
    for (const shown of ['·items', '→', '⟨CR⟩⏎', '⟨E5 92⟩', '⟨8C⟩', '求', '·⟨U+202E⟩', '<img·src=x']) {
      expect(all).toContain(shown);
    }
    expect(await page.locator('img').count()).toBe(0);
    await inspector.close();
  });

  test('the token strip is one tab stop; arrow keys move the choice and the scores follow', async () => {
    const inspector = await openOnSample();
    const { page } = inspector;
    expect(await page.locator('.token[tabindex="0"]').count()).toBe(1);
    const { cursor } = sampleInspection(null, 20);
    await page.locator('.token[tabindex="0"]').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.waitForSelector(`.prediction[data-position="${cursor - 3}"][aria-busy="false"]`);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-position'))).toBe(
      String(cursor - 3),
    );
    const first = sampleInspection(cursor - 3, 20).distribution.top[0]!;
    expect(await page.locator('.scores tbody tr').first().getAttribute('data-token-id')).toBe(
      String(first.id),
    );
    await page.keyboard.press('ArrowUp');
    const isAbove = (): Promise<boolean> =>
      page.evaluate((below) => {
        const topOf = (element: Element): number => element.getBoundingClientRect().top;
        const focused = document.activeElement!;
        const left = document.querySelector(`.token[data-position="${below}"]`)!;
        return focused.matches('.token') && topOf(focused) < topOf(left);
      }, cursor - 3);
    await expect.poll(isAbove).toBe(true);
    await page.keyboard.press('Home');
    await page.waitForSelector('.prediction[data-position="0"][aria-busy="false"]');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('.strip'))).toBeNull();
    await page.keyboard.press('Escape');
    await expect.poll(() => inspector.received.at(-1)?.type).toBe('leave');
    await inspector.close();
  });

  test.each([0.1, 0.7, 1, 2])(
    'T = %d: the rows and “others” total 1, and each is a float64 softmax of the engine’s logits',
    async (temperature) => {
      const inspector = await openOnSample();
      await slide(inspector, 'temperature', temperature);
      const rows = await inspector.page.locator('.scores tbody tr').evaluateAll((rows) =>
        rows.map((row) => ({
          id: Number((row as HTMLElement).dataset['tokenId']),
          probability: Number((row as HTMLElement).dataset['probability']),
          shown: row.querySelector('.probability')!.textContent!.trim(),
        })),
      );
      const { position, run } = sampleInspection(null, 1);
      const asked = { run, question: { kind: 'scores', position } } as const;
      const told = (await sampleEngine().ask(asked, new AbortController().signal)) as StageAnswer<'scores'>;
      const logits = Float64Array.from(new Float32Array(told.answer.logits), (logit) => logit / temperature);
      const most = Math.max(...logits);
      const all = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
      expect(rows).toHaveLength(21);
      const total = rows.reduce((sum, { probability }) => sum + probability, 0);
      expect(Math.abs(total - 1)).toBeLessThanOrEqual(1e-6);
      for (const { id, probability, shown } of rows.slice(0, 20)) {
        expect(Math.abs(probability - Math.exp(logits[id]! - most) / all)).toBeLessThanOrEqual(1e-6);
        expect(Math.abs(Number(shown) - probability)).toBeLessThanOrEqual(1e-6);
      }
      await inspector.close();
    },
  );

  async function slide({ page }: OpenInspector, field: 'temperature' | 'topP', value: number): Promise<void> {
    const frame = page.locator(field === 'temperature' ? 'header' : '.prediction');
    await frame.locator('input[type="range"]').fill(String(value));
    await expect.poll(() => frame.locator('output').textContent()).toBe(value.toFixed(2));
  }

  test('hidden and shown, loaded anew and in another window: stage, token, layer, head, temperature, filters and seed are the same', async () => {
    const first = await openOnSample();
    await first.page.locator('.token[data-position="12"]').click();
    await slide(first, 'temperature', 0.7);
    await slide(first, 'topP', 0.9);
    await first.page.getByLabel('Top-k').fill('10');
    await first.page.getByLabel('Seed').fill('99');
    await first.page.getByLabel('Seed').blur();
    await first.page.locator('.rail-entry[data-stage="attention"]').click();
    await first.page.locator('.head[aria-label="layer 2, head 3"]').click();
    const kept = await first.page.evaluate(() => sessionStorage.getItem('state')!);
    expect(JSON.parse(kept)).toMatchObject({
      stage: 'attention',
      layer: 1,
      head: 2,
      temperature: 0.7,
      topK: 10,
    });
    const isAsBefore = async ({ page }: OpenInspector): Promise<void> => {
      await page.waitForSelector(
        '.prediction[data-stage="attention"][data-position="12"][aria-busy="false"] .head.chosen[aria-label="layer 2, head 3"]',
      );
      await page.locator('.rail-entry[data-stage="choice"]').click();
      await page.waitForSelector('.prediction[data-stage="choice"][data-position="12"][aria-busy="false"]');
      expect(await page.locator('header output').textContent()).toBe('0.70');
      expect(await page.locator('.prediction output').textContent()).toBe('0.90');
      expect(await page.getByLabel('Top-k').inputValue()).toBe('10');
      expect(await page.getByLabel('Seed').inputValue()).toBe('99');
      await page.locator('.rail-entry[data-stage="attention"]').click();
    };
    await isAsBefore(first);
    await first.reload();
    await isAsBefore(first);
    await first.close();
    const text = { place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' };
    const initScript = `sessionStorage.setItem('state', ${JSON.stringify(kept)});`;
    const other = await open({ text, initScript });
    await isAsBefore(other);
    await other.close();
  });

  test('a click chooses; the choice and the pin are found again after a reload, and no text is kept', async () => {
    const inspector = await openOnSample();
    const { page } = inspector;
    await page.locator('.token[data-position="3"]').click();
    await page.waitForSelector('.prediction[data-position="3"][aria-busy="false"]');
    await page.locator('.toggle').click();
    await page.waitForSelector('.toggle[aria-pressed="true"]');
    expect(await page.evaluate(() => Object.values(sessionStorage).join(''))).not.toMatch(/function|items/);
    await inspector.reload();
    await page.waitForSelector('.prediction[data-position="3"][aria-busy="false"]');
    await page.waitForSelector('.toggle[aria-pressed="true"]');
    await inspector.close();
  });

  test('what is shown of the stages, the axes of the curves and the sheet that is open are found again; what is kept is less than 4 kB', async () => {
    const inspector = await openOnSample();
    const { page } = inspector;
    const open = async (stage: string): Promise<void> => {
      await page.locator(`.rail-entry[data-stage="${stage}"]`).click();
      await page.waitForSelector(`.prediction[data-stage="${stage}"][aria-busy="false"]`);
    };
    const again = async (): Promise<void> => {
      const kept = await page.evaluate(() => Object.values(sessionStorage).join(''));
      expect(kept.length).toBeLessThan(4_000);
      expect(kept).not.toMatch(/function|items|img/);
      await inspector.reload();
      await page.waitForSelector('.prediction[aria-busy="false"]');
    };
    train(inspector);
    await page.waitForSelector('.chart canvas');
    await page.getByRole('combobox', { name: 'Over' }).selectOption('epoch');
    await page.getByLabel('logarithmic upwards').check();
    await open('attention');
    await page.locator('.prediction input[type="checkbox"]').check();
    await open('vectors');
    await page.getByRole('button', { name: /Map of/ }).click();
    await page.waitForSelector('.vector-map svg');
    await page.locator('.flow summary').click();
    await open('neurons');
    await page.locator('[data-neuron] button.plain').nth(4).click();
    const neuron = await page.locator('tr.chosen[data-neuron]').getAttribute('data-neuron');
    await again();
    expect(await page.locator('tr.chosen[data-neuron]').getAttribute('data-neuron')).toBe(neuron);
    expect(await page.getByRole('combobox', { name: 'Over' }).inputValue()).toBe('epoch');
    expect(await page.getByLabel('logarithmic upwards').isChecked()).toBe(true);
    expect(await page.getByLabel('logarithmic across').isChecked()).toBe(false);
    expect(await page.locator('.flow').getAttribute('open')).toBeNull();
    await open('attention');
    expect(await page.locator('.prediction input[type="checkbox"]').isChecked()).toBe(true);
    await open('vectors');
    await page.waitForSelector('.vector-map svg');
    await open('scores');
    await page.locator('.num[data-of="logit"]').nth(2).dblclick();
    await page.waitForSelector('.sheet [data-result]');
    const sheet = await page.locator('.sheet').textContent();
    await again();
    await page.waitForSelector('.sheet [data-result]');
    expect(await page.locator('.sheet').textContent()).toBe(sheet);
    await inspector.close();
  });

  test.each([
    { name: '240 px wide', width: 240, zoom: 1 },
    { name: '200 % zoom of 480 px', width: 480, zoom: 2 },
    { name: 'full width', width: 1900, zoom: 1 },
  ])('$name: nothing is cut off sideways', async ({ width, zoom, name }) => {
    const inspector = await openOnSample({ width, zoom });
    train(inspector);
    await inspector.page.waitForSelector('.chart canvas');
    await picture(inspector, name.replaceAll(' ', '-'));
    const cut = await inspector.page.evaluate(() => {
      const { clientWidth } = document.documentElement;
      return [...document.querySelectorAll('main *:not(.spoken-only)')]
        .filter((element) => element.parentElement?.closest('[role="region"][tabindex="0"]') === null)
        .filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5)
        .map((element) => `${element.tagName}.${element.className}`);
    });
    expect(cut).toEqual([]);
    expect(await seriousFindings(inspector)).toEqual([]);
    await inspector.close();
  });

  const states: readonly { readonly name: string; readonly model: ModelState; readonly says: RegExp }[] = [
    { name: 'no model', model: { state: 'missing' }, says: /no model of this workspace yet/ },
    { name: 'loading', model: { state: 'loading' }, says: /Loading the model/ },
    {
      name: 'torn checkpoint',
      model: {
        state: 'failed',
        error: toPlainError(new NihiloError('checkpointTorn', say`The model file is torn; train again.`)),
      },
      says: /The model file is torn/,
    },
  ];
  test.each(states)(
    '$name: one sentence says so, and what to do is a button away',
    async ({ name, model, says }) => {
      const inspector = await open({ model });
      await inspector.page.waitForSelector('.notice');
      await expect.poll(() => inspector.page.locator('.notice').textContent()).toMatch(says);
      await picture(inspector, name.replaceAll(' ', '-'));
      expect(await seriousFindings(inspector)).toEqual([]);
      if (model.state !== 'loading') {
        await inspector.page.locator('.notice button').first().click();
        await expect.poll(() => inspector.received.at(-1)).toEqual({ type: 'train' });
      }
      await inspector.close();
    },
  );

  test('a question that fails is answered by its one sentence, not by old numbers', async () => {
    const inspector = await openOnSample({
      engine: sampleEngine({
        inspect: async ({ position, topK }) => {
          if (position === 2)
            throw new Error('The worker has stopped; it starts again with the next question.');
          return sampleInspection(position, topK);
        },
      }),
    });
    await inspector.page.locator('.token[data-position="2"]').click();
    await expect
      .poll(() => inspector.page.locator('.error').textContent())
      .toContain('The worker has stopped');
    expect(await inspector.page.locator('.scores').count()).toBe(0);
    await inspector.close();
  });

  test('while an answer is awaited the old numbers are covered', async () => {
    const inspector = await openOnSample({
      engine: sampleEngine({
        inspect: async ({ position, topK }) =>
          position === 2 ? new Promise(() => {}) : sampleInspection(position, topK),
      }),
    });
    await inspector.page.locator('.token[data-position="2"]').click();
    await expect
      .poll(() => inspector.page.locator('.scores').evaluate((table) => getComputedStyle(table).visibility))
      .toBe('hidden');
    await inspector.close();
  });
});
