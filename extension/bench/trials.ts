import { presetConfig } from '../engine/config.ts';
import type { WeightFormat } from '../engine/decodePlan.ts';
import { Decoder } from '../engine/decoder.ts';
import { type CompiledKernels, compileKernels, type KernelBuild } from '../engine/instantiate.ts';
import { elementCount, parameterTable } from '../engine/layout.ts';
import { Random } from '../engine/random.ts';
import { stepFlops } from '../engine/weightTasks.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { ModelConfig } from '../protocol/model.ts';
import { say } from '../protocol/sentence.ts';
import { Batches } from '../training/batches.ts';
import { Learner, mostChunks } from '../training/learner.ts';
import { measurePeak } from '../training/peak.ts';
import { largestOperand, orientations, productBlocks, type ProductShape } from '../training/product.ts';
import { type Recipe, recipes, tokensInMemory } from '../training/recipe.ts';
import { Team } from '../training/team.ts';
import { milliseconds } from '../training/timing.ts';
import { type BarrierCost, measureBarrier } from './barrierCost.ts';

/** What is measured: plain data, because each is measured in a process of its own. */
export type Subject = { readonly reproducible: boolean } & (
  | ({ readonly kind: 'product'; readonly threads: number } & ProductShape)
  | TrainStepSubject
  | { readonly kind: 'barrier'; readonly threads: number }
  | { readonly kind: 'decode'; readonly config: ModelConfig; readonly dtype: Dtype }
  | { readonly kind: 'prefill'; readonly config: ModelConfig; readonly dtype: Dtype }
);

/** of the weights */
export type Dtype = WeightFormat;

export interface TrainStepSubject {
  readonly kind: 'trainStep';
  readonly config: ModelConfig;
  /** of a step */
  readonly tokens: number;
  /** positions of each sequence */
  readonly length: number;
  readonly threads: number;
}

export interface Sample {
  readonly ms: number;
  /** what the same threads can do at most with 128-bit SIMD, measured beside it; where the kernels are compared with it */
  readonly peakGflops?: number;
  readonly barrier?: BarrierCost;
  /** of a training step, nats per token */
  readonly loss?: number;
}

/** A subject ready to be tried. */
export interface Trial {
  readonly facts: TrialFacts;
  run(): Sample;
  close(): Promise<void>;
}

export interface TrialFacts {
  readonly build: KernelBuild;
  /** arithmetic of one try; 0 where it is not counted */
  readonly flops: number;
  /** memory that the subject planned */
  readonly plannedMb: number;
}

/** Tokens that one try of a decode generates, from position `decodeFrom` on. */
export const decodedTokens = 64;
export const decodeFrom = 128;
/** Tokens of the prompt of a prefill. */
export const prefillTokens = 256;

/** Blocks the calling thread in every `run`. @throws {NihiloError} memoryTooSmall, memoryUnavailable, workerFailed */
export async function openTrial(platform: Platform, subject: Subject): Promise<Trial> {
  const compiled = await compileKernels((name) => platform.readAsset(name), subject.reproducible);
  switch (subject.kind) {
    case 'product':
      return productTrial(platform, compiled, subject, subject.threads);
    case 'trainStep':
      return trainStepTrial(platform, compiled, subject);
    case 'barrier':
      return barrierTrial(platform, compiled, subject.threads);
    case 'decode':
      return decodeTrial(compiled, subject.config, subject.dtype);
    case 'prefill':
      return prefillTrial(compiled, subject.config, subject.dtype);
  }
}

const memoryLimitMb = 4_096;
/** Long enough for the best of several tries, short beside what it is compared with. */
const peakMs = 4;
/** Until the system has given threads that woke together a core each. */
const spreadMs = 60;

function productTrial(
  platform: Platform,
  compiled: CompiledKernels,
  shape: ProductShape,
  threads: number,
): Trial {
  const tokens = tokensInMemory(recipes.large, presetConfig('large'));
  const size = {
    tokens,
    chunks: mostChunks(tokens),
    lanes: threads,
    optimizer: 'adamw' as const,
  };
  // The parameters of this preset are many enough to hold the operands.
  const team = Team.create(platform, compiled, presetConfig('large'), size, memoryLimitMb);
  const { plan } = team;
  if (largestOperand(shape) > plan.parameterElements) {
    throw new NihiloError(
      'argumentInvalid',
      say`A product to measure should have operands of at most ${plan.parameterElements} numbers and has ${largestOperand(shape)}.`,
    );
  }
  const random = new Random(1);
  for (const place of [plan.firstMoment, plan.secondMoment]) {
    const operand = team.floats(place, largestOperand(shape));
    for (let i = 0; i < operand.length; i++) operand[i] = random.normal();
  }
  const scalars = {
    productOrientation: orientations.indexOf(shape.orientation),
    productRows: shape.rows,
    productDepth: shape.depth,
    productCols: shape.cols,
    productBlocks: productBlocks(shape, threads),
  };
  return {
    facts: {
      build: compiled.build,
      flops: 2 * shape.rows * shape.depth * shape.cols,
      plannedMb: megabytes(plan.bytes),
    },
    run: () => {
      const multiply = (): void => {
        // Packing is part of the product here; a training packs its weights once a step.
        if (shape.orientation !== 'TN') team.run('packProduct', scalars);
        team.run('product', scalars);
      };
      // Lanes that slept through a rival's try may wake on one core; in a training they are awake and have a core each.
      let spent = threads > 1 ? 0 : spreadMs;
      while (spent < spreadMs) spent += milliseconds(multiply);
      const peakGflops = measurePeak(team, peakMs) / 1e9;
      return { ms: milliseconds(multiply), peakGflops };
    },
    close: () => team.dispose(),
  };
}

function barrierTrial(platform: Platform, compiled: CompiledKernels, threads: number): Trial {
  const { optimizer } = recipes.pencil;
  const size = { tokens: 64, chunks: mostChunks(64), lanes: threads, optimizer };
  const team = Team.create(platform, compiled, presetConfig('pencil'), size, memoryLimitMb);
  return {
    facts: { build: compiled.build, flops: 0, plannedMb: megabytes(team.plan.bytes) },
    run: () => {
      const barrier = measureBarrier(team);
      return { ms: barrier.medianMicroseconds / 1_000, barrier };
    },
    close: () => team.dispose(),
  };
}

function trainStepTrial(platform: Platform, compiled: CompiledKernels, subject: TrainStepSubject): Trial {
  const { config, tokens, threads } = subject;
  const recipe = trialRecipe(subject);
  const size = { tokens, chunks: mostChunks(tokens), lanes: threads, optimizer: recipe.optimizer };
  const team = Team.create(platform, compiled, config, size, memoryLimitMb);
  const learner = new Learner(team, config, recipe, trialBatches(config), trialTensors(config));
  return {
    facts: {
      build: compiled.build,
      flops: stepFlops(config, tokens, subject.length),
      plannedMb: megabytes(team.plan.bytes),
    },
    run: () => {
      let loss = NaN;
      const ms = milliseconds(() => {
        loss = learner.step(trialProgress).loss;
      });
      return { ms, peakGflops: measurePeak(team, peakMs) / 1e9, loss };
    },
    close: () => team.dispose(),
  };
}

/** Share of the training at which the steps are measured: the learning rate is at its peak once it has warmed up. */
export const trialProgress = 0.5;

/** All sequences of one length, so that every step does the same; AdamW with one rate and one decay, as everybody has it. */
export function trialRecipe({ tokens, length }: Pick<TrainStepSubject, 'tokens' | 'length'>): Recipe {
  return {
    ...recipes.large,
    optimizer: 'adamw',
    peakLearningRate: 0.002,
    outerRate: 1,
    weightDecay: 0.1,
    embeddingDecay: 0.1,
    readingsKept: Infinity,
    tokensPerStep: [[0, tokens]],
    lengths: [[0, length]],
  };
}

/** Random ids: what a step costs does not depend on them. */
export function trialBatches(config: ModelConfig): Batches {
  const random = new Random(1);
  return new Batches(
    Uint16Array.from({ length: 100_000 }, () => random.below(config.vocabSize)),
    1,
  );
}

/** No weight is zero, as some are before training: a rival that computes another model then has another loss. */
export function trialTensors(config: ModelConfig): Map<string, Float32Array> {
  const random = new Random(1);
  return new Map(
    parameterTable(config).map(({ name, shape, initialiser }) => {
      const deviation = initialiser.kind === 'normal' ? initialiser.std : 1 / Math.sqrt(shape.at(-1)!);
      const mean = shape.length === 1 ? 1 : 0;
      const draw = (): number => mean + deviation * random.normal();
      return [name, Float32Array.from({ length: elementCount(shape) }, draw)];
    }),
  );
}

function decodeTrial(compiled: CompiledKernels, config: ModelConfig, dtype: Dtype): Trial {
  const decoder = new Decoder(compiled, config, trialTensors(config), dtype);
  const prompt = trialPrompt(config, decodeFrom, 2);
  return {
    facts: { build: compiled.build, flops: 0, plannedMb: 0 },
    run: () => {
      const ids = [...prompt];
      decoder.next(ids);
      // The choice of the token is part of it: whoever generates has to choose.
      const ms = milliseconds(() => {
        for (let i = 0; i < decodedTokens; i++) ids.push(likeliest(decoder.next(ids)!));
      });
      return { ms };
    },
    close: () => Promise.resolve(),
  };
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

function prefillTrial(compiled: CompiledKernels, config: ModelConfig, dtype: Dtype): Trial {
  const decoder = new Decoder(compiled, config, trialTensors(config), dtype);
  let tries = 0;
  return {
    facts: { build: compiled.build, flops: 0, plannedMb: 0 },
    run: () => {
      // Another prompt every time: nothing of it is in the cache.
      const prompt = trialPrompt(config, prefillTokens, 3 + tries++);
      return { ms: milliseconds(() => decoder.next(prompt)) };
    },
    close: () => Promise.resolve(),
  };
}

/** Ids from a seed. */
export function trialPrompt(config: ModelConfig, length: number, seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length }, () => random.below(config.vocabSize));
}

function megabytes(bytes: number): number {
  return bytes / 1_048_576;
}
