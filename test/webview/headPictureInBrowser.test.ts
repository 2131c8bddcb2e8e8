import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleInspection } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

describe.skipIf(whyNoBrowser !== null)('a head as a picture, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openAttention(theme = themes[0]!): Promise<OpenInspector> {
    const inspector = await openOnSample(editor, { theme });
    await inspector.page.locator('.rail-entry[data-stage="attention"]').click();
    await settled(inspector, 'attention');
    return inspector;
  }

  const { tokens, position } = sampleInspection(null, 1);

  /** The weights that the engine tells of a row. */
  async function weightsOf(row: number): Promise<readonly number[]> {
    const { run } = sampleInspection(row, 1);
    const question = { kind: 'attention', layer: 0, head: 0, position: row, other: null } as const;
    const asked = await sampleEngine().ask({ run, question }, new AbortController().signal);
    if (asked.kind !== 'attention') throw new Error('another answer');
    return asked.answer.weights;
  }

  async function point({ page }: OpenInspector, row: number, column: number): Promise<void> {
    const frame = (await page.locator('.head-picture').boundingBox())!;
    const [x, y] = [column, row].map((token) => (token + 0.5) / tokens.length) as [number, number];
    await page.mouse.move(frame.x + x * frame.width, frame.y + y * frame.height);
    await page.waitForSelector(`.head-figure .looked[data-row="${row}"][data-column="${column}"]`);
  }

  const said = ({ page }: OpenInspector) => page.locator('.head-figure .looked > p').first();

  test('says of what a pointer is at how much it looks back, within 1 ÷ 255, and asks nobody', async () => {
    const inspector = await openAttention();
    const { page, received } = inspector;
    const before = received.length;
    for (const [row, column] of [
      [30, 12],
      [20, 0],
      [position, 8],
    ] as const) {
      await point(inspector, row, column);
      const shown = Number(await said(inspector).locator('[data-share]').getAttribute('data-share'));
      const weight = (await weightsOf(row))[column]!;
      expect(Math.abs(shown - weight)).toBeLessThanOrEqual(row === position ? 1e-12 : 1 / 255);
      const text = await said(inspector).textContent();
      expect(text).toContain('looks back at');
      expect(text!.includes('≈')).toBe(row !== position);
    }
    await point(inspector, 10, 40);
    expect(await said(inspector).textContent()).toMatch(/does not look ahead at .*: 0\.0000$/);
    await page.mouse.move(5, 5);
    await page.waitForSelector('.head-figure .looked:not([data-row])');
    expect(received.length).toBe(before);
    await inspector.close();
  });

  test('a click keeps what is pointed at: its row and its column', async () => {
    const inspector = await openAttention();
    const { page } = inspector;
    await point(inspector, 30, 12);
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForSelector('.prediction[data-position="30"][aria-busy="false"]');
    const last = inspector.received.findLast((request) => request.type === 'inspect');
    expect(last).toMatchObject({ position: 30 });
    expect(last!.questions.map(({ question }) => question)).toContainEqual(
      expect.objectContaining({ kind: 'attention', position: 30, other: 12 }),
    );
    await inspector.close();
  });

  test('arrow keys go over it from the chosen pair, Enter keeps it, P opens its calculation', async () => {
    const inspector = await openAttention();
    const { page } = inspector;
    const looked = page.locator('.head-figure .looked');
    await page.locator('.head-picture').focus();
    await page.waitForSelector(`.head-figure .looked[data-row="${position}"]`);
    await page.keyboard.press('Home');
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowRight']) await page.keyboard.press(key);
    expect(await looked.getAttribute('data-row')).toBe(String(position - 2));
    expect(await looked.getAttribute('data-column')).toBe('1');
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.prediction[data-position="${position - 2}"][aria-busy="false"]`);
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('head-picture');
    await page.keyboard.press('p');
    await page.waitForSelector('.sheet [data-result]');
    const weight = (await weightsOf(position - 2))[1]!;
    const machine = Number(await page.locator('.sheet [data-result]').last().getAttribute('data-machine'));
    expect(Math.abs(machine - weight)).toBeLessThanOrEqual(1e-6);
    await inspector.close();
  });

  test('a thumbnail says which head it is and what it looks at most, by pointer and by key', async () => {
    const inspector = await openAttention();
    const { page, received } = inspector;
    const before = received.length;
    const head = page.locator('.head[aria-label="layer 2, head 3"]');
    const looked = page.locator('.heads + .looked');
    await head.hover();
    await expect
      .poll(() => looked.textContent())
      .toMatch(/^layer 2, head 3.*(looks back at|look most at).*≈ /);
    await page.mouse.move(5, 5);
    await expect.poll(() => looked.textContent()).toBe('');
    await page.locator('.head[aria-label="layer 1, head 2"]').focus();
    await expect.poll(() => looked.textContent()).toMatch(/^layer 1, head 2/);
    expect(received.length).toBe(before);
    await inspector.close();
  });

  test.each(themes.map((theme) => [theme.id, theme] as const))(
    '%s: nothing serious for axe-core while something is pointed at',
    async (id, theme) => {
      const inspector = await openAttention(theme);
      await point(inspector, 30, 12);
      await picture(inspector, `head-${id}`, '.prediction');
      expect(await seriousFindings(inspector)).toEqual([]);
      expect(await inspector.violations()).toEqual([]);
      await inspector.close();
    },
  );
});
