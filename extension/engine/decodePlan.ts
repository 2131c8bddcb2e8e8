import type { ModelConfig } from '../protocol/model.ts';
import type { Ptr } from './kernels.ts';
import { Allocator, parameterCount, planScratch } from './layout.ts';

/**
 * What the decoder's weight matrices are made of: float32 as they were trained, or 8-bit whole numbers with a scale for each row, which
 * are a quarter of the bytes.
 */
export type WeightFormat = 'f32' | 'int8';

/** Fewer parameters stay as they are: they are quick anyway, and `pencil` is there to be computed again by hand. */
const fewestQuantized = 100_000;

/** What completions compute with, and whatever shows what they would be. */
export function weightFormat(config: ModelConfig): WeightFormat {
  return parameterCount(config) < fewestQuantized ? 'f32' : 'int8';
}

/** A weight matrix W[rows, cols] as products read it, packed when the model is loaded. */
export type DecodeMatrix = {
  /** what it is made of, one below the other */
  readonly tensors: readonly string[];
  readonly rows: number;
  readonly cols: number;
} & (
  | {
      readonly format: 'f32';
      /** packForward, for blocks of rows */
      readonly panels: Ptr;
      /** packColumns, for one row */
      readonly columns: Ptr;
    }
  | {
      readonly format: 'int8';
      /** quantizeWeight, whatever the rows */
      readonly panels: Ptr;
      readonly scales: Ptr;
      readonly sums: Ptr;
    }
);

/** A vector of RMSNorm: f32[hidden] */
export interface DecodeNorm {
  readonly tensor: string;
  readonly at: Ptr;
}

export interface DecodeLayer {
  readonly inputNorm: DecodeNorm;
  /** q, k and v, one below the other: [3 · hidden, hidden] */
  readonly qkv: DecodeMatrix;
  readonly output: DecodeMatrix;
  readonly middleNorm: DecodeNorm;
  readonly up: DecodeMatrix;
  readonly down: DecodeMatrix;
  /** f32[heads, positions, headDim] */
  readonly keys: Ptr;
  readonly values: Ptr;
}

export interface DecodePlan {
  /** most rows that one call computes */
  readonly blockRows: number;
  /** f32[vocabulary, hidden] */
  readonly embedding: Ptr;
  readonly layers: readonly DecodeLayer[];
  readonly finalNorm: DecodeNorm;
  /** the embedding again, packed */
  readonly head: DecodeMatrix;
  /** f32[positions, headDim / 2] */
  readonly ropeCos: Ptr;
  readonly ropeSin: Ptr;
  /** f32 of a layer's largest matrix: what packing reads */
  readonly staging: Ptr;
  readonly ids: Ptr;
  readonly stream: Ptr;
  readonly norm: Ptr;
  readonly rstd: Ptr;
  readonly qkv: Ptr;
  readonly attention: Ptr;
  readonly up: Ptr;
  readonly logits: Ptr;
  /** what quantizeRows writes of a product's input */
  readonly quantized: { readonly values: Ptr; readonly steps: Ptr; readonly zeros: Ptr };
  readonly scratch: Ptr;
  readonly bytes: number;
}

export const embeddingTensor = 'model.embed_tokens.weight';

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** @param blockRows rows of a prefill that are computed together */
export function planDecode(
  config: ModelConfig,
  format: WeightFormat,
  blockRows: number,
  base: number,
): DecodePlan {
  const allocator = new Allocator(base);
  const { hiddenSize: h, intermediateSize: f, vocabSize } = config;
  const plan = {
    blockRows,
    embedding: allocator.floats(vocabSize * h),
    layers: Array.from({ length: config.numHiddenLayers }, (_, layer) =>
      planLayer(allocator, config, format, layer),
    ),
    finalNorm: { tensor: 'model.norm.weight', at: allocator.floats(h) },
    head: planMatrix(allocator, format, [embeddingTensor], vocabSize, h),
    ...planRope(allocator, config),
    staging: allocator.floats(f * h),
    ids: allocator.bytes(4 * blockRows),
    stream: allocator.floats(blockRows * h),
    norm: allocator.floats(blockRows * h),
    rstd: allocator.floats(blockRows),
    qkv: allocator.floats(blockRows * 3 * h),
    attention: allocator.floats(blockRows * h),
    up: allocator.floats(blockRows * f),
    logits: allocator.floats(blockRows * vocabSize),
    quantized: {
      values: allocator.bytes(2 * blockRows * roundUp(f, 4)),
      steps: allocator.floats(blockRows),
      zeros: allocator.bytes(4 * blockRows),
    },
    scratch: planScratch(allocator, config),
  };
  return { ...plan, bytes: allocator.end };
}

function planLayer(
  allocator: Allocator,
  config: ModelConfig,
  format: WeightFormat,
  layer: number,
): DecodeLayer {
  const { hiddenSize: h, intermediateSize: f } = config;
  const name = (part: string): string => `model.layers.${layer}.${part}.weight`;
  const norm = (part: string): DecodeNorm => ({ tensor: name(part), at: allocator.floats(h) });
  const matrix = (parts: readonly string[], rows: number, cols: number): DecodeMatrix =>
    planMatrix(allocator, format, parts.map(name), rows, cols);
  return {
    inputNorm: norm('input_layernorm'),
    qkv: matrix(['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'], 3 * h, h),
    output: matrix(['self_attn.o_proj'], h, h),
    middleNorm: norm('post_attention_layernorm'),
    up: matrix(['mlp.up_proj'], f, h),
    down: matrix(['mlp.down_proj'], h, f),
    keys: allocator.floats(config.maxPositionEmbeddings * h),
    values: allocator.floats(config.maxPositionEmbeddings * h),
  };
}

function planMatrix(
  allocator: Allocator,
  format: WeightFormat,
  tensors: readonly string[],
  rows: number,
  cols: number,
): DecodeMatrix {
  switch (format) {
    case 'f32':
      return {
        tensors,
        rows,
        cols,
        format,
        panels: allocator.floats(roundUp(rows, 8) * cols),
        columns: allocator.floats(roundUp(rows, 32) * cols),
      };
    case 'int8':
      return {
        tensors,
        rows,
        cols,
        format,
        panels: allocator.bytes(roundUp(rows, 8) * roundUp(cols, 4)),
        scales: allocator.floats(roundUp(rows, 8)),
        sums: allocator.bytes(4 * roundUp(rows, 8)),
      };
  }
}

function planRope(allocator: Allocator, config: ModelConfig): Pick<DecodePlan, 'ropeCos' | 'ropeSin'> {
  const elements = (config.maxPositionEmbeddings * config.hiddenSize) / config.numAttentionHeads / 2;
  return { ropeCos: allocator.floats(elements), ropeSin: allocator.floats(elements) };
}
