import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { inspectorPart, inspectorSection, budgets } from './inspectorSection.ts';
import type { InspectorResults } from './inspectorResults.ts';

const root = path.join(import.meta.dirname, '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

test('what README says of the Inspector’s speed is what the committed results say', () => {
  const source = inspectorPart.source(readme);
  const results = JSON.parse(readFileSync(path.join(root, source), 'utf8')) as InspectorResults;
  expect(inspectorPart.in(readme)).toBe(inspectorSection(results, source));
});

test('a budget is missed by its 95th percentile, by its median, by memory and by either ratio', () => {
  const spread = (p50: number, p95: number) => ({ tries: 100, p50, p95, max: p95 });
  const measured = { commit: 'c', measuredAt: '2026-01-01T00:00:00.000Z' };
  const at = (by: number): InspectorResults => ({
    machine: { cpu: 'CPU', cores: 2, memoryGb: 8, system: 'S', node: '24', v8: '13' },
    page: {
      ...measured,
      figures: {
        tokens: 500,
        firstPaintMs: spread(150 * by, 300),
        firstStageMs: spread(200, 400),
        selectionMs: spread(25, 50 * by),
        headMs: spread(50, 100 * by),
        temperatureMs: spread(8, 16 * by),
      },
    },
    memory: { ...measured, figures: { ticks: 7_200, clicks: 500, firstBytes: 5e6, lastBytes: 64e6 * by } },
    cost: {
      ...measured,
      figures: {
        secondsARound: 10,
        open: { completionMs: spread(20, 60), tokensPerSecond: [1] },
        closed: { completionMs: spread(20, 60), tokensPerSecond: [1] },
        completion: { ratio: 1.02 * by, low: 1, high: 1 },
        training: { ratio: 0.98 / by, low: 1, high: 1 },
      },
    },
  });
  expect(budgets(at(1)).map(({ isMet }) => isMet)).toEqual(budgets(at(1)).map(() => true));
  expect(budgets(at(1.01)).map(({ isMet }) => isMet)).toEqual(budgets(at(1)).map(() => false));
  expect(inspectorSection(at(1.01), 'test/bench/results/a.json')).toContain('**missed**');
});
