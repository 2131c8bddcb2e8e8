import type { ModelConfig } from '../protocol/model.ts';
import type { Pass } from './forward.ts';
import type { Ptr } from './kernels.ts';
import type { Matrix, TrainingPlan } from './layout.ts';

/** A hidden matrix that one thread orthogonalises; q, k and v are three. */
export interface OrthogonalTask {
  /** elements from the start of the parameters */
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
}

/** Of one Muon step. */
export interface MuonStep {
  /** clipping: every gradient is multiplied by this */
  readonly gradientScale: number;
  readonly momentum: number;
}

const iterations = 5;

/** Largest first, so that no thread is left with a large matrix at the end; none when AdamW updates everything. */
export function orthogonalTasks(plan: TrainingPlan): readonly OrthogonalTask[] {
  if (plan.optimizer !== 'muon') return [];
  const matrices = plan.layers.flatMap(({ qkv, output, up, down }) => [up, down, qkv, output]);
  const tasks = matrices.flatMap(({ offset, rows: all, cols, parts }) => {
    const rows = all / parts;
    return Array.from({ length: parts }, (_, part) => ({ offset: offset + part * rows * cols, rows, cols }));
  });
  return tasks.toSorted((one, other) => other.rows * other.cols - one.rows * one.cols);
}

/**
 * The matrix's gradient is replaced by the nearest orthogonal matrix to its momentum; `update` descends along it.
 * @source Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"
 */
export function orthogonalise(pass: Pass, task: OrthogonalTask, muon: MuonStep): void {
  const { kernels, plan } = pass;
  const { offset, rows, cols } = task;
  const gradient = (plan.gradients + 4 * offset) as Ptr;
  const momentum = (plan.firstMoment + 4 * offset) as Ptr;
  kernels.nesterov(gradient, momentum, rows * cols, muon.gradientScale, muon.momentum);
  kernels.newtonSchulz(gradient, rows, cols, iterations, pass.workspace.scratch);
}

/**
 * An orthogonal matrix has elements of root mean square 1 / √(larger side). Scaled to 0.2, an update is as large as AdamW's usually
 * are, and both go by one learning rate and one weight decay.
 * @source Liu et al. 2025, "Muon is Scalable for LLM Training", §2.2
 */
export function updateScale({ rows, cols, parts }: Pick<Matrix, 'rows' | 'cols' | 'parts'>): number {
  return 0.2 * Math.sqrt(Math.max(rows / parts, cols));
}

/**
 * Arithmetic of one Muon step's Newton–Schulz iterations, FLOP: 2 a multiply-add, each symmetric product counted on and below its
 * diagonal, which is all that it takes.
 */
export function muonFlops(config: ModelConfig): number {
  const { hiddenSize: h, intermediateSize: f, numHiddenLayers } = config;
  const iteration = (short: number, long: number): number => {
    const triangle = short * (short + 1);
    return triangle * long + triangle * short + 2 * short * short * long;
  };
  return numHiddenLayers * iterations * (4 * iteration(h, h) + 2 * iteration(h, f));
}
