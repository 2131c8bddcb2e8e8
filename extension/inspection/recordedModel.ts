import { backward } from '../engine/backward.ts';
import { type Chunk, forward, normWeight, type Pass, rowAt } from '../engine/forward.ts';
import { headForward, headForwardBackward, type Turns } from '../engine/head.ts';
import { type CompiledKernels, instantiateKernels } from '../engine/instantiate.ts';
import type { Kernels, Ptr } from '../engine/kernels.ts';
import { allocateMemory, type LayerActivations, type Matrix, planTraining } from '../engine/layout.ts';
import type { TrainingPlan } from '../engine/layout.ts';
import { type MuonStep, orthogonalise, orthogonalTasks, updateScale } from '../engine/muon.ts';
import { tensorViews, writeRopeTables, writeTensors } from '../engine/weights.ts';
import {
  type AdamStep,
  differentiate,
  pack,
  update,
  type WeightTask,
  weightTasks,
} from '../engine/weightTasks.ts';
import type { ModelConfig, OptimizerName } from '../protocol/model.ts';
import type { OperationGraph } from '../protocol/operations.ts';
import type { WeightPlace } from '../protocol/stages.ts';
import { watched } from './kernelCalls.ts';
import { graphOf } from './operationGraph.ts';

const memoryLimitMb = 4_096;

/** The matrices of a layer by what their product gives. */
export type MatrixName = 'qkv' | 'output' | 'up' | 'down';

type Tensors = ReadonlyMap<string, Float32Array>;

/** One thread alone: nobody has to be waited for. */
const alone: Turns = { await: () => {}, pass: () => {} };

/** Widths of what is recorded of each token and layer, in elements. */
type Activation = Exclude<keyof LayerActivations, 'inputRstd' | 'middleRstd' | 'logSumExp'>;

/**
 * A model whose forward pass keeps every number on the way: the training's own pass over one sequence, in float32. The same ids give the
 * same bits, so a pass that another one has overwritten is computed again rather than kept.
 */
export class RecordedModel {
  readonly config: ModelConfig;
  readonly #kernels: Kernels;
  readonly #plan: TrainingPlan;
  readonly #pass: Pass;
  readonly #memory: WebAssembly.Memory;
  readonly #tasks: readonly WeightTask[];
  readonly #weights: ReadonlyMap<string, Float32Array>;
  readonly #gradients: ReadonlyMap<string, Float32Array>;
  /** what the activations are of; null: of nothing, or gradients have taken their place */
  #ids: readonly number[] | null = null;
  /** Σ g² of all gradients */
  #squares = 0;
  /** it follows from the model's shape alone */
  #graph: OperationGraph | null = null;

  /** @throws {NihiloError} memoryTooSmall, memoryUnavailable, checkpointForeign */
  constructor(
    compiled: CompiledKernels,
    config: ModelConfig,
    tensors: ReadonlyMap<string, Float32Array>,
    optimizer: OptimizerName = 'adamw',
  ) {
    this.config = config;
    const probe = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const base = instantiateKernels(compiled.module, probe).heapBase();
    const size = { tokens: config.maxPositionEmbeddings, chunks: 1, lanes: 1, optimizer } as const;
    this.#plan = planTraining(config, size, base);
    this.#memory = allocateMemory(this.#plan.bytes, memoryLimitMb);
    this.#kernels = instantiateKernels(compiled.module, this.#memory);
    this.#pass = { kernels: this.#kernels, config, plan: this.#plan, workspace: this.#plan.workspaces[0]! };
    this.#tasks = weightTasks(this.#plan);
    const { parameters, weights, gradients } = this.#plan;
    writeRopeTables(this.#memory, this.#plan, config);
    this.#weights = tensorViews(this.#memory, parameters, weights);
    this.#gradients = tensorViews(this.#memory, parameters, gradients);
    this.setWeights(tensors);
  }

  setWeights(tensors: ReadonlyMap<string, Float32Array>): void {
    writeTensors(this.#memory, this.#plan.parameters, this.#plan.weights, tensors);
    this.#pack(() => true);
  }

  /** What `setWeights` takes to come back here. */
  weightsCopy(): Map<string, Float32Array> {
    return new Map([...this.#weights].map(([name, values]) => [name, values.slice()]));
  }

  /** Views of the weights by Hugging Face's names. */
  get weights(): ReadonlyMap<string, Float32Array> {
    return this.#weights;
  }

  /** Makes the activations those of `ids`; at most maxPositionEmbeddings, at least one. */
  run(ids: readonly number[]): void {
    if (this.#ids !== null && this.#ids.length === ids.length && this.#ids.every((id, i) => id === ids[i]))
      return;
    this.#integers(this.#plan.ids, ids.length).set(ids);
    forward(this.#pass, this.#chunk(ids.length));
    this.#ids = ids;
  }

  /** What is done from tokens to scores: the pass of the run once more, with the same bits, by kernels whose calls are written down. */
  operations(): OperationGraph {
    const rows = this.#ids?.length ?? 0;
    if (rows === 0) throw new Error('no run has been made');
    if (this.#graph !== null) return this.#graph;
    const { kernels, calls } = watched(this.#kernels);
    forward({ ...this.#pass, kernels }, this.#chunk(rows));
    this.#normalised(kernels, rows - 1);
    this.#product(this.#pass.workspace.finalNorm, this.#plan.head, kernels);
    return (this.#graph = graphOf(calls, this.#plan, this.config));
  }

  /** What was recorded of one token, f32[hidden], [3 · hidden] for qkv, [4 · hidden] for up and activated. A view: run() changes it. */
  row(activation: Activation, layer: number, position: number): Float32Array {
    const { hiddenSize: h, intermediateSize: f } = this.config;
    const width = activation === 'qkv' ? 3 * h : activation === 'up' || activation === 'activated' ? f : h;
    return this.#floats(rowAt(this.#plan.activations[layer]![activation], position, width), width);
  }

  /** What the layer passes on, f32[hidden]. */
  output(layer: number, position: number): Float32Array {
    const h = this.config.hiddenSize;
    const at = this.#plan.activations[layer + 1]?.input ?? this.#plan.finalInput;
    return this.#floats(rowAt(at, position, h), h);
  }

  /** The same of all tokens of the run, one behind the other: f32[tokens, headDim], a copy. */
  heads(which: 'q' | 'k', layer: number, head: number): Float32Array {
    const tokens = this.#ids?.length ?? 0;
    const dim = this.config.hiddenSize / this.config.numAttentionHeads;
    const out = new Float32Array(tokens * dim);
    for (let token = 0; token < tokens; token++) out.set(this.head(which, layer, head, token), token * dim);
    return out;
  }

  /** Of one head: query, key or value, f32[headDim], after the rotation. */
  head(which: 'q' | 'k' | 'v', layer: number, head: number, position: number): Float32Array {
    const { hiddenSize: h, numAttentionHeads } = this.config;
    const dim = h / numAttentionHeads;
    const start = { q: 0, k: h, v: 2 * h }[which] + head * dim;
    return this.row('qkv', layer, position).subarray(start, start + dim);
  }

  /** Queries, keys and values before the rotation, f32[3 · hidden]: the product once more, with the same bits. */
  unrotated(layer: number, position: number): Float32Array {
    const { hiddenSize: h } = this.config;
    const input = rowAt(this.#plan.activations[layer]!.inputNorm, position, h);
    return this.#product(input, this.#plan.layers[layer]!.qkv);
  }

  /** The normalised row that the scores are made of, f32[hidden], of what a layer has passed on: of the last, or as if it were. */
  finalNorm(position: number, layer?: number): Float32Array {
    this.#normalised(this.#kernels, position, layer);
    return this.#floats(this.#pass.workspace.finalNorm, this.config.hiddenSize).slice();
  }

  /** f32[vocabulary]: a score for every token to come behind `position`; `layer` as in `finalNorm`. */
  logits(position: number, layer?: number): Float32Array {
    this.#normalised(this.#kernels, position, layer);
    return this.#product(this.#pass.workspace.finalNorm, this.#plan.head);
  }

  /** cos and sin that the pair `i` of a head is rotated by. */
  rotation(position: number, i: number): { readonly cos: number; readonly sin: number } {
    const half = this.config.hiddenSize / this.config.numAttentionHeads / 2;
    const at = (base: Ptr): number => this.#floats(rowAt(base, position, half), half)[i]!;
    return { cos: at(this.#plan.ropeCos), sin: at(this.#plan.ropeSin) };
  }

  /**
   * Gradients of the mean loss of predicting `targets`; −1 = no target there. They are read by `gradient` until the next call; activations are
   * overwritten by gradients.
   * @returns the loss at each position, nats; 0 where there is no target
   */
  differentiate(ids: readonly number[], targets: readonly number[]): Float32Array {
    this.run(ids);
    this.#ids = null;
    const chunk = this.#chunk(ids.length);
    this.#integers(this.#plan.targets, ids.length).set(targets);
    const counted = targets.filter((target) => target >= 0).length;
    headForwardBackward(this.#pass, chunk, { lossScale: 1 / counted, accumulate: false }, alone);
    backward(this.#pass, chunk);
    const rows = { rows: ids.length, chunks: 1, accumulate: false };
    this.#squares = 0;
    for (const task of this.#tasks) this.#squares += differentiate(this.#pass, task, rows);
    return this.#floats(this.#plan.losses, ids.length).slice();
  }

  /**
   * The gradient of −ln p(target) behind the last of `ids` by each token's vector as the first layer reads it, f32[ids, hidden], a copy.
   * Activations are overwritten by gradients.
   */
  inputGradients(ids: readonly number[], target: number): Float32Array {
    this.run(ids);
    this.#ids = null;
    const chunk = this.#chunk(ids.length);
    const targets = this.#integers(this.#plan.targets, ids.length);
    targets.fill(-1);
    targets[ids.length - 1] = target;
    headForwardBackward(this.#pass, chunk, { lossScale: 1, accumulate: false }, alone);
    backward(this.#pass, chunk);
    return this.#floats(this.#plan.activations[0]!.input, ids.length * this.config.hiddenSize).slice();
  }

  /** The loss at each position, nats; 0 where there is no target. The activations stay. */
  losses(ids: readonly number[], targets: readonly number[]): Float32Array {
    this.run(ids);
    this.#integers(this.#plan.targets, ids.length).set(targets);
    headForward(this.#pass, this.#chunk(ids.length));
    return this.#floats(this.#plan.losses, ids.length).slice();
  }

  /** What `use` makes of the model while nobody hears a neuron: its column of the way back is 0. */
  silencing<Result>(layer: number, neuron: number, use: () => Result): Result {
    const { hiddenSize: h, intermediateSize: f } = this.config;
    const weights = this.#weights.get(`model.layers.${layer}.mlp.down_proj.weight`)!;
    const column = Array.from({ length: h }, (_, row) => weights[row * f + neuron]!);
    const write = (values: readonly number[]): void => {
      values.forEach((value, row) => (weights[row * f + neuron] = value));
      this.#pack((matrix) => matrix === this.#plan.layers[layer]!.down);
    };
    write(column.map(() => 0));
    try {
      return use();
    } finally {
      write(column);
    }
  }

  /** Of all gradients together, straight after `differentiate`. */
  get gradientNorm(): number {
    return Math.sqrt(this.#squares);
  }

  /** AdamW's two moments, or Muon's momentum, of each tensor: views. */
  get moments(): { readonly first: Map<string, Float32Array>; readonly second: Map<string, Float32Array> } {
    const { parameters, adamParameters, firstMoment, secondMoment } = this.#plan;
    return {
      first: tensorViews(this.#memory, parameters, firstMoment),
      second: tensorViews(this.#memory, adamParameters, secondMoment),
    };
  }

  /** null: as at the beginning of a training */
  setMoments(left: { readonly first: Tensors; readonly second: Tensors } | null): void {
    const { first, second } = this.moments;
    for (const [name, view] of first) view.set(left?.first.get(name) ?? new Float32Array(view.length));
    for (const [name, view] of second) view.set(left?.second.get(name) ?? new Float32Array(view.length));
  }

  /** The training's step along the gradients that are there; Muon's directions take their place. */
  takeStep(muon: MuonStep, adam: AdamStep): void {
    for (const task of orthogonalTasks(this.#plan)) orthogonalise(this.#pass, task, muon);
    for (const task of this.#tasks) update(this.#pass, task, adam);
    this.#ids = null;
  }

  /** What Muon multiplies a matrix's directions by. */
  updateScale({ matrix, layer }: Pick<WeightPlace, 'matrix' | 'layer'>): number {
    return updateScale(matrix === 'embedding' ? this.#plan.head : this.#plan.layers[layer]![matrix]);
  }

  /** Straight after `differentiate`: the gradient of what was looked up for a token, f32[hidden]. A view. */
  lookupGradient(position: number): Float32Array {
    const h = this.config.hiddenSize;
    return this.#floats(rowAt(this.#plan.activations[0]!.input, position, h), h);
  }

  /** The gradient of a tensor by its name, a view. */
  gradient(name: string): Float32Array {
    return this.#gradients.get(name)!;
  }

  /**
   * What the gradient of W[row, col] is the sum of, over the tokens: gradient of the product's output × its input. Straight after
   * `differentiate`.
   */
  gradientTerms(
    which: MatrixName,
    layer: number,
    row: number,
    col: number,
    tokens: number,
  ): { readonly outputs: number[]; readonly inputs: number[] } {
    const matrix = this.#plan.layers[layer]![which];
    const task = this.#tasks.find((task) => task.kind === 'matrix' && task.matrix === matrix);
    if (task?.kind !== 'matrix') throw new Error(`no task of ${which} in layer ${layer}`);
    const column = (at: Ptr, width: number, i: number): number[] =>
      Array.from({ length: tokens }, (_, token) => this.#floats(rowAt(at, token, width), width)[i]!);
    return { outputs: column(task.dOutput, matrix.rows, row), inputs: column(task.input, matrix.cols, col) };
  }

  /** Every weight goes down its gradient: w ← w − rate · g. */
  descend(rate: number): void {
    const { parameters, weights, gradients } = this.#plan;
    for (const { offset, count } of parameters) {
      const at = (base: Ptr): Ptr => rowAt(base, offset, 1);
      this.#kernels.descend(at(weights), at(gradients), count, rate, 1, 0);
    }
    this.#pack(() => true);
  }

  #pack(isOther: (matrix: Matrix) => boolean): void {
    for (const task of this.#tasks) if (task.kind !== 'norms' && isOther(task.matrix)) pack(this.#pass, task);
    this.#ids = null;
  }

  /** @param layer as in `finalNorm` */
  #normalised(kernels: Kernels, position: number, layer = this.config.numHiddenLayers - 1): void {
    const { hiddenSize: h, rmsNormEps, numHiddenLayers } = this.config;
    const { finalNorm, finalRstd } = this.#pass.workspace;
    const at = this.#plan.activations[layer + 1]?.input ?? this.#plan.finalInput;
    const weight = normWeight(this.#plan, 2 * numHiddenLayers);
    kernels.rmsnormForward(finalNorm, finalRstd, rowAt(at, position, h), weight, 1, h, rmsNormEps);
  }

  /** f32[matrix.rows]: one row times the matrix, a copy */
  #product(input: Ptr, matrix: Matrix, kernels = this.#kernels): Float32Array {
    const { logits, transient, scratch } = this.#pass.workspace;
    const { rows: n, cols: k } = matrix;
    const out = matrix === this.#plan.head ? logits : transient;
    kernels.matmul(out, n, input, k, matrix.forwardPanels, 1, n, k, false, scratch);
    return this.#floats(out, n).slice();
  }

  #chunk(length: number): Chunk {
    return { index: 0, rowStart: 0, sequences: 1, length };
  }

  #floats(at: Ptr, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, count);
  }

  #integers(at: Ptr, count: number): Int32Array {
    return new Int32Array(this.#memory.buffer, at, count);
  }
}
