import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { KeptCurves } from '../../distributed/curves.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { presetNames } from '../../extension/protocol/model.ts';
import { type Recipe, recipes } from '../../extension/training/recipe.ts';
import { compareTrainings, indexOf } from './parity.ts';

/**
 * `node test/distributed/compare.ts --shards DIR --held-out DIR [--preset large] [--steps 200] [--threads 2] [--seed 1]` trains by our
 * engine and by PyTorch, and prints how far the losses are apart; `--write FILE` keeps both curves. The preset `base` is its shape from random
 * numbers, as it was pre-trained but for the tokens of a step: a CPU can't have 65,536 of them two hundred times.
 */
const { values: flags } = parseArgs({
  options: {
    shards: { type: 'string' },
    'held-out': { type: 'string' },
    preset: { type: 'string', default: 'large' },
    steps: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    write: { type: 'string' },
  },
});

const preset = presetNames.find((name) => name === flags.preset);
if (flags.shards === undefined || flags['held-out'] === undefined || preset === undefined) {
  throw new Error('Expected --shards DIR, --held-out DIR and a --preset that there is.');
}
const recipe: Recipe = preset === 'base' ? pretraining() : recipes[preset];
const scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-parity-'));
try {
  const config = presetConfig(preset, indexOf(flags.shards).vocabSize);
  const { ours, pytorch, largestRelativeDifference } = await compareTrainings(nodePlatform(), {
    config,
    recipe,
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
  if (flags.write !== undefined) {
    const curves: KeptCurves = { preset, seed: Number(flags.seed), recipe, ours, pytorch };
    writeFileSync(flags.write, `${JSON.stringify(curves)}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** As `base/training.jsonl` says of its rates. */
function pretraining(): Recipe {
  const { large } = recipes;
  const peakLearningRate = 0.009;
  const outerRate = (large.outerRate * large.peakLearningRate) / peakLearningRate;
  return { ...large, lengths: [[0, 512]], peakLearningRate, outerRate };
}
