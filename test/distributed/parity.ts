import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toArceeConfig } from '../../extension/engine/arceeConfig.ts';
import { parameterTable } from '../../extension/engine/layout.ts';
import { encodeSafetensors } from '../../extension/engine/safetensors.ts';
import { initialTensors } from '../../extension/engine/weights.ts';
import type { Platform } from '../../extension/platform/platform.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import { Batches } from '../../extension/training/batches.ts';
import { Learner } from '../../extension/training/learner.ts';
import { openTeam } from '../../extension/training/openTeam.ts';
import type { Recipe } from '../../extension/training/recipe.ts';
import type { ShardIndex } from '../../extension/training/shards.ts';
import { largestDifference, type LossCurves } from '../../distributed/curves.ts';
import { lossesOf, train } from './pytorch.ts';

export interface ParityCase {
  readonly config: ModelConfig;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly steps: number;
  readonly threads: number;
  /** of shards to learn from */
  readonly shards: string;
  readonly heldOut: string;
  /** for what is written on the way */
  readonly scratch: string;
}

export interface Parity extends LossCurves {
  readonly largestRelativeDifference: number;
}

/** The same training by our engine and by PyTorch: same first weights, shards, order, recipe and steps, all in float32. */
export async function compareTrainings(platform: Platform, subject: ParityCase): Promise<Parity> {
  const init = path.join(subject.scratch, 'init');
  writeModel(init, subject);
  const ours = await ourLosses(platform, subject);
  const out = path.join(subject.scratch, 'out');
  const run = await train([...folders(subject, init, out), ...learning(subject)]);
  if (run.code !== 0) throw new Error(`train.py ended with ${run.code}: ${run.stderr}`);
  const pytorch = [...lossesOf(run.lines).values()];
  if (pytorch.length !== ours.length) {
    throw new Error(`Expected ${ours.length} losses of PyTorch, got ${pytorch.length}.`);
  }
  return { ours, pytorch, largestRelativeDifference: largestDifference({ ours, pytorch }) };
}

/** The first weights, as a model folder. */
function writeModel(folder: string, { config, seed, shards }: ParityCase): void {
  mkdirSync(folder, { recursive: true });
  const table = parameterTable(config);
  const values = initialTensors(table, seed);
  const tensors = new Map(table.map(({ name, shape }) => [name, { shape, data: values.get(name)! }]));
  const described = toArceeConfig(config, indexOf(shards).endOfText);
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(described));
  writeFileSync(path.join(folder, 'model.safetensors'), Buffer.concat(encodeSafetensors(tensors)));
}

async function ourLosses(platform: Platform, subject: ParityCase): Promise<number[]> {
  const { config, recipe, seed, steps, threads, shards } = subject;
  const resources = { threads, memoryLimitMb: 2_000, reproducible: false };
  const team = await openTeam(platform, config, recipe, resources);
  try {
    const weights = initialTensors(parameterTable(config), seed);
    const learner = new Learner(team, config, recipe, new Batches(readStream(shards), seed), weights);
    return Array.from({ length: steps }, (_, step) => learner.step(step / steps).loss);
  } finally {
    await team.dispose();
  }
}

export function indexOf(folder: string): ShardIndex {
  return JSON.parse(readFileSync(path.join(folder, 'shards.json'), 'utf8')) as ShardIndex;
}

/** All shards, one behind the other. */
export function readStream(folder: string): Uint16Array {
  const parts = indexOf(folder).shards.map(({ file }) => readFileSync(path.join(folder, file)));
  const bytes = Buffer.concat(parts);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
}

function folders({ shards, heldOut }: ParityCase, init: string, out: string): string[] {
  return ['--train', shards, '--held-out', heldOut, '--init', init, '--out', out];
}

function learning({ recipe, seed, steps }: ParityCase): string[] {
  const schedule = (parts: Recipe['lengths']): string => parts.map((part) => part.join(':')).join();
  const options = {
    seed,
    steps,
    'log-every': 1,
    'evaluate-every': steps,
    'held-out-tokens': 1,
    'tokens-per-step': schedule(recipe.tokensPerStep),
    lengths: schedule(recipe.lengths),
    'peak-learning-rate': recipe.peakLearningRate,
    'embedding-rate': recipe.outerRate * recipe.peakLearningRate,
    'warm-up-steps': recipe.warmUpSteps,
    'decay-from': recipe.decayFrom,
    beta1: recipe.beta1,
    beta2: recipe.beta2,
    eps: recipe.eps,
    momentum: recipe.momentum,
    'weight-decay': recipe.weightDecay,
    'embedding-decay': recipe.embeddingDecay,
    'readings-kept': recipe.readingsKept,
    clip: recipe.clip,
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
