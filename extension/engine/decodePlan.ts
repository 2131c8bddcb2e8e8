import type { ModelConfig } from '../protocol/model.ts';
import type { Ptr } from './kernels.ts';
import { Allocator, planScratch, planWeights, type WeightPlan } from './layout.ts';

export interface DecodePlan extends WeightPlan {
  /** most rows that one call computes */
  readonly blockRows: number;
  readonly ids: Ptr;
  /** f32[positions, 2 · hidden] a layer: keys beside values */
  readonly keyValues: readonly Ptr[];
  readonly stream: Ptr;
  readonly norm: Ptr;
  readonly rstd: Ptr;
  readonly qkv: Ptr;
  readonly logSumExp: Ptr;
  readonly attention: Ptr;
  readonly up: Ptr;
  readonly logits: Ptr;
  readonly scratch: Ptr;
  readonly bytes: number;
}

/** @param blockRows rows of a prefill that are computed together */
export function planDecode(config: ModelConfig, blockRows: number, base: number): DecodePlan {
  const allocator = new Allocator(base);
  const { hiddenSize: h, intermediateSize: f, maxPositionEmbeddings: positions } = config;
  const plan = {
    ...planWeights(allocator, config, false),
    blockRows,
    ids: allocator.bytes(4 * blockRows),
    keyValues: Array.from({ length: config.numHiddenLayers }, () => allocator.floats(positions * 2 * h)),
    stream: allocator.floats(blockRows * h),
    norm: allocator.floats(blockRows * h),
    rstd: allocator.floats(blockRows),
    qkv: allocator.floats(blockRows * 3 * h),
    logSumExp: allocator.floats(blockRows * config.numAttentionHeads),
    attention: allocator.floats(blockRows * h),
    up: allocator.floats(blockRows * f),
    logits: allocator.floats(blockRows * config.vocabSize),
    scratch: planScratch(allocator, config),
  };
  return { ...plan, bytes: allocator.end };
}
