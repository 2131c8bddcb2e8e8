import { type Chunk, copyRows, normWeight, type Pass, rowAt } from './forward.ts';
import type { Ptr } from './kernels.ts';

/**
 * From the gradient of the logits (in place of the logits) to the gradients of every activation that a weight gradient needs.
 * Weights themselves are not touched: their gradients sum over all tokens and are computed when every chunk is done.
 */
export function backward(pass: Pass, chunk: Chunk): void {
  const { kernels, config, plan, scratch } = pass;
  const { hiddenSize: h, vocabSize, numHiddenLayers } = config;
  const { rowStart } = chunk;
  const rows = chunk.sequences * chunk.length;
  const hidden = (base: Ptr): Ptr => rowAt(base, rowStart, h);
  kernels.fill(normPartial(pass, chunk, 0), 0, (2 * numHiddenLayers + 1) * h);

  const dNorm = rowAt(plan.transient, rowStart, config.intermediateSize);
  kernels.matmul(
    dNorm,
    h,
    rowAt(plan.logits, rowStart, vocabSize),
    vocabSize,
    plan.head.backwardPanels,
    rows,
    h,
    vocabSize,
    false,
    scratch,
  );
  kernels.fill(hidden(plan.finalGradient), 0, rows * h);
  normBackward(pass, chunk, 2 * numHiddenLayers, plan.finalGradient, dNorm, plan.finalInput, plan.finalRstd);
  let dOutput = plan.finalGradient;
  for (let layer = numHiddenLayers - 1; layer >= 0; layer--) {
    feedForwardBackward(pass, chunk, layer, dOutput);
    attentionBackward(pass, chunk, layer);
    dOutput = plan.layerGradients[layer]!.input;
  }
}

/** This chunk's share of a norm weight's gradient, f32[hidden]. */
function normPartial(pass: Pass, chunk: Chunk, norm: number): Ptr {
  const norms = 2 * pass.config.numHiddenLayers + 1;
  return rowAt(pass.plan.normPartials, chunk.index * norms + norm, pass.config.hiddenSize);
}

/** dX += the gradient through the norm at this place in `plan.norms`; its weight's share goes to the chunk's own sums. */
function normBackward(pass: Pass, chunk: Chunk, norm: number, dX: Ptr, dOut: Ptr, x: Ptr, rstd: Ptr): void {
  const { kernels, config, plan } = pass;
  const { rowStart } = chunk;
  const h = config.hiddenSize;
  kernels.rmsnormBackward(
    rowAt(dX, rowStart, h),
    normPartial(pass, chunk, norm),
    dOut,
    rowAt(x, rowStart, h),
    normWeight(plan, norm),
    rowAt(rstd, rowStart, 1),
    chunk.sequences * chunk.length,
    h,
  );
}

/** The transient buffer has room for 4 · hidden a row; the feed-forward block uses the whole, norms a quarter. */
function feedForwardBackward(pass: Pass, chunk: Chunk, layer: number, dOutput: Ptr): void {
  const { kernels, config, plan, scratch } = pass;
  const { hiddenSize: h, intermediateSize: f } = config;
  const { rowStart } = chunk;
  const rows = chunk.sequences * chunk.length;
  const at = plan.activations[layer]!;
  const gradients = plan.layerGradients[layer]!;
  const weights = plan.layers[layer]!;
  const hidden = (base: Ptr): Ptr => rowAt(base, rowStart, h);
  const dUp = rowAt(gradients.up, rowStart, f);

  kernels.matmul(dUp, f, hidden(dOutput), h, weights.down.backwardPanels, rows, f, h, false, scratch);
  kernels.relu2Backward(dUp, rowAt(at.up, rowStart, f), dUp, rows * f);
  const dNorm = rowAt(plan.transient, rowStart, f);
  kernels.matmul(dNorm, h, dUp, f, weights.up.backwardPanels, rows, h, f, false, scratch);
  copyRows(pass, gradients.middle, dOutput, rowStart, rows, h);
  normBackward(pass, chunk, 2 * layer + 1, gradients.middle, dNorm, at.middle, at.middleRstd);
}

function attentionBackward(pass: Pass, chunk: Chunk, layer: number): void {
  const { kernels, config, plan, scratch } = pass;
  const { hiddenSize: h, intermediateSize: f, numAttentionHeads: heads } = config;
  const { rowStart, length } = chunk;
  const rows = chunk.sequences * length;
  const headDim = h / heads;
  const at = plan.activations[layer]!;
  const gradients = plan.layerGradients[layer]!;
  const weights = plan.layers[layer]!;
  const hidden = (base: Ptr): Ptr => rowAt(base, rowStart, h);

  const dAttention = rowAt(plan.transient, rowStart, f);
  kernels.matmul(
    dAttention,
    h,
    hidden(gradients.middle),
    h,
    weights.output.backwardPanels,
    rows,
    h,
    h,
    false,
    scratch,
  );
  for (let sequence = 0; sequence < chunk.sequences; sequence++) {
    const first = rowStart + sequence * length;
    const q = rowAt(at.qkv, first, 3 * h);
    const dQ = rowAt(gradients.qkv, first, 3 * h);
    kernels.attentionBackward(
      dQ,
      rowAt(dQ, 1, h),
      rowAt(dQ, 2, h),
      rowAt(dAttention, sequence * length, h),
      rowAt(at.attention, first, h),
      rowAt(at.logSumExp, first, heads),
      q,
      rowAt(q, 1, h),
      rowAt(q, 2, h),
      length,
      heads,
      headDim,
      3 * h,
      3 * h,
      h,
      scratch,
    );
    kernels.ropeBackward(dQ, plan.ropeCos, plan.ropeSin, length, 2 * heads, headDim, 3 * h, 0);
  }
  const dNorm = dAttention;
  const dQkv = rowAt(gradients.qkv, rowStart, 3 * h);
  kernels.matmul(dNorm, h, dQkv, 3 * h, weights.qkv.backwardPanels, rows, h, 3 * h, false, scratch);
  copyRows(pass, gradients.input, gradients.middle, rowStart, rows, h);
  normBackward(pass, chunk, 2 * layer, gradients.input, dNorm, at.input, at.inputRstd);
}
