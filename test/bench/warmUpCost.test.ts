import { expect, it } from 'vitest';
import { measureWarmUp } from '../../extension/bench/warmUpCost.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { builds } from '../engine/compiled.ts';

it.each(builds)('finds for each kernel of the %s build when it is at full speed', async (build) => {
  const costs = await measureWarmUp(nodePlatform(), build);
  expect(costs.map(({ what }) => what)).toEqual(['matmul', 'attention', 'decode']);
  for (const { fullSpeedAfterMs } of costs) {
    expect(fullSpeedAfterMs.without).toBeGreaterThan(0);
    expect(fullSpeedAfterMs.with).toBeGreaterThan(0);
  }
});
