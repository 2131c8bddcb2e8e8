import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { TrainingEvent } from '../../extension/protocol/training.ts';
import { EditorStandIn, type OpenInspector, type OpenOptions, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleModel } from './sampleEngine.ts';
import { samplePlace } from './sampleText.ts';
import { themes } from './themes.ts';
import { heldOut, progress, reading, sample, yardsticks } from './trainingEvents.ts';

const dark = themes.find((theme) => theme.id === 'dark-modern')!;
const stage: TrainingEvent = { type: 'stage', stage: 'training', detail: '' };

/** A training that begins to learn its text by heart: 400 steps, a score every 25, the best at 150. */
function course(steps = 400): TrainingEvent[] {
  const events: TrainingEvent[] = [reading, stage, yardsticks];
  for (let step = 1; step <= steps; step++) {
    const loss = 1.2 + 2.4 * Math.exp(-step / 40) - step / 1_000;
    events.push(withFigures(progress(step, loss + 0.15 * Math.sin(step * 1.7)), step));
    if (step % 25 !== 0) continue;
    const scored = 1.35 + 2.3 * Math.exp(-step / 40) + 0.0018 * Math.max(0, step - 150);
    events.push(heldOut(step, scored, step <= 150), sample(step, ...written(step / 25)));
  }
  return events;
}

function withFigures(event: TrainingEvent, step: number): TrainingEvent {
  if (event.type !== 'progress') return event;
  const figures = {
    learningRate: 0.003 * Math.min(1, step / 50) * Math.min(1, (410 - step) / 200),
    gradientNorm: 0.6 + 0.5 * Math.abs(Math.sin(step)),
    elapsedSeconds: step + 0.08 * Math.sin(step),
  };
  return { ...event, progress: { ...event.progress, ...figures } };
}

function written(round: number): string[] {
  if (round < 4) return Array.from({ length: 9 }, (_, i) => (i < round ? ' the' : ' ('));
  const names = [' items', ' it', ' total'][round % 3]!;
  const call = round < 8 ? ['.', 'map', '('] : ['.', 'reduce', '('];
  return [
    'return',
    names,
    ...call,
    'sum',
    ')',
    ';',
    '\n',
    ...(round > 12 ? ['}', '\u00e2\u0080\u00ae'] : []),
  ];
}

describe.skipIf(whyNoBrowser !== null)('the view of a training in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start('test/webview/countedInspector.ts');
  });
  afterAll(async () => editor?.stop());

  async function openOn(
    events: readonly TrainingEvent[],
    options: Partial<OpenOptions> = {},
  ): Promise<OpenInspector> {
    const inspector = await editor.open({
      theme: dark,
      model: sampleModel,
      engine: sampleEngine(),
      width: 1000,
      height: 900,
      ...options,
    });
    inspector.conversation.follow({ place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' });
    await inspector.page.waitForSelector('.scores');
    tell(inspector, events);
    await inspector.page.waitForSelector('.training .chart canvas');
    return inspector;
  }

  function tell(inspector: OpenInspector, events: readonly TrainingEvent[]): void {
    for (const event of events) inspector.history.record(event);
    inspector.conversation.trainingChanged();
  }

  /** Each row of the readout by its series, as the page holds it. */
  async function readout({ page }: OpenInspector): Promise<Record<string, number>> {
    return page
      .locator('.readout tr')
      .evaluateAll((rows) =>
        Object.fromEntries(
          rows.map((row) => [
            (row as HTMLElement).dataset['series']!,
            Number((row as HTMLElement).dataset['value']),
          ]),
        ),
      );
  }

  test.each(themes)(
    '$id: curves, readout and samples break no policy and have nothing serious for axe-core',
    async (theme) => {
      const inspector = await openOn(course(), { theme });
      await inspector.page.locator('.training details summary').click();
      await picture(inspector, `training-${theme.id}`, '.training');
      expect(await inspector.violations()).toEqual([]);
      expect(inspector.pageErrors).toEqual([]);
      expect(await seriousFindings(inspector)).toEqual([]);
      expect(await inspector.page.locator('main').textContent()).not.toContain('\u202e');
      expect(Math.max(...inspector.messageBytes)).toBeLessThan(1_000_000);
      await inspector.close();
    },
  );

  test('at any moment, by keys or by pointer, the readout has the trainer’s own numbers of every series', async () => {
    const events = course();
    const inspector = await openOn(events);
    const { page } = inspector;
    const told = (step: number): { train: number; heldOut: number | undefined; rate: number } => {
      const point = events.findLast((event) => event.type === 'heldOut' && event.point.step <= step);
      const now = events.find((event) => event.type === 'progress' && event.progress.step === step);
      if (now?.type !== 'progress') throw new Error(`no step ${step}`);
      return {
        train: now.progress.trainBitsPerByte,
        heldOut: point?.type === 'heldOut' ? point.point.heldOutBitsPerByte : undefined,
        rate: now.progress.learningRate,
      };
    };
    const expectAt = async (step: number): Promise<void> => {
      await expect.poll(() => page.locator('.readout caption').textContent()).toContain(`step ${step};`);
      const rows = await readout(inspector);
      const { train, heldOut: scored, rate } = told(step);
      expect(rows).toMatchObject({
        train,
        'held-out': scored,
        'Learning rate': rate,
        blind: 3.6,
        frequency: 3.1,
      });
      expect(rows['gap: held-out less train']).toBeCloseTo(scored! - rows['smoothed']!, 12);
      expect(rows['best']).toBe(told(150).heldOut);
    };
    await expectAt(400);
    const slider = page.locator('.moment input');
    await slider.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await expectAt(397);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^Step 397\. Train loss \d/);
    // More of the training comes: who looks at a moment stays there.
    tell(inspector, [withFigures(progress(401, 1), 401)]);
    await expect.poll(() => slider.getAttribute('max')).toBe('400');
    await expectAt(397);
    const plot = page.locator('.chart.small .u-over').first();
    const { width } = (await plot.boundingBox())!;
    await plot.hover({ position: { x: width / 2, y: 20 } });
    await expect.poll(() => page.locator('.readout caption').textContent()).toMatch(/step (199|20\d);/);
    const lines = await page
      .locator('.chart .plot-line')
      .evaluateAll((all) => all.map((line) => (line as HTMLElement).getBoundingClientRect().left));
    expect(lines).toHaveLength(4);
    expect(Math.max(...lines) - Math.min(...lines)).toBeLessThan(12);
    await inspector.close();
  });

  test('of 20,000 points all come, in parts, are reached by keys and stand in the file; the curves are drawn', async () => {
    const points = 20_000;
    const lossAt = (step: number): number => 1.2 + 2.4 * Math.exp(-step / 900) + 0.1 * Math.sin(step * 1.7);
    const events: TrainingEvent[] = [reading, stage, yardsticks];
    for (let step = 1; step <= points; step++) {
      events.push(progress(step, lossAt(step)));
      if (step % 100 === 0) events.push(heldOut(step, lossAt(step) + 0.1, true));
    }
    const inspector = await openOn(events);
    const { page } = inspector;
    const slider = page.locator('.moment input');
    await expect.poll(() => slider.getAttribute('max'), { timeout: 10_000 }).toBe(String(points - 1));
    expect(Math.max(...inspector.messageBytes)).toBeLessThan(1_000_000);
    expect((await readout(inspector))['train']).toBe(lossAt(points));
    await slider.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await readout(inspector))['train']).toBe(lossAt(points - 3));
    const plot = page.locator('.chart .u-over').first();
    const { width } = (await plot.boundingBox())!;
    await plot.hover({ position: { x: width / 2, y: 20 } });
    const caption = page.locator('.readout caption');
    const step = async (): Promise<number> =>
      Number(/step ([\d,]+);/.exec((await caption.textContent())!)![1]!.replaceAll(',', ''));
    await expect.poll(async () => Math.abs((await step()) - points / 2)).toBeLessThan(points / 20);
    expect((await readout(inspector))['train']).toBe(lossAt(await step()));
    await page.getByRole('button', { name: 'curves as CSV' }).click();
    const kept = (): string | undefined =>
      inspector.received.findLast((request) => request.type === 'keep')?.content;
    await expect.poll(kept).toBeDefined();
    const losses = kept()!
      .split('\r\n')
      .filter((line) => line.startsWith('train,'))
      .map((line) => Number(line.split(',')[4]));
    expect(losses).toEqual(Array.from({ length: points }, (_, i) => lossAt(i + 1)));
    await page.getByLabel('logarithmic across').check();
    await expect.poll(() => inkOf(inspector)).toBeGreaterThan(500);
    await picture(inspector, 'training-long', '.training');
    expect(inspector.pageErrors).toEqual([]);
    await inspector.close();
  });

  test('the samples go with the moment, one at a time is current, and a click on one moves the moment', async () => {
    const inspector = await openOn(course());
    const { page } = inspector;
    const current = (): Promise<string | null> => page.locator('[aria-current="step"]').textContent();
    expect(await page.locator('.sample').count()).toBe(16);
    expect(await current()).toBe('Step 400');
    await page.locator('.sample[data-step="175"] button').click();
    await expect.poll(current).toBe('Step 175');
    await expect.poll(() => page.locator('.readout caption').textContent()).toContain('step 175;');
    const chosen = page.locator('.sample.chosen');
    expect(await chosen.locator('ins').allTextContents()).toEqual(['·it']);
    expect(await chosen.locator('del').allTextContents()).toEqual(['·items']);
    const inList = await chosen.evaluate((row) => {
      const [inner, outer] = [
        row.getBoundingClientRect(),
        row.closest('.sample-list')!.getBoundingClientRect(),
      ];
      return inner.top >= outer.top && inner.bottom <= outer.bottom;
    });
    expect(inList).toBe(true);
    await page.locator('.prompt button').click();
    await expect
      .poll(() => inspector.received.at(-1))
      .toEqual({ type: 'reveal', place: { file: 'shop/cart.ts', line: 12 } });
    await inspector.close();
  });

  test('on logarithmic scales, over steps, epochs and time, the curves are there and nothing breaks', async () => {
    const inspector = await openOn([reading, stage, yardsticks, heldOut(0, 3.6, true), ...course().slice(3)]);
    const { page } = inspector;
    const moments = async (): Promise<number> =>
      Number(await page.locator('.moment input').getAttribute('max')) + 1;
    expect(await moments()).toBe(401);
    await page.getByLabel('logarithmic upwards').check();
    await page.getByLabel('logarithmic across').check();
    // Step 0 has no logarithm.
    await expect.poll(moments).toBe(400);
    for (const axis of ['step', 'epoch', 'seconds']) {
      await page.locator('.training select').selectOption(axis);
      await picture(inspector, `training-log-${axis}`, '.training');
      expect(await inkOf(inspector), axis).toBeGreaterThan(500);
    }
    expect(inspector.pageErrors).toEqual([]);
    await inspector.close();
  });

  /** Pixels of the loss plot that are drawn on. */
  async function inkOf({ page }: OpenInspector): Promise<number> {
    return page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.chart canvas')!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 128).length;
    });
  }

  test('a training that is no better for five checks says so and can be stopped there; memorising is said', async () => {
    const inspector = await openOn(course());
    const { page } = inspector;
    const said = await page.locator('.no-better').textContent();
    expect(said).toContain('No better for 10 checks');
    expect(said).toMatch(/together have had \d.* of processor time; its energy is not known/);
    expect(await page.locator('.training .sentence').first().textContent()).toContain('is being memorised');
    await page.locator('.no-better button').click();
    await expect.poll(() => inspector.received.at(-1)).toEqual({ type: 'stopTraining' });
    await page.getByRole('button', { name: 'How far the chosen token’s vector has come' }).click();
    await page.waitForSelector('.prediction[data-stage="vectors"][aria-busy="false"]');
    await inspector.close();
  });

  test('where what draws is not to be had, the page says so, all numbers stand there, and trying again draws', async () => {
    const inspector = await editor.open({
      theme: dark,
      model: sampleModel,
      engine: sampleEngine(),
      width: 1000,
    });
    const { page } = inspector;
    let isThere = false;
    await page.route('**/plots.js', (route) => (isThere ? route.continue() : route.abort()));
    inspector.conversation.follow({ place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' });
    await page.waitForSelector('.scores');
    tell(inspector, course(60));
    const notice = page.locator('.training .not-drawn');
    await expect.poll(() => notice.count()).toBe(1);
    expect(await notice.getAttribute('role')).toBe('alert');
    expect(await notice.textContent()).toMatch(/^The curves can't be drawn: .*plots\.js is not to be had/);
    expect((await readout(inspector))['train']).toBeGreaterThan(0);
    await picture(inspector, 'not-drawn', '.training');
    await notice.locator('button').click();
    // Asked for again, and not to be had again.
    await expect.poll(() => notice.count()).toBe(1);
    expect(await page.locator('.training .chart canvas').count()).toBe(0);
    isThere = true;
    await notice.locator('button').click();
    await page.waitForSelector('.training .chart canvas');
    expect(await page.locator('.training .chart canvas').count()).toBe(4);
    expect(await notice.count()).toBe(0);
    expect(inspector.pageErrors).toEqual([]);
    expect(await seriousFindings(inspector)).toEqual([]);
    await inspector.close();
  });

  test('a training whose loss is no longer a number says the step, and what was drawn stays', async () => {
    const inspector = await openOn(course(60));
    const error = toPlainError(
      new NihiloError('trainingDiverged', say`Training stopped at step ${61}: the loss is ${NaN}.`),
    );
    tell(inspector, [{ type: 'failed', error }]);
    await expect
      .poll(() => inspector.page.locator('.training .error-sentence').textContent())
      .toContain('stopped at step 61');
    expect((await readout(inspector))['train']).toBeGreaterThan(0);
    await inspector.close();
  });

  test('ticks of a training draw its own view again and leave the open stage, its rail and the tokens alone', async () => {
    const inspector = await openOn([...course(20), sample(20, ' total')]);
    const { page } = inspector;
    const made = (): Promise<Record<string, number>> =>
      page.evaluate(() => ({ ...(window as unknown as { made: Record<string, number> }).made }));
    const before = await made();
    expect(before['scores']).toBeGreaterThan(0);
    for (let step = 21; step <= 25; step++) {
      tell(inspector, [progress(step, 2)]);
      await expect.poll(() => page.locator('.readout caption').textContent()).toContain(`step ${step};`);
    }
    const after = await made();
    expect(after['readout']! - before['readout']!).toBeGreaterThanOrEqual(5);
    for (const name of [
      'inspected',
      'rail',
      'prediction',
      'scores',
      'details',
      'tokens',
      'strip',
      'samples',
    ]) {
      expect(after[name], name).toBe(before[name]);
    }
    // The counter counts: a choice does draw them again.
    await page.locator('.token[data-position="3"]').click();
    await page.waitForSelector('.prediction[data-position="3"][aria-busy="false"]');
    expect((await made())['scores']).toBeGreaterThan(after['scores']!);
    await inspector.close();
  });

  test.each([240, 420])('%i px wide: nothing of the view is cut off sideways', async (width) => {
    const inspector = await openOn(course(), { width });
    await picture(inspector, `training-${width}`, '.training');
    const cut = await inspector.page.evaluate(() => {
      const { clientWidth } = document.documentElement;
      return [...document.querySelectorAll('.training *:not(.spoken-only)')]
        .filter((element) => element.parentElement?.closest('[role="region"][tabindex="0"]') === null)
        .filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5)
        .map((element) => `${element.tagName}.${element.getAttribute('class')}`);
    });
    expect(cut).toEqual([]);
    await inspector.close();
  });

  test('in Chinese no English sentence is left', async () => {
    const inspector = await openOn(course(), { language: 'zh-cn' });
    const words = await inspector.page
      .locator('.training :is(h2, h3, p, label, th, td, caption, dt, button, .sample-note)')
      .allTextContents();
    expect(words.join(' ')).not.toMatch(/\b(the|of|and|is|what|step)\b/i);
    await picture(inspector, 'training-zh-cn', '.training');
    await inspector.close();
  });
});
