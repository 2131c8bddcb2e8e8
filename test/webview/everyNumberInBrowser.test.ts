import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds } from '../../extension/protocol/stages.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { openOnSample, openStage, unfold } from './sampleInspector.ts';

/** Numbers without a sheet of their own: where they stand, and why. */
const allowed: readonly (readonly [where: string, why: string])[] = [
  ['.found', 'says again what stands in the stage'],
  ['[data-stage="text"] p', 'a quotient of the two counts beside it'],
  ['[data-stage="attention"] label', 'the first share of the row, which has its sheet in the table'],
  ['.summary p:has([data-of="entropy"])', '2 to the power of the entropy beside it'],
  [
    '.scores :is(.others, tfoot) [data-label="e^"]',
    'the column adds up to it; every probability’s sheet has the sum',
  ],
  ['[data-stage="scores"] details ol', 'of a layer that was not made to be read; the table has the last one'],
  ['.parts td', 'of the mixture: pushes add up to a number with a sheet, factors to the product below them'],
  ['[data-stage="choice"] p', 'what the generator makes of the seed'],
  ['.messages dd, .message-tokens', 'of a message that is over: no run of it is kept'],
  ['.equation', 'an operand of the number in the same line, and on its sheet'],
  ['.trained-step td', 'operands of the new weight, all of them on its sheet'],
  ['[data-mean-before], [data-trained-mean]', 'of the whole text, before and after all weights are others'],
  ['.branch-tokens, [data-product]', 'of runs with supposed tokens; factors and product stand together'],
  ['[data-strongest]', 'says again what stands in the list of lines'],
  ['[data-logit-part]', 'a part of the score, whose sheet has all of it; they add up to it'],
  ['[data-why] > .shares', 'the mean of all heads, each of which has its shares in Attention'],
];

describe.skipIf(whyNoBrowser !== null)(
  'every number that was computed has its calculation, in a browser',
  () => {
    let editor: EditorStandIn;
    beforeAll(async () => {
      editor = await EditorStandIn.start();
    });
    afterAll(async () => editor?.stop());

    async function openWhole(inspector: OpenInspector, stage: string): Promise<void> {
      await openStage(inspector, stage);
      // Lines are tried one after the other.
      await expect.poll(() => inspector.page.locator('.effects .untried').count()).toBe(0);
      await unfold(inspector);
    }

    /** Texts with a fraction that are neither a button nor a line of one's sheet, nor of the user's code; whole numbers count or name. */
    const plainNumbers = ({ page }: OpenInspector, allowed: readonly string[]) =>
      page.evaluate((allowed) => {
        const found = new Set<string>();
        const used = new Set<string>();
        for (const frame of document.querySelectorAll('.prediction, .essay, .details')) {
          const texts = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
          for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
            const place = text.parentElement!;
            if (!/\d\.\d/.test(text.textContent!)) continue;
            if (place.closest('.num, [data-line-of], .token-text, select, output') !== null) continue;
            const why = allowed.find((where) => place.closest(where) !== null);
            if (why !== undefined) used.add(why);
            else found.add(`${place.tagName}.${place.className}: ${text.textContent!.slice(0, 60)}`);
          }
        }
        return { found: [...found], used: [...used] };
      }, allowed);

    test('in every stage of a text; what is allowed is there', async () => {
      const inspector = await openOnSample(editor);
      const places = allowed.map(([where]) => where);
      const plain: Record<string, string[]> = {};
      const used = new Set<string>();
      for (const stage of stageIds) {
        await openWhole(inspector, stage);
        const told = await plainNumbers(inspector, places);
        plain[stage] = told.found;
        for (const where of told.used) used.add(where);
      }
      expect(plain).toEqual(Object.fromEntries(stageIds.map((stage) => [stage, []])));
      expect(places.filter((where) => !used.has(where))).toEqual([]);
      await inspector.close();
    });

    test('in every stage of the essay’s example; without are the mean loss of all its tokens, and what is ahead', async () => {
      const inspector = await openOnSample(editor);
      const { page } = inspector;
      await page.locator('.start-essay').click();
      await page.waitForSelector('.essay');
      const places = [...allowed.map(([where]) => where), '.essay [role="status"]', '.grid .quiet'];
      for (const stage of stageIds) {
        await openWhole(inspector, stage);
        expect((await plainNumbers(inspector, places)).found, stage).toEqual([]);
      }
      // What the bar says of a word is checked as in the stages.
      const word = page.locator('.essay .num').first();
      const shown = Number(await word.getAttribute('data-value'));
      await word.focus();
      await page.keyboard.press('p');
      await page.waitForSelector('.sheet [data-result="p"]');
      const machine = Number(await page.locator('[data-result="p"]').getAttribute('data-machine'));
      expect(Math.abs(shown - machine)).toBeLessThanOrEqual(1e-9);
      await inspector.close();
    });

    test('a number on the way to a probability is a line of its sheet, and a click on it leads there', async () => {
      const inspector = await openOnSample(editor);
      const { page } = inspector;
      const row = page.locator('.scores tr[data-rank="3"]');
      const cell = row.locator('[data-label="e^"]');
      await cell.click();
      await page.waitForSelector('[data-looking="probability"]');
      expect(await row.locator('.num[data-of="probability"]').getAttribute('aria-pressed')).toBe('true');
      const power = Number(await cell.textContent());
      await cell.dblclick();
      await page.waitForSelector('.sheet [data-result="p"]');
      const values = await page
        .locator('.sheet-lines tbody tr td:last-child')
        .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent)));
      expect(values.some((value) => Math.abs(value - power) <= 1e-4)).toBe(true);
      await inspector.close();
    });

    test('what top-k leaves is a softmax of its own, and what it filters out is 0', async () => {
      const inspector = await openOnSample(editor);
      const { page } = inspector;
      await page.getByLabel('Top-k').fill('3');
      await page.getByLabel('Top-k').blur();
      const filtered = page.locator('.scores tr[data-row="token"] .num[data-of="filtered"]');
      await expect.poll(() => filtered.count()).toBe(3);
      expect(await page.locator('[data-filtered-out]').allTextContents()).toEqual(Array(17).fill('0.000000'));
      const shown = Number(await filtered.nth(1).textContent());
      await filtered.nth(1).focus();
      await page.keyboard.press('p');
      const result = page.locator('.sheet [data-result="p"]');
      await result.waitFor();
      const { machine, difference, bound } = await result.evaluate((row) => ({
        ...(row as HTMLElement).dataset,
      }));
      expect(Math.abs(Number(machine) - shown)).toBeLessThanOrEqual(1e-6);
      expect(Number(difference)).toBeLessThanOrEqual(Number(bound));
      await inspector.close();
    });
  },
);
