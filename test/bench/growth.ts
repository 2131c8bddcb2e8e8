import { measuringProcess } from '../../extension/cli/benchCommand.ts';
import { stepFigures } from '../../extension/bench/benchReport.ts';
import { type Heat, runHeat } from '../../extension/bench/heat.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { parameterCount } from '../../extension/engine/layout.ts';
import { stepFlops } from '../../extension/engine/weightTasks.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import type { GrowthPoint, StepCost } from './results.ts';

/** One dimension at a time, from the preset `large` on. */
export const growthSeries = {
  hiddenSize: [64, 128, 256, 512],
  numHiddenLayers: [2, 4, 8],
  context: [128, 256, 512, 1024],
} as const;
export type Dimension = keyof typeof growthSeries;

type Shape = Readonly<Record<Dimension, number>>;
export const growthBase: Shape = { hiddenSize: 256, numHiddenLayers: 4, context: 256 };
/** of a step: two sequences of the longest */
const tokens = 2_048;

export interface GrowthRequest {
  readonly cores: number;
  readonly quick: boolean;
  readonly onProgress: (what: string, done: number, all: number) => void;
  readonly signal: AbortSignal;
}

/** Every shape once, at each number of threads. */
export async function measureGrowth(request: GrowthRequest): Promise<GrowthPoint[]> {
  const shapes = growthShapes().slice(0, request.quick ? 1 : undefined);
  const threadCounts = request.cores > 1 ? [1, 2] : [1];
  const all = shapes.length * threadCounts.length;
  const points: GrowthPoint[] = [];
  for (const shape of shapes) {
    for (const threads of threadCounts) {
      const { hiddenSize, numHiddenLayers, context } = shape;
      const what = `hidden ${hiddenSize}, ${numHiddenLayers} layers, context ${context}, ${threads} thread(s)`;
      request.onProgress(what, points.length, all);
      points.push(await measurePoint(shape, threads, request));
    }
  }
  return points;
}

export function growthShapes(): Shape[] {
  const shapes = Object.entries(growthSeries).flatMap(([dimension, sizes]) =>
    sizes.map((size): Shape => ({ ...growthBase, [dimension]: size })),
  );
  const key = (shape: Shape): string => Object.values(shape).join();
  return [...new Map(shapes.map((shape) => [key(shape), shape])).values()];
}

async function measurePoint(
  shape: Shape,
  threads: number,
  { quick, signal }: GrowthRequest,
): Promise<GrowthPoint> {
  const config = configOf(shape);
  const heat: Heat = {
    subject: { kind: 'trainStep', reproducible: false, config, tokens, length: shape.context, threads },
    warmUps: quick ? 1 : 2,
    tries: quick ? 2 : 10,
  };
  const result = await runHeat(measuringProcess(), heat, [], signal);
  return {
    ...shape,
    threads,
    parameters: parameterCount(config),
    cost: costOf(config, shape.context),
    ...stepFigures(tokens, heat, result),
  };
}

/** Heads of 64, as the presets `large` and `default` nearly have. */
function configOf({ hiddenSize, numHiddenLayers, context }: Shape): ModelConfig {
  return {
    ...presetConfig('large'),
    hiddenSize,
    intermediateSize: 4 * hiddenSize,
    numHiddenLayers,
    numAttentionHeads: hiddenSize / 64,
    maxPositionEmbeddings: context,
  };
}

/** What a step has to do, by its shape alone. */
function costOf(config: ModelConfig, length: number): StepCost {
  const { hiddenSize: h, intermediateSize: f, numHiddenLayers: layers, vocabSize } = config;
  const total = stepFlops(config, tokens, length);
  const linear = 6 * tokens * (layers * (4 * h * h + 2 * h * f) + vocabSize * h);
  const parameters = parameterCount(config);
  return {
    productGflop: linear / 1e9,
    attentionGflop: (total - linear) / 1e9,
    // A step writes and reads back every gradient, reads and writes weights and both moments, and writes two packed copies.
    weightMb: (4 * parameters * (2 + 6 + 2)) / 1e6,
    // Every value between two products is written once and read twice (forward, backward), and so is its gradient.
    // Logits exist for a block of rows only, which stays in a cache.
    activationMb: (4 * tokens * layers * (8 * h + 2 * f) * 2 * 3) / 1e6,
  };
}
