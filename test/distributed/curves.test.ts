import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type KeptCurves, largestDifference } from '../../distributed/curves.ts';

/** `node test/distributed/compare.ts --preset base --write distributed/curves.json` */
const file = path.join(import.meta.dirname, '..', '..', 'distributed', 'curves.json');

it('the first 200 steps of the base’s shape have the same losses by our engine and by PyTorch, within 1 %', () => {
  const curves = JSON.parse(readFileSync(file, 'utf8')) as KeptCurves;
  expect([curves.preset, curves.ours.length, curves.pytorch.length]).toEqual(['base', 200, 200]);
  // They learn: equal losses of models that stand still would say nothing.
  expect(curves.ours.at(-1)!).toBeLessThan(0.7 * curves.ours[0]!);
  expect(largestDifference(curves)).toBeLessThanOrEqual(0.01);
});
