import type { ModelConfig } from '../protocol/model.ts';
import { type CompiledKernels, heapBase, instantiateKernels } from './instantiate.ts';
import type { Kernels, Ptr } from './kernels.ts';
import { type DecodePlan, planDecode } from './decodePlan.ts';
import { allocateMemory, type Matrix } from './layout.ts';
import { normWeight, rowAt } from './forward.ts';
import { writeRopeTables, writeWeights } from './weights.ts';

/** Rows of a prefill that are computed together: enough to fill the product's register blocks, few enough to be cancelled between. */
const blockRows = 64;

/**
 * The model as a predictor: token ids in, logits out, with a key-value cache. The cache holds the ids it was computed for; a new
 * sequence reuses it up to the first id that differs.
 */
export class Decoder {
  readonly config: ModelConfig;
  readonly #kernels: Kernels;
  readonly #plan: DecodePlan;
  readonly #memory: WebAssembly.Memory;
  readonly #cached: number[] = [];

  /** @throws {NihiloError} memoryTooSmall, memoryUnavailable */
  constructor(
    compiled: CompiledKernels,
    config: ModelConfig,
    tensors: ReadonlyMap<string, Float32Array>,
    memoryLimitMb = 4_096,
  ) {
    this.config = config;
    const plan = planDecode(config, Math.min(blockRows, config.maxPositionEmbeddings), heapBase(compiled));
    this.#memory = allocateMemory(plan.bytes, memoryLimitMb);
    this.#kernels = instantiateKernels(compiled.module, this.#memory);
    this.#plan = plan;
    writeWeights(this.#memory, plan, tensors);
    writeRopeTables(this.#memory, plan, config);
    for (const matrix of [plan.head, ...plan.layers.flatMap((layer) => Object.values(layer))]) {
      const weight = (plan.weights + 4 * matrix.offset) as Ptr;
      this.#kernels.packForward(matrix.forwardPanels, weight, matrix.rows, matrix.cols, 0, matrix.rows);
    }
  }

  /** Number of ids at the start of `ids` whose keys and values are cached already. */
  cachedLength(ids: readonly number[]): number {
    let length = 0;
    while (length < this.#cached.length && length < ids.length && this.#cached[length] === ids[length])
      length++;
    return length;
  }

  /**
   * Logits of the token after `ids`.
   * @param ids at most maxPositionEmbeddings, at least one
   * @param cancelled polled between blocks
   * @returns f32[vocabSize], a copy; null when cancelled
   */
  next(ids: readonly number[], cancelled: () => boolean = () => false): Float32Array | null {
    // The last token is always computed: its logits are not kept.
    let past = Math.min(this.cachedLength(ids), ids.length - 1);
    while (past < ids.length) {
      if (cancelled()) return null;
      const rows = Math.min(this.#plan.blockRows, ids.length - past);
      this.#block(ids, past, rows);
      past += rows;
      if (past === ids.length) {
        this.#head(rows - 1, 1);
        return this.#logits(1).slice();
      }
    }
    throw new Error('next() of no token');
  }

  /** Logits after each of `ids`, f32[ids.length, vocabSize]; the cache is neither used nor trusted. */
  all(ids: readonly number[]): Float32Array {
    const { vocabSize } = this.config;
    const out = new Float32Array(ids.length * vocabSize);
    this.#cached.length = 0;
    for (let past = 0; past < ids.length; past += this.#plan.blockRows) {
      const rows = Math.min(this.#plan.blockRows, ids.length - past);
      this.#block(ids, past, rows);
      this.#head(0, rows);
      out.set(this.#logits(rows), past * vocabSize);
    }
    return out;
  }

  #logits(rows: number): Float32Array {
    return new Float32Array(this.#memory.buffer, this.#plan.logits, rows * this.config.vocabSize);
  }

  /** Rows [past, past + rows) of the sequence through all layers; the stream is left in `plan.stream`. */
  #block(ids: readonly number[], past: number, rows: number): void {
    const plan = this.#plan;
    this.#cached.length = past;
    new Int32Array(this.#memory.buffer, plan.ids, rows).set(ids.slice(past, past + rows));
    this.#kernels.embeddingForward(plan.stream, plan.weights, plan.ids, rows, this.config.hiddenSize);
    for (let layer = 0; layer < this.config.numHiddenLayers; layer++) {
      this.#attention(layer, past, rows);
      this.#feedForward(layer, rows);
    }
    this.#cached.push(...ids.slice(past, past + rows));
  }

  /** `plan.norm` = RMSNorm of `rows` rows of the stream, from row `first` on */
  #normalise(norm: number, first: number, rows: number): void {
    const { stream, norm: out, rstd } = this.#plan;
    const h = this.config.hiddenSize;
    const weight = normWeight(this.#plan, norm);
    this.#kernels.rmsnormForward(out, rstd, rowAt(stream, first, h), weight, rows, h, this.config.rmsNormEps);
  }

  #attention(layer: number, past: number, rows: number): void {
    const plan = this.#plan;
    const { hiddenSize: h, numAttentionHeads: heads } = this.config;
    const headDim = h / heads;
    const { qkv, output } = plan.layers[layer]!;
    this.#normalise(2 * layer, 0, rows);
    this.#product(plan.qkv, plan.norm, qkv, rows, false);
    this.#kernels.ropeForward(plan.qkv, plan.ropeCos, plan.ropeSin, rows, 2 * heads, headDim, 3 * h, past);
    const keys = plan.keyValues[layer]!;
    for (let row = 0; row < rows; row++) {
      this.#kernels.copy(rowAt(keys, past + row, 2 * h), rowAt(rowAt(plan.qkv, row, 3 * h), 1, h), 2 * h);
    }
    const values = rowAt(keys, 1, h);
    if (rows === 1) {
      this.#kernels.attentionDecode(
        plan.attention,
        plan.qkv,
        keys,
        values,
        past + 1,
        heads,
        headDim,
        2 * h,
        plan.scratch,
      );
    } else {
      this.#kernels.attentionForward(
        plan.attention,
        plan.logSumExp,
        plan.qkv,
        keys,
        values,
        rows,
        past,
        heads,
        headDim,
        3 * h,
        2 * h,
        h,
        plan.scratch,
      );
    }
    this.#product(plan.stream, plan.attention, output, rows, true);
  }

  #feedForward(layer: number, rows: number): void {
    const plan = this.#plan;
    const { up, down } = plan.layers[layer]!;
    this.#normalise(2 * layer + 1, 0, rows);
    this.#product(plan.up, plan.norm, up, rows, false);
    this.#kernels.relu2Forward(plan.up, plan.up, rows * up.rows);
    this.#product(plan.stream, plan.up, down, rows, true);
  }

  #head(first: number, rows: number): void {
    this.#normalise(2 * this.config.numHiddenLayers, first, rows);
    this.#product(this.#plan.logits, this.#plan.norm, this.#plan.head, rows, false);
  }

  /** out f32[rows, matrix.rows] = or += x f32[rows, matrix.cols] · Wᵀ; `plan.norm` is free when it accumulates */
  #product(out: Ptr, x: Ptr, matrix: Matrix, rows: number, accumulate: boolean): void {
    const { rows: n, cols: k, forwardPanels } = matrix;
    if (rows > 1) {
      this.#kernels.matmul(out, n, x, k, forwardPanels, rows, n, k, accumulate, this.#plan.scratch);
    } else if (accumulate) {
      this.#kernels.matvec(this.#plan.norm, x, forwardPanels, n, k);
      this.#kernels.add(out, this.#plan.norm, n);
    } else {
      this.#kernels.matvec(out, x, forwardPanels, n, k);
    }
  }
}
