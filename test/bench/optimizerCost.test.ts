import { expect, it } from 'vitest';
import { measureOptimizers } from '../../extension/bench/optimizerCost.ts';
import { nodePlatform } from '../../extension/platform/node.ts';

it('measures every optimizer, and steps of one and two micro-batches with short and long sequences', async () => {
  const { optimizers, accumulation } = await measureOptimizers(nodePlatform(), {
    presets: ['pencil'],
    threads: 2,
    tries: 2,
    reproducible: true,
  });
  expect(optimizers.map(({ optimizer }) => optimizer)).toEqual(['adamw', 'muon']);
  for (const { stepMs, updateMs, updateShare } of optimizers) {
    expect(stepMs).toBeGreaterThan(0);
    expect(updateMs).toBeGreaterThan(0);
    expect(updateShare).toBeGreaterThan(0);
  }
  const shapes = accumulation.map(({ optimizer, microBatches, length }) => [optimizer, microBatches, length]);
  expect(shapes).toEqual(
    ['adamw', 'muon'].flatMap((optimizer) =>
      [4, 8].flatMap((length) => [1, 2].map((microBatches) => [optimizer, microBatches, length])),
    ),
  );
  for (const { tokensPerSecond } of accumulation) expect(tokensPerSecond).toBeGreaterThan(0);
});
