import type { ModelConfig } from '../protocol/model.ts';
import { type Pass, rowAt } from './forward.ts';
import type { Ptr } from './kernels.ts';
import { hasMomentum, type Matrix, type TrainingPlan } from './layout.ts';
import { updateScale } from './muon.ts';

/** A part of the parameters that one thread differentiates and updates. The cut depends on the model alone, never on the threads. */
export type WeightTask = MatrixTask | EmbeddingTask | { readonly kind: 'norms' };

interface MatrixRows {
  readonly matrix: Matrix;
  readonly rowStart: number;
  readonly rowEnd: number;
}

interface MatrixTask extends MatrixRows {
  readonly kind: 'matrix';
  /** gradient of the product's output and the product's input, f32[tokens, matrix.rows] and f32[tokens, matrix.cols] */
  readonly dOutput: Ptr;
  readonly input: Ptr;
}

/** The tied embedding: the head's share of its gradient is there already; what was looked up by token id is added. */
interface EmbeddingTask extends MatrixRows {
  readonly kind: 'embedding';
}

/**
 * Rows of a task: whole panels of 8, whole tiles of 4 and 6, whole blocks of the products (144). Two blocks, because every task reads and
 * packs the input of its product anew, from memory that no cache has kept.
 */
export const rowsPerTask = 288;

/** [rowStart, rowEnd) of each task of a matrix */
export function cutRows({ rows }: Matrix): readonly (readonly [rowStart: number, rowEnd: number])[] {
  const step = rowsPerTask;
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => [i * step, Math.min((i + 1) * step, rows)]);
}

/** Largest first, so that no thread is left with a large task at the end. */
export function weightTasks(plan: TrainingPlan): readonly WeightTask[] {
  const tasks: MatrixTask[] = [];
  const cut = (matrix: Matrix, dOutput: Ptr, input: Ptr): void => {
    for (const [rowStart, rowEnd] of cutRows(matrix)) {
      tasks.push({ kind: 'matrix', matrix, rowStart, rowEnd, dOutput, input });
    }
  };
  plan.layers.forEach((matrices, layer) => {
    const at = plan.activations[layer]!;
    cut(matrices.down, plan.activations[layer + 1]?.input ?? plan.finalInput, at.activated);
    cut(matrices.qkv, at.qkv, at.inputNorm);
    cut(matrices.output, at.middle, at.attention);
    cut(matrices.up, at.up, at.middleNorm);
  });
  const cost = ({ matrix, rowStart, rowEnd }: MatrixTask): number => (rowEnd - rowStart) * matrix.cols;
  return [
    ...tasks.toSorted((a, b) => cost(b) - cost(a)),
    ...cutRows(plan.head).map(([rowStart, rowEnd]): EmbeddingTask => {
      return { kind: 'embedding', matrix: plan.head, rowStart, rowEnd };
    }),
    { kind: 'norms' },
  ];
}

/** What a micro-batch's tokens look like to the weight gradients. */
export interface StepRows {
  readonly rows: number;
  readonly chunks: number;
  /** add to the gradients of the micro-batches before */
  readonly accumulate: boolean;
}

/** Writes the gradient of the task's parameters, or adds to it (of the embedding: always); returns its Σ g². */
export function differentiate(pass: Pass, task: WeightTask, step: StepRows): number {
  const { kernels, plan, config } = pass;
  if (task.kind === 'norms') return differentiateNorms(pass, step);
  const { matrix, rowStart, rowEnd } = task;
  const { rows: n, cols: k } = matrix;
  const gradient = (plan.gradients + 4 * matrix.offset) as Ptr;
  if (task.kind === 'embedding') {
    const dEmbedded = plan.activations[0]!.input;
    kernels.embeddingBackward(gradient, dEmbedded, plan.ids, step.rows, config.hiddenSize, rowStart, rowEnd);
  } else {
    kernels.matmulTransposed(
      gradient,
      task.dOutput,
      n,
      task.input,
      k,
      step.rows,
      n,
      k,
      rowStart,
      rowEnd,
      step.accumulate,
      pass.workspace.scratch,
    );
  }
  return kernels.sumOfSquares(rowAt(gradient, rowStart, k), (rowEnd - rowStart) * k);
}

/** The chunks' shares are added in the order of the chunks. */
function differentiateNorms(pass: Pass, step: StepRows): number {
  const { kernels, plan, config } = pass;
  const h = config.hiddenSize;
  const { norms } = plan;
  let squares = 0;
  norms.forEach((parameter, norm) => {
    const gradient = (plan.gradients + 4 * parameter.offset) as Ptr;
    if (!step.accumulate) kernels.fill(gradient, 0, h);
    for (let chunk = 0; chunk < step.chunks; chunk++) {
      kernels.add(gradient, rowAt(plan.normPartials, chunk * norms.length + norm, h), h);
    }
    squares += kernels.sumOfSquares(gradient, h);
  });
  return squares;
}

/** One AdamW step's scalars. @source Loshchilov & Hutter 2019, algorithm 2 */
export interface AdamStep {
  /** clipping: every gradient is multiplied by this */
  readonly gradientScale: number;
  /** of the hidden matrices, and of what lies outside of them: the embedding and the norms */
  readonly learningRate: number;
  readonly outerLearningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** of the hidden matrices, and of the embedding */
  readonly weightDecay: number;
  readonly embeddingDecay: number;
  /** 1 − βᵗ */
  readonly correction1: number;
  readonly correction2: number;
}

/** Updates the task's parameters, by AdamW or along what `orthogonalise` left, and repacks them for the next step. */
export function update(pass: Pass, task: WeightTask, adam: AdamStep): void {
  if (task.kind === 'norms') {
    const hyper = { rate: adam.outerLearningRate, decay: 0 };
    for (const { offset, count } of pass.plan.norms) adamw(pass, offset, count, adam, hyper);
    return;
  }
  const { matrix, rowStart, rowEnd } = task;
  const { cols } = matrix;
  const offset = matrix.offset + rowStart * cols;
  const count = (rowEnd - rowStart) * cols;
  const hyper = matrix.hidden
    ? { rate: adam.learningRate, decay: adam.weightDecay }
    : { rate: adam.outerLearningRate, decay: adam.embeddingDecay };
  if (hasMomentum(pass.plan.optimizer, matrix.hidden)) descend(pass, matrix, offset, count, hyper);
  else adamw(pass, offset, count, adam, hyper);
  pack(pass, task);
}

/** Copies the task's weights into the panels that the products read. */
export function pack(pass: Pass, task: WeightTask): void {
  if (task.kind === 'norms') return;
  const { kernels, plan } = pass;
  const { matrix, rowStart, rowEnd } = task;
  const weight = (plan.weights + 4 * matrix.offset) as Ptr;
  kernels.packForward(matrix.forwardPanels, weight, matrix.rows, matrix.cols, rowStart, rowEnd);
  kernels.packBackward(matrix.backwardPanels, weight, matrix.rows, matrix.cols, rowStart, rowEnd);
}

/** Learning rate and weight decay of one block of parameters. */
interface Hyper {
  readonly rate: number;
  readonly decay: number;
}

function descend(
  { kernels, plan }: Pass,
  matrix: Matrix,
  offset: number,
  count: number,
  { rate, decay }: Hyper,
): void {
  kernels.descend(
    (plan.weights + 4 * offset) as Ptr,
    (plan.gradients + 4 * offset) as Ptr,
    count,
    rate,
    updateScale(matrix),
    decay,
  );
}

function adamw(pass: Pass, offset: number, count: number, adam: AdamStep, { rate, decay }: Hyper): void {
  const { kernels, plan } = pass;
  const at = (base: Ptr): Ptr => (base + 4 * offset) as Ptr;
  kernels.adamw(
    at(plan.weights),
    at(plan.gradients),
    at(plan.firstMoment),
    at(plan.secondMoment),
    count,
    adam.gradientScale,
    rate,
    adam.beta1,
    adam.beta2,
    adam.eps,
    decay,
    adam.correction1,
    adam.correction2,
  );
}

/**
 * Arithmetic of one training step, FLOP: 2 a multiply-add, backward twice the forward, attention counted where it is causal,
 * nothing that is recomputed.
 */
export function stepFlops(config: ModelConfig, rows: number, length: number): number {
  const { hiddenSize: h, intermediateSize: f, vocabSize, numHiddenLayers } = config;
  const linear = numHiddenLayers * (4 * h * h + 2 * h * f) + vocabSize * h;
  const attention = numHiddenLayers * 2 * h * ((length + 1) / 2);
  return 3 * 2 * rows * (linear + attention);
}
