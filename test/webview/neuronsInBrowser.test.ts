import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StageAnswers } from '../../extension/protocol/stages.ts';
import { redo } from '../arithmetic/redo.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

/** Neurons of a layer of the sample's model. */
const neurons = 256;

describe.skipIf(whyNoBrowser !== null)('the bars of all neurons in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  interface Opened {
    readonly inspector: OpenInspector;
    /** what the engine told last */
    readonly told: () => StageAnswers['neurons'];
  }

  async function openNeurons(theme = themes[2]!): Promise<Opened> {
    const engine = sampleEngine();
    let last: StageAnswers['neurons'] | null = null;
    const ask: typeof engine.ask = async (query, signal) => {
      const answer = await engine.ask(query, signal);
      if (answer.kind === 'neurons') last = answer.answer;
      return answer;
    };
    const inspector = await openOnSample(editor, { theme, engine: { ...engine, ask } });
    await inspector.page.locator('.rail-entry[data-stage="neurons"]').click();
    await settled(inspector, 'neurons');
    return { inspector, told: () => last! };
  }

  test.each(themes)(
    '$id: every neuron has a bar as high as its number, the strongest first',
    async (theme) => {
      const { inspector, told } = await openNeurons(theme);
      // Three rows above one another: what is said, sums above nothing, and sums below it.
      const painted = await inspector.page.locator('.neuron-bars canvas').evaluate((element, neurons) => {
        const canvas = element as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const wide = canvas.width / neurons;
        const tall = (at: number, from: number, to: number): number => {
          let count = 0;
          const x = Math.floor((at + 0.5) * wide);
          for (let y = from; y < to; y++) if (data[4 * (y * canvas.width + x) + 3]! > 127) count++;
          return count;
        };
        return Array.from({ length: neurons }, (_, at) => [
          tall(at, 0, 39),
          tall(at, 40, 68),
          tall(at, 69, 96),
        ]);
      }, neurons);
      await picture(inspector, `${theme.id}-neuron-bars`);
      const { before, after } = told();
      const sorted = [...before.keys()].sort((a, b) => after[b]! - after[a]! || before[b]! - before[a]!);
      const [mostSaid, mostSum] = [Math.max(...after), Math.max(...before.map(Math.abs))];
      // The first is chosen: its frame is painted over its bar. The line of nothing hides a pixel below it; a pixel more or less is an edge.
      sorted.slice(1).forEach((neuron, i) => {
        const [said, above, below] = painted[i + 1]!;
        const sum = (28 * before[neuron]!) / mostSum;
        expect(Math.abs(said! - (39 * after[neuron]!) / mostSaid)).toBeLessThanOrEqual(1);
        expect(Math.abs(above! - Math.max(0, sum))).toBeLessThanOrEqual(1);
        expect(Math.abs(below! - Math.max(0, -sum - 1))).toBeLessThanOrEqual(1);
      });
      expect(await seriousFindings(inspector)).toEqual([]);
      await inspector.close();
    },
  );

  test('keys and clicks lead to any of them, whose numbers are in the table, to be checked', async () => {
    const { inspector, told } = await openNeurons();
    const { page } = inspector;
    const { before, after } = told();
    const sorted = [...before.keys()].sort((a, b) => after[b]! - after[a]! || before[b]! - before[a]!);
    const rows = page.locator('tr[data-neuron]');
    const chosen = (): Promise<string | null> =>
      page.locator('tr.chosen[data-neuron]').getAttribute('data-neuron');
    expect(await rows.count()).toBe(20);
    expect(await chosen()).toBe(String(sorted[0]));
    const slider = page.locator('.neuron-bars input');
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(chosen).toBe(String(sorted[1]));
    await page.keyboard.press('End');
    await expect.poll(chosen).toBe(String(sorted.at(-1)));
    expect(await rows.count()).toBe(21);
    expect(await slider.getAttribute('aria-valuetext')).toContain(`neuron ${sorted.at(-1)! + 1}`);
    await page.locator('tr.chosen [data-of="neuron"]').focus();
    await page.keyboard.press('p');
    await page.waitForSelector('.sheet .results [data-result]');
    await page.locator('.sheet').getByRole('button', { name: 'Copy as text' }).click();
    const copied = (): string | undefined =>
      inspector.received.findLast((request) => request.type === 'copy')?.text;
    await expect.poll(copied).toBeDefined();
    expect(redo(copied()!)[0]!.machine).toBe(before[sorted.at(-1)!]);
    await page.locator('.sheet button.primary').click();
    await settled(inspector, 'neurons');
    const frame = (await page.locator('.neuron-bars canvas').boundingBox())!;
    const at = 100;
    await page.mouse.click(frame.x + ((at + 0.5) / neurons) * frame.width, frame.y + 10);
    await expect.poll(chosen).toBe(String(sorted[at]));
    await inspector.close();
  });
});
