import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { growthChart } from './chart.ts';
import { fitCost } from './costModel.ts';
import { growthSeries, growthShapes } from './growth.ts';
import { growthPage } from './growthPage.ts';
import { packageFile } from './peers/install.ts';
import { sampleConstants, sampleGrowth, sampleResults } from './samples.ts';

describe('how cost grows', () => {
  it('is measured at every size of every dimension, once', () => {
    const shapes = growthShapes();
    for (const [dimension, sizes] of Object.entries(growthSeries)) {
      const measured = new Set(shapes.map((shape) => shape[dimension as keyof typeof growthSeries]));
      expect([...measured].sort((a, b) => a - b)).toEqual([...sizes]);
    }
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(shapes.length);
  });

  it.each([1, 2])('fits the constants that the times were made from, %d thread(s)', (threads) => {
    const points = sampleGrowth().filter((point) => point.threads === threads);
    const model = fitCost(points);
    expect(model.productShare).toBeCloseTo(sampleConstants.productShare, 6);
    expect(model.attentionShare).toBeCloseTo(sampleConstants.attentionShare, 6);
    expect(model.bandwidth).toBeCloseTo(sampleConstants.bandwidth, 4);
    for (const point of points) expect(model.predictedMs(point)).toBeCloseTo(point.ms.median, 6);
  });

  it('leaves a constant out that would have to be negative', () => {
    const points = sampleGrowth()
      .filter((point) => point.threads === 1)
      .map((point) => {
        // Less time than the arithmetic alone needs where much is moved: no bandwidth explains that.
        const median =
          point.ms.median -
          (1.5 * (point.cost.weightMb + point.cost.activationMb)) / sampleConstants.bandwidth;
        const fractionOfPeak = (point.fractionOfPeak * point.ms.median) / median;
        return { ...point, fractionOfPeak, ms: { ...point.ms, median } };
      });
    const model = fitCost(points);
    expect(model.bandwidth).toBe(Infinity);
    expect(model.productShare).toBeGreaterThan(0);
  });

  it('is told with a row for each shape and number of threads', () => {
    const results = sampleResults();
    const rows = growthPage(results, 'a.json')
      .split('\n')
      .filter((line) => /^\| \d+ +\| \d+ +\| \d+ +\| \d/.test(line));
    expect(rows.length).toBe(results.growth.length);
  });

  // The packages that draw are installed by the benchmark.
  it.runIf(existsSync(packageFile('@observablehq/plot', 'package.json')))(
    'is drawn: a dot for every figure',
    async () => {
      const svg = await growthChart(sampleGrowth());
      const sizes = Object.values(growthSeries).reduce((sum, series) => sum + series.length, 0);
      expect(svg.match(/<circle /g)?.length).toBe(2 * 2 * sizes);
      expect(svg).not.toContain('NaN');
    },
  );
});
