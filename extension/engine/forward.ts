import type { ModelConfig } from '../protocol/model.ts';
import type { Kernels, Ptr } from './kernels.ts';
import type { TrainingPlan, WeightPlan, Workspace } from './layout.ts';

/** Consecutive rows of a step that one thread computes: whole sequences, so that no other thread's rows are read. */
export interface Chunk {
  readonly index: number;
  readonly rowStart: number;
  readonly sequences: number;
  /** positions of each sequence */
  readonly length: number;
}

export interface Pass {
  readonly kernels: Kernels;
  readonly config: ModelConfig;
  readonly plan: TrainingPlan;
  readonly workspace: Workspace;
}

/** The address of row `row` of f32[…, cols] at `base`. */
export function rowAt(base: Ptr, row: number, cols: number): Ptr {
  return (base + 4 * row * cols) as Ptr;
}

/** From token ids to what the last layer gives, for the chunk's rows; keeps what the backward pass needs. */
export function forward(pass: Pass, chunk: Chunk): void {
  const { kernels, config, plan } = pass;
  const h = config.hiddenSize;
  const { rowStart } = chunk;
  const rows = chunk.sequences * chunk.length;
  const stream = [...plan.activations.map((layer) => layer.input), plan.finalInput];

  const ids = rowAt(plan.ids, rowStart, 1);
  kernels.embeddingForward(rowAt(stream[0]!, rowStart, h), plan.weights, ids, rows, h);
  plan.activations.forEach((_, layer) => {
    attentionBlock(pass, chunk, layer);
    feedForwardBlock(pass, chunk, layer, stream[layer + 1]!);
  });
}

/** The stream's rows, normalised by the norm at this place in `plan.norms`. */
function normalise(pass: Pass, chunk: Chunk, norm: number, out: Ptr, rstd: Ptr, x: Ptr): void {
  const { kernels, config, plan } = pass;
  const { rowStart } = chunk;
  const h = config.hiddenSize;
  kernels.rmsnormForward(
    rowAt(out, rowStart, h),
    rowAt(rstd, rowStart, 1),
    rowAt(x, rowStart, h),
    normWeight(plan, norm),
    chunk.sequences * chunk.length,
    h,
    config.rmsNormEps,
  );
}

/** Address of a norm's weight by its place in `plan.norms`. */
export function normWeight(plan: WeightPlan, norm: number): Ptr {
  return (plan.weights + 4 * plan.norms[norm]!.offset) as Ptr;
}

/** middle = input + attention(norm(input)) · Woᵀ */
function attentionBlock(pass: Pass, chunk: Chunk, layer: number): void {
  const { kernels, config, plan } = pass;
  const { scratch } = pass.workspace;
  const { hiddenSize: h, numAttentionHeads: heads } = config;
  const { rowStart, length } = chunk;
  const rows = chunk.sequences * length;
  const headDim = h / heads;
  const at = plan.activations[layer]!;
  const weights = plan.layers[layer]!;
  const hidden = (base: Ptr): Ptr => rowAt(base, rowStart, h);

  normalise(pass, chunk, 2 * layer, at.inputNorm, at.inputRstd, at.input);
  const qkv = rowAt(at.qkv, rowStart, 3 * h);
  kernels.matmul(
    qkv,
    3 * h,
    hidden(at.inputNorm),
    h,
    weights.qkv.forwardPanels,
    rows,
    3 * h,
    h,
    false,
    scratch,
  );
  for (let sequence = 0; sequence < chunk.sequences; sequence++) {
    const first = rowStart + sequence * length;
    const q = rowAt(at.qkv, first, 3 * h);
    const k = rowAt(q, 1, h);
    const v = rowAt(q, 2, h);
    // q and k are neighbours: one rotation of twice the heads.
    kernels.ropeForward(q, plan.ropeCos, plan.ropeSin, length, 2 * heads, headDim, 3 * h, 0);
    kernels.attentionForward(
      rowAt(at.attention, first, h),
      rowAt(at.logSumExp, first, heads),
      q,
      k,
      v,
      length,
      0,
      heads,
      headDim,
      3 * h,
      3 * h,
      h,
      scratch,
    );
  }
  copyRows(pass, at.middle, at.input, rowStart, rows, h);
  kernels.matmul(
    hidden(at.middle),
    h,
    hidden(at.attention),
    h,
    weights.output.forwardPanels,
    rows,
    h,
    h,
    true,
    scratch,
  );
}

/** output = middle + relu²(norm(middle) · Wupᵀ) · Wdownᵀ */
function feedForwardBlock(pass: Pass, chunk: Chunk, layer: number, output: Ptr): void {
  const { kernels, config, plan } = pass;
  const { scratch } = pass.workspace;
  const { hiddenSize: h, intermediateSize: f } = config;
  const { rowStart } = chunk;
  const rows = chunk.sequences * chunk.length;
  const at = plan.activations[layer]!;
  const weights = plan.layers[layer]!;
  const hidden = (base: Ptr): Ptr => rowAt(base, rowStart, h);
  const wide = (base: Ptr): Ptr => rowAt(base, rowStart, f);

  normalise(pass, chunk, 2 * layer + 1, at.middleNorm, at.middleRstd, at.middle);
  kernels.matmul(
    wide(at.up),
    f,
    hidden(at.middleNorm),
    h,
    weights.up.forwardPanels,
    rows,
    f,
    h,
    false,
    scratch,
  );
  kernels.relu2Forward(wide(at.activated), wide(at.up), rows * f);
  copyRows(pass, output, at.middle, rowStart, rows, h);
  kernels.matmul(
    hidden(output),
    h,
    wide(at.activated),
    f,
    weights.down.forwardPanels,
    rows,
    h,
    f,
    true,
    scratch,
  );
}

function copyRows(pass: Pass, to: Ptr, from: Ptr, rowStart: number, rows: number, cols: number): void {
  pass.kernels.copy(rowAt(to, rowStart, cols), rowAt(from, rowStart, cols), rows * cols);
}
