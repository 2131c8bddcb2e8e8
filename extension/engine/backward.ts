import { type Chunk, normWeight, type Pass, rowAt } from './forward.ts';
import type { Ptr } from './kernels.ts';

/**
 * From the gradient of the final norm (in `workspace.transient`) to the gradients of every activation that a weight gradient needs, each in
 * the place of what the backward pass has read for the last time. The layers' weights are not touched: their gradients sum over all tokens
 * and are computed when every chunk is done.
 */
export function backward(pass: Pass, chunk: Chunk): void {
  const { kernels, config, plan, workspace } = pass;
  const { hiddenSize: h, numHiddenLayers } = config;
  kernels.fill(normPartial(pass, chunk, 0), 0, (2 * numHiddenLayers + 1) * h);
  // Nothing goes around the final norm, and nobody reads its output any more.
  const nothing = workspace.finalNorm;
  kernels.fill(nothing, 0, chunk.sequences * chunk.length * h);
  const final = rowAt(plan.finalInput, chunk.rowStart, h);
  normBackward(pass, chunk, 2 * numHiddenLayers, final, nothing, workspace.finalRstd);
  for (let layer = numHiddenLayers - 1; layer >= 0; layer--) {
    feedForwardBackward(pass, chunk, layer);
    attentionBackward(pass, chunk, layer);
  }
}

/** This chunk's share of a norm weight's gradient, f32[hidden]. */
function normPartial(pass: Pass, chunk: Chunk, norm: number): Ptr {
  const norms = 2 * pass.config.numHiddenLayers + 1;
  return rowAt(pass.plan.normPartials, chunk.index * norms + norm, pass.config.hiddenSize);
}

/**
 * x, the input of the norm at this place in `plan.norms`, is replaced by its gradient: `residual`, which went around the block that the norm
 * feeds, plus `workspace.transient` through the norm. The norm weight's share goes to the chunk's own sums.
 */
function normBackward(pass: Pass, chunk: Chunk, norm: number, x: Ptr, residual: Ptr, rstd: Ptr): void {
  const { kernels, config, plan, workspace } = pass;
  const rows = chunk.sequences * chunk.length;
  kernels.rmsnormBackward(
    x,
    normPartial(pass, chunk, norm),
    residual,
    workspace.transient,
    x,
    normWeight(plan, norm),
    rstd,
    rows,
    config.hiddenSize,
  );
}

/** up ← its gradient, middle ← its gradient, from the gradient in the place of the layer's output */
function feedForwardBackward(pass: Pass, chunk: Chunk, layer: number): void {
  const { kernels, config, plan } = pass;
  const { transient, scratch } = pass.workspace;
  const { hiddenSize: h, intermediateSize: f } = config;
  const { rowStart } = chunk;
  const rows = chunk.sequences * chunk.length;
  const at = plan.activations[layer]!;
  const weights = plan.layers[layer]!;
  const dOutput = rowAt(plan.activations[layer + 1]?.input ?? plan.finalInput, rowStart, h);
  const up = rowAt(at.up, rowStart, f);

  kernels.matmul(transient, f, dOutput, h, weights.down.backwardPanels, rows, f, h, false, scratch);
  kernels.relu2Backward(up, up, transient, rows * f);
  kernels.matmul(transient, h, up, f, weights.up.backwardPanels, rows, h, f, false, scratch);
  const middle = rowAt(at.middle, rowStart, h);
  normBackward(pass, chunk, 2 * layer + 1, middle, dOutput, rowAt(at.middleRstd, rowStart, 1));
}

/** qkv ← its gradient, input ← its gradient, from the gradient in the place of `middle` */
function attentionBackward(pass: Pass, chunk: Chunk, layer: number): void {
  const { kernels, config, plan } = pass;
  const { transient, scratch } = pass.workspace;
  const { hiddenSize: h, numAttentionHeads: heads } = config;
  const { rowStart, length } = chunk;
  const rows = chunk.sequences * length;
  const headDim = h / heads;
  const at = plan.activations[layer]!;
  const weights = plan.layers[layer]!;
  const dMiddle = rowAt(at.middle, rowStart, h);

  kernels.matmul(transient, h, dMiddle, h, weights.output.backwardPanels, rows, h, h, false, scratch);
  for (let sequence = 0; sequence < chunk.sequences; sequence++) {
    const first = rowStart + sequence * length;
    const q = rowAt(at.qkv, first, 3 * h);
    const k = rowAt(q, 1, h);
    const v = rowAt(q, 2, h);
    kernels.attentionBackward(
      q,
      k,
      v,
      rowAt(transient, sequence * length, h),
      rowAt(at.attention, first, h),
      rowAt(at.logSumExp, first, heads),
      q,
      k,
      v,
      length,
      heads,
      headDim,
      3 * h,
      3 * h,
      h,
      scratch,
    );
    kernels.ropeBackward(q, plan.ropeCos, plan.ropeSin, length, 2 * heads, headDim, 3 * h, 0);
  }
  const dQkv = rowAt(at.qkv, rowStart, 3 * h);
  kernels.matmul(transient, h, dQkv, 3 * h, weights.qkv.backwardPanels, rows, h, 3 * h, false, scratch);
  const input = rowAt(at.input, rowStart, h);
  normBackward(pass, chunk, 2 * layer, input, dMiddle, rowAt(at.inputRstd, rowStart, 1));
}
