import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds } from '../../extension/protocol/stages.ts';
import type { ModelState } from '../../extension/protocol/inspector.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture } from './pageChecks.ts';
import { sampleInspection, sampleModel } from './sampleEngine.ts';
import { openOnSample, openStage, settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

type Ready = Extract<ModelState, { state: 'ready' }>;

/** As the design was drawn. */
const drawn = { width: 900, height: 700 } as const;

describe.skipIf(whyNoBrowser !== null)('what all stages have in common, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function cool({ page }: OpenInspector, temperature: number): Promise<void> {
    await page.locator('header input[type="range"]').fill(String(temperature));
    await expect.poll(() => page.locator('header output').textContent()).toBe(temperature.toFixed(2));
  }

  test('model, temperature, seed, Step and Pencil are there in every stage, in one row of the drawn page', async () => {
    const inspector = await openOnSample(editor, drawn);
    const { page } = inspector;
    for (const stage of stageIds) {
      await openStage(inspector, stage);
      const header = page.locator('header');
      expect(await header.locator('.model').textContent(), stage).toBe(
        'your small model · step 900 · held-out 1.83',
      );
      expect(await header.getByRole('slider', { name: 'Temperature' }).isVisible(), stage).toBe(true);
      expect(await header.getByRole('spinbutton', { name: 'seed' }).inputValue(), stage).toBe('7');
      expect(await header.getByRole('button', { name: 'Step' }).isVisible(), stage).toBe(true);
      expect(await header.getByRole('button', { name: 'Pencil' }).isVisible(), stage).toBe(true);
      const { height } = (await header.boundingBox())!;
      expect(height, stage).toBeLessThanOrEqual(36);
    }
    await picture(inspector, 'header-900');
    await inspector.close();
  });

  test.each([
    ['trained', 'pencil', /^pencil model · step 900 · held-out 1\.83/],
    ['trained', 'base', /^your model, pre-trained · step 900 · held-out 1\.83/],
    // What has not learnt from this workspace has no score of it.
    ['base', 'base', /^base model · step 900$/],
    ['imported', 'base', /^imported model · step 900$/],
  ] as const)('a model that is %s (%s) is called so', async (origin, preset, says) => {
    const ready = sampleModel as Ready;
    const inspector = await openOnSample(editor, {
      model: { ...ready, origin, model: { ...ready.model, preset } },
    });
    expect(await inspector.page.locator('header .model').textContent()).toMatch(says);
    await inspector.close();
  });

  test('the essay’s example has its own step and loss there, and Step teaches it one', async () => {
    const inspector = await openOnSample(editor, drawn);
    const { page } = inspector;
    await page.locator('.start-essay').click();
    const model = page.locator('header .model');
    await expect
      .poll(() => model.textContent())
      .toMatch(/^the essay’s model · step 0 · mean loss \d\.\d{4}$/);
    await page.locator('header').getByRole('button', { name: 'Step' }).click();
    await expect.poll(() => model.textContent()).toMatch(/· step 1 ·/);
    expect((await page.locator('header').boundingBox())!.height).toBeLessThanOrEqual(36);
    await inspector.close();
  });

  test('Step shows what one step would change; Pencil opens the sheet of what is looked at, and closes it', async () => {
    const inspector = await openOnSample(editor, drawn);
    const { page } = inspector;
    await page.locator('header').getByRole('button', { name: 'Step' }).click();
    await settled(inspector, 'learning');
    const pencil = page.locator('header').getByRole('button', { name: 'Pencil' });
    await page.locator('.num[data-of="loss"]').click();
    await page.waitForSelector('[data-looking="loss"]');
    await pencil.click();
    await page.waitForSelector('.sheet [data-result="−ln p"]');
    expect(await pencil.getAttribute('aria-pressed')).toBe('true');
    await pencil.click();
    await expect.poll(() => page.locator('.sheet').count()).toBe(0);
    // Nothing was chosen: how likely the likeliest token is.
    await openStage(inspector, 'text');
    await pencil.click();
    await page.waitForSelector('.sheet [data-result="p"]');
    const machine = Number(await page.locator('[data-result="p"]').getAttribute('data-machine'));
    expect(machine).toBe(sampleInspection(null, 1).distribution.top[0]!.probability);
    await inspector.close();
  });

  test.each(['en', 'zh-cn'])('no column of Scores is left out or cut at 900 × 700; %s', async (language) => {
    const inspector = await openOnSample(editor, { ...drawn, language });
    for (const temperature of [1, 0.05, 0]) {
      await cool(inspector, temperature);
      const columns = await inspector.page.locator('.scores-frame:has(.scores)').evaluate((frame) => {
        const { left, right } = frame.getBoundingClientRect();
        return [...frame.querySelectorAll('tr')]
          .flatMap((row) => [...row.querySelectorAll('th, td')])
          .map((cell) => cell.getBoundingClientRect())
          .filter((cell) => cell.width < 8 || cell.left < left - 0.5 || cell.right > right + 0.5).length;
      });
      expect(columns, `T = ${temperature}`).toBe(0);
      expect(await inspector.page.locator('.scores thead th').count()).toBe(9);
    }
    await picture(inspector, `scores-900-${language}`);
    await inspector.close();
  });

  test.each([2, 0.7, 0.05])(
    'T = %d: the sheet of a probability has the temperature and the number of the table',
    async (T) => {
      const inspector = await openOnSample(editor, drawn);
      const { page } = inspector;
      await cool(inspector, T);
      const row = page.locator('.scores tr[data-row="token"]').nth(1);
      const probability = Number(await row.getAttribute('data-probability'));
      await row.locator('.num[data-of="probability"]').focus();
      await page.keyboard.press('p');
      await page.waitForSelector('.sheet [data-result="p"]');
      const machine = Number(await page.locator('[data-result="p"]').getAttribute('data-machine'));
      expect(Math.abs(machine - probability)).toBeLessThanOrEqual(1e-12);
      const given = page.locator('.sheet-lines tr', { has: page.locator('td:text-is("T")') });
      expect(Number(await given.locator('td').last().textContent())).toBe(T);
      // What is looked at goes with the slider.
      await cool(inspector, 1.5);
      await expect.poll(() => given.locator('td').last().textContent()).toBe('1.50');
      await cool(inspector, 0);
      await expect.poll(() => page.locator('.sheet').count()).toBe(0);
      await inspector.close();
    },
  );

  test('T = 0: the largest score is taken, as the sampler does; nothing is divided, and it says so', async () => {
    const inspector = await openOnSample(editor, drawn);
    const { page } = inspector;
    await cool(inspector, 0);
    const rows = await page.locator('.scores tbody tr').evaluateAll((rows) =>
      rows.map((row) => ({
        probability: row.querySelector('.probability')!.textContent,
        divided: row.querySelector('[data-label="÷ T"]')?.textContent,
        sheets: row.querySelectorAll('.num[data-of="probability"]').length,
      })),
    );
    expect(rows.map(({ probability }) => probability)).toEqual(['1.000000', ...Array(20).fill('0.000000')]);
    expect(rows.slice(0, 20).every(({ divided }) => divided === '–')).toBe(true);
    expect(rows.every(({ sheets }) => sheets === 0)).toBe(true);
    expect(await page.locator('.prediction').textContent()).toContain('T = 0: nothing is divided');
    const best = await page.locator('.scores tr[data-rank="1"]').getAttribute('data-token-id');
    await openStage(inspector, 'choice');
    expect(
      await page
        .locator('[data-interval]')
        .evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset['interval'])),
    ).toEqual([best]);
    await inspector.close();
  });

  test.each([2, 1, 0.7, 0.05])(
    'T = %d: the column of e^ adds up to its sum, and divided by it makes the probabilities',
    async (T) => {
      const inspector = await openOnSample(editor, drawn);
      if (T !== 1) await cool(inspector, T);
      const column = (of: string): Promise<string[]> =>
        inspector.page.locator(`.scores :is(tbody, tfoot) ${of}`).allTextContents();
      const powers = await column('[data-label="e^"]');
      const units = powers.map((shown) => Math.round(Number(shown) * 10_000));
      const sum = units.pop()!;
      expect(units).toHaveLength(21);
      expect(units.reduce((all, value) => all + value, 0)).toBe(sum);
      const shown = (await column('.probability')).slice(0, 20).map(Number);
      // Each of the 20 and the sum are rounded by half a unit at most; the sum, where the others leave less than that, by 10.
      shown.forEach((p, i) => expect(Math.abs(units[i]! / sum - p)).toBeLessThanOrEqual(10.5 / sum + 1e-6));
      await inspector.close();
    },
  );

  test.each(themes)('$id: the pieces of the ruler have edges where contrast is high', async (theme) => {
    const inspector = await openOnSample(editor, { ...drawn, theme });
    await openStage(inspector, 'choice');
    const edges = await inspector.page
      .locator('.ruler :is(.even, .odd)')
      .evaluateAll((pieces) => pieces.map((piece) => getComputedStyle(piece).borderInlineEndWidth));
    const isContrast = theme.id.startsWith('high-contrast');
    expect(new Set(edges)).toEqual(new Set([isContrast ? '1px' : '0px']));
    await inspector.close();
  });
});
