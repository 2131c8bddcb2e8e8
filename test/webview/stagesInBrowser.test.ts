import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageIds } from '../../extension/protocol/stages.ts';
import { redo } from '../arithmetic/redo.ts';
import { EditorStandIn, mostMessageBytes, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleInspection } from './sampleEngine.ts';
import { openOnSample, openStage, settled, unfold } from './sampleInspector.ts';
import { themes } from './themes.ts';

const dark = themes.find((theme) => theme.id === 'dark-modern')!;

describe.skipIf(whyNoBrowser !== null)('the stages in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openWhole(inspector: OpenInspector, stage: string): Promise<void> {
    await openStage(inspector, stage);
    if (stage === 'neurons') await searchLines(inspector);
    const map = inspector.page.getByRole('button', { name: /Map of|地图/, pressed: false });
    if (stage === 'vectors' && (await map.count()) === 1) {
      await map.click();
      await inspector.page.waitForSelector('.vector-map svg');
    }
  }

  async function searchLines({ page }: OpenInspector): Promise<void> {
    const search = page.locator('.firing-lines button.toggle');
    if ((await search.count()) === 0) return;
    if ((await search.getAttribute('aria-pressed')) === 'false') await search.click();
    await expect
      .poll(() =>
        page.locator('.firing-lines [data-read]').evaluateAll(([found]) => {
          const { read, toRead } = (found as HTMLElement | undefined)?.dataset ?? {};
          return read !== undefined && read === toRead;
        }),
      )
      .toBe(true);
  }

  test.each(themes)(
    '$id: a tour of every stage breaks no policy, asks nobody else, has nothing serious for axe-core, and no message of 1 MB',
    async (theme) => {
      const inspector = await openOnSample(editor, { theme });
      for (const stage of stageIds) {
        await openWhole(inspector, stage);
        await picture(inspector, `${theme.id}-${stage}`);
        expect(await inspector.page.locator('[role="alert"]').allTextContents(), stage).toEqual([]);
        // Neither markup nor marks that reorder come through as such.
        expect(await inspector.page.locator('img').count(), stage).toBe(0);
        expect(await inspector.page.locator('main').textContent(), stage).not.toContain('\u202e');
        expect(await seriousFindings(inspector), stage).toEqual([]);
      }
      expect(await inspector.violations()).toEqual([]);
      expect(inspector.pageErrors).toEqual([]);
      const { origin } = new URL(inspector.page.url());
      expect(inspector.requested.filter((url) => !url.startsWith(`${origin}/`))).toEqual([]);
      const largest = Math.max(...inspector.messageBytes);
      console.log(`largest message ${largest} bytes`);
      expect(largest).toBeLessThanOrEqual(mostMessageBytes);
      await inspector.close();
    },
  );

  test('every kind of number that a stage shows has a sheet whose text alone is redone to the last digit', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    const kinds = new Set<string>();
    let sheets = 0;
    for (const stage of stageIds) {
      await openWhole(inspector, stage);
      await unfold(inspector);
      const all = await page.locator('.prediction .num[data-of]').evaluateAll((buttons) =>
        buttons
          .map((button, i) => ({ i, of: (button as HTMLElement).dataset['of']!, button }))
          .filter(({ button }) => (button as HTMLElement).offsetParent !== null)
          .map(({ i, of }) => ({ i, of })),
      );
      const perKind = Object.values(Object.groupBy(all, ({ of }) => of));
      for (const { i, of } of perKind.flatMap((numbers) => numbers!.slice(0, 3))) {
        await page.locator('.prediction .num[data-of]').nth(i).focus();
        await page.keyboard.press('p');
        await page.waitForSelector('.sheet .results [data-result]');
        const results = redo(await sheetTextOnPage(inspector));
        for (const { difference, bound } of results) expect(difference, of).toBeLessThanOrEqual(bound);
        expect(results.length).toBeGreaterThan(0);
        kinds.add(of);
        sheets++;
        await page.locator('.sheet button.primary').click();
        await settled(inspector, stage);
        await unfold(inspector);
      }
    }
    expect(sheets).toBeGreaterThan(40);
    expect([...kinds].sort()).toEqual([
      'activation',
      'attended',
      'blind',
      'context',
      'decided',
      'descent',
      'down',
      'effect',
      'entropy',
      'error',
      'finalNorm',
      'gradient',
      'inputNorm',
      'interval',
      'key',
      'lineActivation',
      'lineSum',
      'logit',
      'loss',
      'mergeCount',
      'middle',
      'middleNorm',
      'neuron',
      'optimizerStep',
      'others',
      'output',
      'probability',
      'query',
      'rotatedKey',
      'rotatedQuery',
      'score',
      'share',
      'similarity',
      'stretched',
      'total',
      'value',
      'weight',
    ]);
    await inspector.close();
  });

  /** The sheet as it is printed on the page, in the form that `redo` reads. */
  async function sheetTextOnPage(inspector: OpenInspector): Promise<string> {
    const rows = await inspector.page.locator('.sheet-lines tbody tr').evaluateAll((rows) =>
      rows.map((row) => ({
        kind: (row as HTMLElement).dataset['kind']!,
        cells: [...row.querySelectorAll('td')].map((cell) => cell.textContent!),
      })),
    );
    const results = await inspector.page.locator('[data-result]').evaluateAll((rows) =>
      rows.map((row) => {
        const { result, machine, difference, bound } = (row as HTMLElement).dataset;
        const shown = row.querySelector('td')!.textContent;
        return `${result}: ${shown} from the numbers shown, ${machine} in the machine, differs ${difference}, bound ${bound}`;
      }),
    );
    const lines = rows.map(({ kind, cells: [, name, made, value] }) => {
      const prefix = kind === 'step' || kind === 'term' ? '' : `${kind}: `;
      return `${prefix}${name}${made === '' ? '' : ` = ${made}`} = ${value}`;
    });
    return [...lines, ...results].join('\n');
  }

  test('a point of the map chooses its token: by a click, by the keys that move among the points, and in the table', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await openWhole(inspector, 'vectors');
    const chosen = (): Promise<string | null> => page.locator('.prediction').getAttribute('data-position');
    const points = page.locator('.vector-map [data-map-token]');
    const tokens = sampleInspection(null, 1).tokens;
    expect(await points.count()).toBe(new Set(tokens.map(({ id }) => id)).size);
    expect(await page.locator('.vector-map [data-map-token][tabindex="0"]').count()).toBe(1);
    // The last time that it stands up to the chosen place.
    const before = Number(await chosen());
    const id = tokens[3]!.id;
    const last = tokens.findLastIndex((token, at) => token.id === id && at <= before);
    await page.locator(`.vector-map [data-map-token="${id}"]`).dispatchEvent('click');
    await expect.poll(chosen).toBe(String(last));
    await settled(inspector, 'vectors');
    const focused = (): Promise<{ id: number; x: number; y: number }> =>
      page.evaluate(() => {
        const point = document.activeElement as SVGElement;
        const at = (name: string): number => Number(point.getAttribute(name));
        return { id: Number(point.dataset['mapToken']), x: at('cx'), y: at('cy') };
      });
    await page.locator('.vector-map [data-map-token][tabindex="0"]').focus();
    let place = await focused();
    expect(place.id).toBe(id);
    for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown']) {
      await page.keyboard.press(key);
      const next = await focused();
      if (next.id === place.id) continue;
      const moved = { ArrowLeft: place.x - next.x, ArrowRight: next.x - place.x, ArrowUp: place.y - next.y };
      expect(moved[key as keyof typeof moved] ?? next.y - place.y).toBeGreaterThanOrEqual(0);
      place = next;
    }
    expect(place.id).not.toBe(id);
    await page.keyboard.press('Enter');
    const isThere = async (): Promise<number> => tokens[Number(await chosen())]!.id;
    await expect.poll(isThere).toBe(place.id);
    await settled(inspector, 'vectors');
    await page.locator('.vector-map summary').click();
    await page.locator('.vector-map tbody tr:not(.chosen) button').first().click();
    await expect.poll(isThere).not.toBe(place.id);
    expect(await seriousFindings(inspector)).toEqual([]);
    await inspector.close();
  });

  test('the script of the page has at most 180 kB', () => {
    console.log(`script ${editor.scriptBytes} bytes`);
    expect(editor.scriptBytes).toBeLessThanOrEqual(180_000);
  });

  test('a blank sheet points out the first line that was answered wrongly', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await page.locator('.num[data-of="logit"]').first().dblclick();
    await page.waitForSelector('.sheet');
    await page.getByLabel('blank sheet').check();
    const answers = page.locator('.sheet input[data-expected]');
    const right = (await answers.nth(0).getAttribute('data-expected'))!.replace('−', '-');
    await answers.nth(0).fill(right);
    await answers.nth(1).fill('123');
    await answers.nth(1).blur();
    await expect.poll(() => page.locator('.sheet [role="status"]').textContent()).toMatch(/^Line 2 is/);
    // What comes out is not told: name and bound alone.
    const results = page.locator('.results [data-result]').last().locator('td');
    expect((await results.allTextContents()).map((text) => text !== '')).toEqual([false, false, false, true]);
    await page.getByLabel('short sheet').check();
    await expect.poll(() => page.locator('[data-kind="given"]').count()).toBe(1);
    await picture(inspector, 'blank-sheet');
    // The one that is begun next has no wrong line yet.
    const blank = page.getByLabel('blank sheet');
    await blank.uncheck();
    expect((await results.allTextContents()).every((text) => text !== '')).toBe(true);
    await blank.check();
    expect(await page.locator('.sheet [role="status"]').textContent()).toBe('Nothing is wrong so far.');
    await inspector.close();
  });

  test('the essay: random numbers of a seed, a step at a time, until the doctor is kept away', async () => {
    const inspector = await editor.open({
      theme: dark,
      model: { state: 'missing' },
      engine: sampleEngine(),
      width: 1000,
      height: 900,
    });
    const { page } = inspector;
    await page.locator('.start-essay').click();
    await settled(inspector, 'scores');
    const bar = page.locator('.essay');
    await expect.poll(() => bar.getAttribute('data-step')).toBe('0');
    expect(await bar.getAttribute('data-says')).not.toBe('away');
    const ids = await page
      .locator('.strip [data-token-id]')
      .evaluateAll((tokens) => tokens.map((token) => Number((token as HTMLElement).dataset['tokenId'])));
    expect(ids).toEqual([1, 2, 0, 4, 7, 9, 5, 3, 9, 5, 6, 3, 8, 10]);
    await page.getByRole('button', { name: 'One step' }).click();
    await expect.poll(() => bar.getAttribute('data-step')).toBe('1');
    await page.getByRole('button', { name: '100 steps' }).click();
    await expect.poll(() => bar.getAttribute('data-says')).toBe('away');
    await openWhole(inspector, 'vectors');
    await picture(inspector, 'essay-vectors');
    // Steps 0, 1, 2, 4 … 64 are known, and now.
    const moment = page.locator('.moment');
    expect(await moment.getAttribute('data-points')).toBe('8');
    await moment.locator('input[type="range"]').fill('0');
    await expect.poll(() => moment.getAttribute('data-point')).toBe('0');
    expect(await moment.locator('output').textContent()).toBe('random numbers of seed 1');
    // The way as numbers has a row for each point, and chooses one.
    const way = page.locator('.drift [data-distance]');
    expect(await way.count()).toBe(9);
    const distances = await way.evaluateAll((rows) =>
      rows.map((row) => Number((row as HTMLElement).dataset['distance'])),
    );
    expect(distances[0]).toBe(0);
    expect(distances.at(-1)).toBeGreaterThan(distances[1]!);
    await page.locator('.drift summary').click();
    await way.nth(3).locator('button').click();
    await expect.poll(() => moment.getAttribute('data-point')).toBe('3');
    await picture(inspector, 'essay-drift');
    await way.nth(0).locator('button').click();
    await expect.poll(() => moment.getAttribute('data-point')).toBe('0');
    await moment.locator('.num[data-of="change"]').focus();
    await page.keyboard.press('p');
    await page.waitForSelector('.sheet .results [data-result]');
    for (const { difference, bound } of redo(await sheetTextOnPage(inspector))) {
      expect(difference).toBeLessThanOrEqual(bound);
    }
    await page.locator('.sheet button.primary').click();
    await settled(inspector, 'vectors');
    await openWhole(inspector, 'learning');
    // The whole pass goes to paper once a click, with what is computed and without it.
    const kept = (): string[] =>
      inspector.received.flatMap((request) => (request.type === 'keep' ? [request.content] : []));
    const before = kept().length;
    await page.locator('.print-pass').click();
    await expect.poll(() => kept().length).toBe(before + 1);
    await page.locator('.print-blank-pass').click();
    await expect.poll(() => kept().length).toBe(before + 2);
    const [filled, blank] = kept().slice(before);
    for (const printed of [filled!, blank!]) expect(printed).toContain('data-table="shares-0"');
    expect(filled!.length).toBeGreaterThan(blank!.length);
    expect(inspector.pageErrors).toEqual([]);
    await picture(inspector, 'essay-learning');
    expect(await seriousFindings(inspector)).toEqual([]);
    await inspector.close();
  });

  test('the vocabulary has no more than 60 rows on the page, wherever it is scrolled to, and finds the chosen token', async () => {
    const inspector = await openOnSample(editor);
    const { page } = inspector;
    await openWhole(inspector, 'tokens');
    const rows = page.locator('.vocabulary-frame tbody tr');
    const chosen = page.locator('.vocabulary-frame tr.chosen');
    const isSeen = (row: typeof chosen): Promise<boolean> =>
      row.evaluate((element) => {
        const frame = element.closest('.vocabulary-frame')!.getBoundingClientRect();
        const { top, bottom } = element.getBoundingClientRect();
        return top >= frame.top && bottom <= frame.bottom;
      });
    await expect.poll(() => chosen.count()).toBe(1);
    await expect.poll(() => isSeen(chosen)).toBe(true);
    const chosenId = await chosen.getAttribute('data-id');
    for (const share of [0, 0.5, 1, 0.25]) {
      await page.locator('.vocabulary-frame').evaluate((frame, share) => {
        frame.scrollTop = share * (frame.scrollHeight - frame.clientHeight);
      }, share);
      const rank = Math.floor(share * 2047);
      await expect.poll(() => page.locator(`[data-rank="${rank}"]`).count()).toBe(1);
      expect(await isSeen(page.locator(`[data-rank="${rank}"]`))).toBe(true);
      expect(await rows.count()).toBe(60);
    }
    await page.getByRole('button', { name: 'Find the chosen token' }).click();
    await expect.poll(() => chosen.getAttribute('data-id')).toBe(chosenId);
    await expect.poll(() => isSeen(chosen)).toBe(true);
    // Another token that is chosen is found at once.
    await page.locator('.strip [data-token-id]').nth(3).click();
    await expect.poll(() => chosen.getAttribute('data-id')).not.toBe(chosenId);
    await expect.poll(() => isSeen(chosen)).toBe(true);
    await inspector.close();
  });

  test('a line that a neuron fires at opens in the editor; the search grows, is stopped, and serves the next neuron', async () => {
    let parts = 0;
    let hold: Promise<void> | null = null;
    let goOn = (): void => {};
    const engine = sampleEngine();
    const inspector = await openOnSample(editor, {
      engine: {
        ...engine,
        ask: async (query, signal) => {
          if (query.question.kind === 'firingLines' && parts++ === 1) {
            hold = new Promise((resolve) => (goOn = resolve));
            await hold;
          }
          return engine.ask(query, signal);
        },
      },
    });
    const { page } = inspector;
    await page.locator('.rail-entry[data-stage="neurons"]').click();
    await settled(inspector, 'neurons');
    expect(await page.locator('.firing-lines [data-line]').count()).toBe(0);
    await page.getByRole('button', { name: 'Search the workspace' }).click();
    await expect.poll(() => page.locator('.firing-lines progress').count()).toBe(1);
    await expect.poll(() => page.locator('.firing-lines [role="status"]').textContent()).toMatch(/…$/);
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => inspector.received.some(({ type }) => type === 'stop')).toBe(true);
    goOn();
    const asked = parts;
    await settled(inspector, 'neurons');
    expect(parts).toBe(asked);
    await searchLines(inspector);
    const lines = page.locator('.firing-lines [data-line]');
    expect(await lines.count()).toBeGreaterThan(0);
    expect(await lines.count()).toBeLessThanOrEqual(8);
    const sums = await lines.evaluateAll((rows) =>
      rows.map((row) => Number((row as HTMLElement).dataset['sum'])),
    );
    expect(sums).toEqual(sums.toSorted((a, b) => b - a));
    const [file, line] = (await lines.first().getAttribute('data-line'))!.split(':');
    await lines.first().locator('button.plain').click();
    await expect
      .poll(() => inspector.received.find(({ type }) => type === 'reveal'))
      .toEqual({ type: 'reveal', place: { file, line: Number(line) } });
    await page.locator('[data-neuron] button').nth(3).click();
    await searchLines(inspector);
    await picture(inspector, 'firing-lines');
    await inspector.close();
  });
});
