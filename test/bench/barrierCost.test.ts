import { expect, it } from 'vitest';
import { measureBarrier } from '../../extension/bench/barrierCost.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { Team } from '../../extension/training/team.ts';
import { compiled } from '../engine/compiled.ts';

it('measures a phase in which no lane does anything, and leaves the team able to work', async () => {
  const size = { tokens: 64, chunks: 9, lanes: 2, optimizer: 'adamw' as const };
  const team = Team.create(nodePlatform(), compiled('baseline'), presetConfig('pencil'), size, 64);
  const before = team.floats(team.plan.losses, 64).slice();
  const { medianMicroseconds, p95Microseconds } = measureBarrier(team);
  expect(medianMicroseconds).toBeGreaterThan(0);
  expect(p95Microseconds).toBeGreaterThanOrEqual(medianMicroseconds);
  expect(team.floats(team.plan.losses, 64)).toEqual(before);
  team.run('evaluate', { rows: 64, length: 8 });
  expect(team.floats(team.plan.losses, 64)).not.toEqual(before);
  await team.dispose();
});
