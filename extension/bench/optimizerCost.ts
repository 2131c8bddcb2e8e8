import { presetConfig } from '../engine/config.ts';
import { type CompiledKernels, compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';
import { type OptimizerName, optimizerNames, type PresetName } from '../protocol/model.ts';
import { Learner, mostChunks } from '../training/learner.ts';
import { type Recipe, recipeFor, tokensInMemory } from '../training/recipe.ts';
import { Team } from '../training/team.ts';
import { median, milliseconds } from '../training/timing.ts';
import { trialBatches, trialProgress, trialTensors } from './trials.ts';

export interface OptimizerCost {
  readonly preset: PresetName;
  readonly optimizer: OptimizerName;
  readonly threads: number;
  /** of one micro-batch, with sequences as long as the context */
  readonly stepMs: number;
  /** from gradients to new, packed weights: a part of `stepMs` */
  readonly updateMs: number;
  /** updateMs ÷ stepMs, try by try */
  readonly updateShare: number;
}

export interface AccumulationSpeed {
  readonly preset: PresetName;
  readonly optimizer: OptimizerName;
  readonly threads: number;
  /** whose gradients add up to one step's */
  readonly microBatches: number;
  /** positions of each sequence */
  readonly length: number;
  readonly tokensPerSecond: number;
}

export interface OptimizerCosts {
  readonly optimizers: readonly OptimizerCost[];
  readonly accumulation: readonly AccumulationSpeed[];
}

export interface OptimizerTrials {
  readonly presets: readonly PresetName[];
  readonly threads: number;
  readonly tries: number;
  readonly reproducible: boolean;
}

const memoryLimitMb = 4_096;
const warmUps = 3;
const shortLength = 64;

/**
 * What a step costs with each optimizer, and what one of several micro-batches or of shorter sequences does: medians of tries that take
 * turns, so that what slows the machine down meanwhile slows all. Blocks the calling thread.
 * @throws {NihiloError} memoryTooSmall, memoryUnavailable, workerFailed
 */
export async function measureOptimizers(
  platform: Platform,
  { presets, threads, tries, reproducible }: OptimizerTrials,
): Promise<OptimizerCosts> {
  const compiled = await compileKernels((name) => platform.readAsset(name), reproducible);
  const optimizers: OptimizerCost[] = [];
  const accumulation: AccumulationSpeed[] = [];
  for (const preset of presets) {
    const rivals = optimizerNames.map((optimizer) => rival(platform, compiled, preset, optimizer, threads));
    for (let i = 0; i < warmUps; i++) rivals.forEach(({ attempt }) => attempt());
    rivals.forEach(({ forget }) => forget());
    for (let i = 0; i < tries; i++) rivals.forEach(({ attempt }) => attempt());
    for (const { cost, speeds, close } of rivals) {
      optimizers.push(cost());
      accumulation.push(...speeds());
      await close();
    }
  }
  return { optimizers, accumulation };
}

interface Rival {
  attempt(): void;
  /** what was tried so far */
  forget(): void;
  cost(): OptimizerCost;
  speeds(): readonly AccumulationSpeed[];
  close(): Promise<void>;
}

/** One team; its learners differ in the recipe of a step. */
function rival(
  platform: Platform,
  compiled: CompiledKernels,
  preset: PresetName,
  optimizer: OptimizerName,
  threads: number,
): Rival {
  const config = presetConfig(preset);
  const context = config.maxPositionEmbeddings;
  const recipe = recipeFor({ preset, optimizer, tokensPerStep: null });
  const tokens = tokensInMemory(recipe, config);
  const lengths = [...new Set([Math.min(shortLength, context / 2), context])];
  const shapes = lengths.flatMap((length) => [1, 2].map((microBatches) => ({ length, microBatches })));
  const size = { tokens, chunks: mostChunks(tokens), lanes: threads, optimizer };
  const team = Team.create(platform, compiled, config, size, memoryLimitMb);
  const cases = shapes.map(({ length, microBatches }) => {
    const step: Recipe = {
      ...recipe,
      lengths: [[0, length]],
      tokensPerStep: [[0, microBatches * tokens]],
      tokensPerMicroBatch: tokens,
    };
    const learner = new Learner(team, config, step, trialBatches(config), trialTensors(config));
    return { length, microBatches, learner, stepMs: [] as number[] };
  });
  const whole = cases.find(({ length, microBatches }) => length === context && microBatches === 1)!;
  const updateMs: number[] = [];
  const named = { preset, optimizer, threads };
  return {
    attempt: () => {
      for (const { learner, stepMs } of cases) {
        stepMs.push(milliseconds(() => learner.step(trialProgress)));
        // Once more with the scalars of that step: what it costs does not depend on the numbers.
        if (learner === whole.learner) updateMs.push(milliseconds(() => repeatUpdate(team)));
      }
    },
    forget: () => {
      updateMs.length = 0;
      for (const { stepMs } of cases) stepMs.length = 0;
    },
    cost: () => ({
      ...named,
      stepMs: median(whole.stepMs),
      updateMs: median(updateMs),
      updateShare: median(updateMs.map((ms, i) => ms / whole.stepMs[i]!)),
    }),
    speeds: () =>
      cases.map(({ length, microBatches, stepMs }) => ({
        ...named,
        microBatches,
        length,
        tokensPerSecond: (1_000 * microBatches * Math.floor(tokens / length) * length) / median(stepMs),
      })),
    close: () => team.dispose(),
  };
}

function repeatUpdate(team: Team): void {
  if (team.plan.optimizer === 'muon') team.run('orthogonalise');
  team.run('update');
}
