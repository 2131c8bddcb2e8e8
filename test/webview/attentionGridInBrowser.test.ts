import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import { attentionRow } from '../../extension/inspection/subject.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, tinyConfig } from '../engine/tinyModel.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

describe.skipIf(whyNoBrowser !== null)('attention in numbers, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openEssay(theme = themes[0]!, width = 1000): Promise<OpenInspector> {
    const inspector = await editor.open({
      theme,
      model: { state: 'missing' },
      engine: sampleEngine(),
      width,
      height: 900,
    });
    const { page } = inspector;
    await page.locator('.start-essay').click();
    await settled(inspector, 'scores');
    if (width > 420) await page.locator('.rail-entry[data-stage="attention"]').click();
    else await page.locator('.rail-select select').selectOption('attention');
    await settled(inspector, 'attention');
    return inspector;
  }

  test('of the essay every step of every pair is there: each follows from the one before, shares ahead are exactly 0, rows add up to 1', async () => {
    const inspector = await openEssay();
    const { page } = inspector;
    const cells = async (step: string): Promise<number[][]> => {
      await page.getByRole('button', { name: step }).click();
      return page
        .locator('.grid tbody tr')
        .evaluateAll((rows) =>
          rows.map((row) =>
            [...row.querySelectorAll('td')].map((cell) => Number((cell as HTMLElement).dataset['cell'])),
          ),
        );
    };
    const [product, scaled, masked, power, share] = [
      await cells('query · key'),
      await cells('divided by √d'),
      await cells('masked'),
      await cells('e^'),
      await cells('divided by the row’s sum'),
    ];
    expect(share).toHaveLength(14);
    share.forEach((row, i) => {
      expect(row).toHaveLength(14);
      const most = Math.max(...scaled[i]!.slice(0, i + 1));
      const sum = power[i]!.reduce((total, value) => total + value, 0);
      row.forEach((value, j) => {
        // Two numbers a head.
        expect(scaled[i]![j]).toBeCloseTo(product[i]![j]! / Math.sqrt(4), 12);
        expect(masked[i]![j]).toBe(j <= i ? scaled[i]![j] : -Infinity);
        // Two JavaScript engines may differ in the last bit of an exponential.
        expect(power[i]![j]).toBeCloseTo(j <= i ? Math.exp(scaled[i]![j]! - most) : 0, 14);
        expect(value).toBe(power[i]![j]! / sum);
        if (j > i) expect(value).toBe(0);
      });
      expect(Math.abs(row.reduce((total, value) => total + value, 0) - 1)).toBeLessThanOrEqual(1e-12);
    });
    await page.locator('.grid .num').nth(4).focus();
    await page.keyboard.press('p');
    await page.waitForSelector('.sheet .results [data-result]');
    await inspector.close();
  });

  test('a long text has its picture and one row, no grid', async () => {
    const inspector = await openOnSample(editor);
    await inspector.page.locator('.rail-entry[data-stage="attention"]').click();
    await settled(inspector, 'attention');
    expect(await inspector.page.locator('.grid').count()).toBe(0);
    await inspector.close();
  });

  test.each(themes.flatMap((theme) => [1000, 240].map((width) => [theme.id, width, theme] as const)))(
    '%s, %i pixels wide: nothing serious for axe-core',
    async (id, width, theme) => {
      const inspector = await openEssay(theme, width);
      await picture(inspector, `grid-${id}-${width}`, '.prediction');
      expect(await seriousFindings(inspector)).toEqual([]);
      await inspector.close();
    },
  );
});

test('the numbers of the grid are those of each row, which the shares are made of', () => {
  const model = new RecordedModel(compiled('baseline'), tinyConfig, randomTensors(tinyConfig, 4));
  const ids = [5, 9, 1, 44, 3, 17];
  const run = { subject: { model, bytesOf: String }, ids };
  const asked = answerStage(run, { kind: 'attention', layer: 1, head: 1, position: 4, other: null });
  if (asked.kind !== 'attention') throw new Error('another answer');
  for (let row = 0; row < ids.length; row++) {
    const { scores } = attentionRow(model, 1, 1, row);
    scores.forEach((score, other) => expect(asked.answer.grid![row * ids.length + other]).toBe(score));
  }
});
