import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { presetConfig } from '../../extension/engine/config.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { presetNames } from '../../extension/protocol/model.ts';
import { recipes } from '../../extension/training/recipe.ts';
import { compareTrainings, indexOf } from './parity.ts';

/**
 * `node test/distributed/compare.ts --shards DIR --held-out DIR [--preset large] [--steps 200] [--threads 2] [--seed 1]` trains by our
 * engine and by PyTorch, and prints how far the losses are apart.
 */
const { values: flags } = parseArgs({
  options: {
    shards: { type: 'string' },
    'held-out': { type: 'string' },
    preset: { type: 'string', default: 'large' },
    steps: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});

const preset = presetNames.find((name) => name === flags.preset);
if (flags.shards === undefined || flags['held-out'] === undefined || preset === undefined) {
  throw new Error('Expected --shards DIR, --held-out DIR and a --preset that there is.');
}
const scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-parity-'));
try {
  const { ours, pytorch, largestRelativeDifference } = await compareTrainings(nodePlatform(), {
    config: presetConfig(preset, indexOf(flags.shards).vocabSize),
    recipe: recipes[preset],
    seed: Number(flags.seed),
    steps: Number(flags.steps),
    threads: Number(flags.threads),
    shards: path.resolve(flags.shards),
    heldOut: path.resolve(flags['held-out']),
    scratch,
  });
  for (let step = 0; step < ours.length; step += Math.ceil(ours.length / 10)) {
    console.log(`step ${step + 1}: ours ${ours[step]!.toFixed(5)}, PyTorch ${pytorch[step]!.toFixed(5)}`);
  }
  console.log(`last: ours ${ours.at(-1)!.toFixed(5)}, PyTorch ${pytorch.at(-1)!.toFixed(5)}`);
  console.log(
    `largest relative difference in ${ours.length} steps: ${largestRelativeDifference.toExponential(2)}`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
