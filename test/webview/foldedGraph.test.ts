import { expect, it } from 'vitest';
import { drawn, folded } from '../../extension/webview/flow/foldedGraph.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, tinyConfig } from '../engine/tinyModel.ts';

function graphOf(layers: number) {
  const config = { ...tinyConfig, numHiddenLayers: layers };
  const model = new RecordedModel(compiled('baseline'), config, randomTensors(config, layers));
  model.run([1, 2, 3]);
  return model.operations();
}

const cases = [
  [1, 0],
  [2, 0],
  [2, 1],
  [5, 0],
  [5, 2],
  [5, 4],
] as const;

it.each(cases)(
  'of %i layers, with layer %i open, the others are one node before and one behind',
  (layers, open) => {
    const { nodes } = folded(graphOf(layers), open);
    const others = nodes.flatMap((node) => (node.layers === null ? [] : [node.layers]));
    expect(others).toEqual([
      ...(open > 0 ? [[0, open - 1]] : []),
      ...(open < layers - 1 ? [[open + 1, layers - 1]] : []),
    ]);
    const opened = nodes.flatMap(({ operation }) => operation ?? []);
    expect(opened).toEqual(
      graphOf(layers).operations.filter(({ layer }) => layer === null || layer === open),
    );
  },
);

it.each(cases)(
  'of %i layers, with layer %i open, lines run forwards, and no two lie on each other',
  (layers, open) => {
    const graph = folded(graphOf(layers), open);
    const edges = drawn(graph);
    expect(edges).toHaveLength(graph.edges.length);
    for (const { row, toRow, lane } of edges) {
      expect(toRow).toBeGreaterThan(row);
      if (lane === 0) expect(toRow).toBe(row + 1);
    }
    for (const a of edges) {
      for (const b of edges) {
        if (a === b || a.lane !== b.lane) continue;
        expect(a.toRow <= b.row || b.toRow <= a.row, `${a.from} ${a.to}, ${b.from} ${b.to}`).toBe(true);
      }
    }
  },
);

it('the two ways around go around: beside the nodes between', () => {
  const edges = drawn(folded(graphOf(3), 1)).filter(({ skips }) => skips);
  expect(edges.map(({ from, to }) => [from, to])).toEqual([
    ['1.middle', '1.output'],
    ['0-0', '1.middle'],
  ]);
  for (const { lane } of edges) expect(lane).toBeGreaterThan(0);
});
