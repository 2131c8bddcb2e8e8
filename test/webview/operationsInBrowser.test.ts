import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import type { OperationGraph } from '../../extension/protocol/operations.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, tinyConfig } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

/** The sample's numbers, by an engine of so many layers. */
function engineOf(layers: number, heads: number): { engine: InspectionEngine; graph: OperationGraph } {
  const hiddenSize = 4 * heads;
  const config = {
    ...tinyConfig,
    hiddenSize,
    intermediateSize: 4 * hiddenSize,
    numHiddenLayers: layers,
    numAttentionHeads: heads,
  };
  const model = new RecordedModel(compiled('relaxed'), config, randomTensors(config, layers));
  model.run([1, 2, 3]);
  const graph = model.operations();
  const sample = sampleEngine();
  const engine: InspectionEngine = {
    ...sample,
    inspect: async (query, signal) => ({ ...(await sample.inspect(query, signal)), layers }),
    ask: async (query, signal) =>
      query.question.kind === 'operations'
        ? { kind: 'operations', answer: graph }
        : sample.ask(query, signal),
  };
  return { engine, graph };
}

/** What the graph says with one layer open, in a few lines of its own. */
function expectedEdges({ operations, flows }: OperationGraph, open: number): string[] {
  const last = Math.max(...operations.map(({ layer }) => layer ?? -1));
  const nodeOf = (at: number): string => {
    const { name, layer } = operations[at]!;
    if (layer === null) return name;
    if (layer === open) return `${layer}.${name}`;
    return layer < open ? `0-${open - 1}` : `${open + 1}-${last}`;
  };
  const edges = flows.map(({ from, to, skips }) => {
    const isFolded = ![null, open].includes(operations[to]!.layer);
    return [nodeOf(from), nodeOf(to), String(skips && !isFolded)];
  });
  return [...new Set(edges.filter(([from, to]) => from !== to).map((edge) => edge.join(' ')))].sort();
}

describe.skipIf(whyNoBrowser !== null)('how numbers flow, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  const edgesOf = async ({ page }: OpenInspector): Promise<string[]> =>
    page.locator('.flow-frame [data-from]').evaluateAll((edges) =>
      edges
        .map((edge) => (edge as SVGElement).dataset)
        .map(({ from, to, skips }) => `${from} ${to} ${skips}`)
        .sort(),
    );

  /** Nodes between whose rows each line begins and ends, by where it is drawn. */
  const drawnEdges = async ({ page }: OpenInspector): Promise<string[]> =>
    page.locator('.flow-frame').evaluate((frame) => {
      const buttons = [...frame.querySelectorAll<HTMLElement>('.flow-node')];
      const top = frame.querySelector('svg')!.getBoundingClientRect().top;
      const nodeAt = (y: number): string =>
        buttons.find((button) => {
          const box = button.getBoundingClientRect();
          return top + y >= box.top && top + y <= box.bottom;
        })!.dataset['node']!;
      return [...frame.querySelectorAll<SVGGElement>('[data-from]')]
        .map((edge) => {
          const line = edge.querySelector<SVGPathElement>('.line')!;
          const end = line.getPointAtLength(line.getTotalLength());
          return `${nodeAt(line.getPointAtLength(0).y)} ${nodeAt(end.y)} ${edge.dataset['skips']}`;
        })
        .sort();
    });

  const next = uniform(5);
  const configurations = Array.from({ length: 6 }, () => {
    const [layers, heads] = [randomIntegers(next, 1, 1, 7)[0]!, randomIntegers(next, 1, 1, 4)[0]!];
    return [layers, heads] as const;
  });

  test.each(configurations)(
    'the edges of the page are those of the engine’s graph: %i layers of %i heads, each layer open in turn',
    async (layers, heads) => {
      const { engine, graph } = engineOf(layers, heads);
      const inspector = await openOnSample(editor, { engine });
      const { page } = inspector;
      for (let open = 0; open < layers; open++) {
        if (open > 0) await page.locator(`.flow-node[data-node="${open}-${layers - 1}"]`).click();
        await page.waitForSelector(`.flow-node[data-node="${open}.attention"]`);
        expect(await edgesOf(inspector)).toEqual(expectedEdges(graph, open));
        expect(await drawnEdges(inspector)).toEqual(expectedEdges(graph, open));
      }
      await inspector.close();
    },
  );

  test('a node opens the stage of its numbers, and a folded layer opens itself; the keyboard alone is enough', async () => {
    const { engine } = engineOf(4, 2);
    const inspector = await openOnSample(editor, { engine });
    const { page } = inspector;
    const stage = (): Promise<string | null> => page.locator('.prediction').getAttribute('data-stage');
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => (document.activeElement as HTMLElement).dataset['node']);
    expect(await page.locator('.flow-node[tabindex="0"]').count()).toBe(1);
    await page.locator('.flow-node[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    expect(await focused()).toBe('embedding');
    await page.keyboard.press('Enter');
    await expect.poll(stage).toBe('vectors');
    await page.locator('.flow-node[data-node="embedding"]').focus();
    for (const key of ['0.inputNorm', '0.queryKeyValue', '0.rotation', '0.attention', '0.middle']) {
      await page.keyboard.press('ArrowDown');
      expect(await focused()).toBe(key);
    }
    const told = await page.locator('#flow-told').textContent();
    expect(told).toBe(
      'Output matrix, added. Reads: Attention. Is added to: Token’s vector. With: self_attn.o_proj. Kernels: copy, matmul.',
    );
    expect(await page.locator(':focus').getAttribute('aria-describedby')).toBe('flow-told');
    await page.keyboard.press('Enter');
    await expect.poll(stage).toBe('mix');
    await page.locator('.flow-node[data-node="1-3"]').click();
    await page.waitForSelector('.flow-node[data-node="1.attention"]');
    await page.locator('.flow-node[data-node="2-3"]').click();
    await page.waitForSelector('.flow-node[data-node="0-1"]');
    await page.locator('.flow-node[data-node="0-1"]').click();
    await page.waitForSelector('.flow-node[data-node="1.attention"]');
    await inspector.close();
  });

  test('folded away, it is not asked for', async () => {
    const { engine } = engineOf(2, 2);
    const inspector = await openOnSample(editor, { engine });
    const { page } = inspector;
    const asked = (): number =>
      inspector.received
        .flatMap((request) => (request.type === 'ask' || request.type === 'inspect' ? request.questions : []))
        .filter(({ question }) => question.kind === 'operations').length;
    await page.locator('.flow summary').click();
    await expect.poll(() => page.locator('.flow-node').count()).toBe(0);
    const before = asked();
    await page.locator('.token[data-position="5"]').click();
    await page.waitForSelector('.prediction[data-position="5"][aria-busy="false"]');
    expect(asked()).toBe(before);
    await inspector.close();
  });

  test.each(themes.flatMap((theme) => [1000, 240].map((width) => [theme.id, width, theme] as const)))(
    '%s, %i pixels wide: nothing serious for axe-core, and nothing is cut off',
    async (id, width, theme) => {
      const { engine } = engineOf(6, 4);
      const inspector = await openOnSample(editor, { engine, theme, width });
      const { page } = inspector;
      if (width > 420) await page.locator('.rail-entry[data-stage="mix"]').click();
      else await page.locator('.rail-select select').selectOption('mix');
      await settled(inspector, 'mix');
      await page.waitForSelector('.flow-node');
      await picture(inspector, `flow-${id}-${width}`, '.details');
      expect(await seriousFindings(inspector)).toEqual([]);
      const widths = await page.evaluate(() => [document.body.scrollWidth, window.innerWidth]);
      expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
      expect(await inspector.violations()).toEqual([]);
      await inspector.close();
    },
  );
});
