import type { WeightPlace } from '../protocol/stages.ts';
import type { RecordedModel } from './recordedModel.ts';

/** Where a weight of a product's matrix is among the tensors: q, k and v are one below the other. */
export function weightAt(
  model: RecordedModel,
  { matrix, layer, row, col }: WeightPlace,
): { readonly tensor: string; readonly at: number } {
  const { hiddenSize: h, intermediateSize: f } = model.config;
  if (matrix === 'embedding') return { tensor: 'model.embed_tokens.weight', at: row * h + col };
  const part = {
    qkv: `self_attn.${['q', 'k', 'v'][Math.floor(row / h)]!}_proj`,
    output: 'self_attn.o_proj',
    up: 'mlp.up_proj',
    down: 'mlp.down_proj',
  }[matrix];
  const rowInTensor = matrix === 'qkv' ? row % h : row;
  return {
    tensor: `model.layers.${layer}.${part}.weight`,
    at: rowInTensor * (matrix === 'down' ? f : h) + col,
  };
}
