import type { ModelConfig } from '../protocol/model.ts';
import {
  type DecodeLayer,
  type DecodeMatrix,
  type DecodeNorm,
  type DecodePlan,
  planDecode,
  type WeightFormat,
} from './decodePlan.ts';
import { writeDecodeWeights } from './decodeWeights.ts';
import { rowAt } from './forward.ts';
import { type CompiledKernels, heapBase, instantiateKernels } from './instantiate.ts';
import type { Kernels, Ptr } from './kernels.ts';
import { allocateMemory } from './layout.ts';

/** Rows of a prefill that are computed together: enough to fill the product's register blocks, few enough to be cancelled between. */
const blockRows = 64;
const memoryLimitMb = 4_096;

/**
 * The model as a predictor: token ids in, logits out, with a key-value cache. The cache holds the ids it was computed for; a new
 * sequence reuses it up to the first id that differs. Logits have the same bits whatever was cached and however many rows were computed
 * together, because no row of any kernel depends on the rows beside it.
 */
export class Decoder {
  readonly config: ModelConfig;
  readonly #kernels: Kernels;
  readonly #plan: DecodePlan;
  readonly #memory: WebAssembly.Memory;
  readonly #cached: number[] = [];

  /** @throws {NihiloError} memoryTooSmall, memoryUnavailable, checkpointForeign */
  constructor(
    compiled: CompiledKernels,
    config: ModelConfig,
    tensors: ReadonlyMap<string, Float32Array>,
    format: WeightFormat,
  ) {
    this.config = config;
    this.#plan = planFor(compiled, config, format);
    this.#memory = allocateMemory(this.#plan.bytes, memoryLimitMb);
    this.#kernels = instantiateKernels(compiled.module, this.#memory);
    this.load(tensors);
  }

  /** Memory that one takes. */
  static bytes(compiled: CompiledKernels, config: ModelConfig, format: WeightFormat): number {
    return planFor(compiled, config, format).bytes;
  }

  /** Other weights of the same model. @throws {NihiloError} checkpointForeign */
  load(tensors: ReadonlyMap<string, Float32Array>): void {
    this.#cached.length = 0;
    writeDecodeWeights(this.#kernels, this.#memory, this.#plan, this.config, tensors);
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
    this.#kernels.embeddingForward(plan.stream, plan.embedding, plan.ids, rows, this.config.hiddenSize);
    for (const layer of plan.layers) {
      this.#attention(layer, past, rows);
      this.#feedForward(layer, rows);
    }
    this.#cached.push(...ids.slice(past, past + rows));
  }

  /** `plan.norm` = RMSNorm of `rows` rows of the stream, from row `first` on */
  #normalise({ at }: DecodeNorm, first: number, rows: number): void {
    const { stream, norm, rstd } = this.#plan;
    const h = this.config.hiddenSize;
    this.#kernels.rmsnormForward(norm, rstd, rowAt(stream, first, h), at, rows, h, this.config.rmsNormEps);
  }

  #attention({ inputNorm, qkv, output, keys, values }: DecodeLayer, past: number, rows: number): void {
    const plan = this.#plan;
    const kernels = this.#kernels;
    const { hiddenSize: h, numAttentionHeads: heads, maxPositionEmbeddings: positions } = this.config;
    const headDim = h / heads;
    const [q, k, v] = [plan.qkv, rowAt(plan.qkv, 1, h), rowAt(plan.qkv, 2, h)];
    this.#normalise(inputNorm, 0, rows);
    this.#product(plan.qkv, plan.norm, qkv, rows, false);
    // q and k are neighbours: one rotation of twice the heads.
    kernels.ropeForward(q, plan.ropeCos, plan.ropeSin, rows, 2 * heads, headDim, 3 * h, past);
    kernels.cacheKeyValues(keys, values, k, v, rows, past, heads, headDim, positions, 3 * h);
    const { attention, scratch } = plan;
    kernels.attentionDecode(
      attention,
      q,
      keys,
      values,
      rows,
      past,
      heads,
      headDim,
      positions,
      3 * h,
      scratch,
    );
    this.#product(plan.stream, plan.attention, output, rows, true);
  }

  #feedForward({ middleNorm, up, down }: DecodeLayer, rows: number): void {
    const plan = this.#plan;
    this.#normalise(middleNorm, 0, rows);
    this.#product(plan.up, plan.norm, up, rows, false);
    this.#kernels.relu2Forward(plan.up, plan.up, rows * up.rows);
    this.#product(plan.stream, plan.up, down, rows, true);
  }

  #head(first: number, rows: number): void {
    this.#normalise(this.#plan.finalNorm, first, rows);
    this.#product(this.#plan.logits, this.#plan.norm, this.#plan.head, rows, false);
  }

  /** out f32[rows, matrix.rows] = or += x f32[rows, matrix.cols] · Wᵀ */
  #product(out: Ptr, x: Ptr, matrix: DecodeMatrix, rows: number, accumulate: boolean): void {
    const { rows: n, cols: k, panels } = matrix;
    if (matrix.format === 'int8') {
      const { values, steps, zeros } = this.#plan.quantized;
      const { scales, sums } = matrix;
      this.#kernels.quantizeRows(values, steps, zeros, x, rows, k);
      this.#kernels.matmulInt8(out, n, values, steps, zeros, panels, scales, sums, rows, n, k, accumulate);
    } else if (rows > 1) {
      this.#kernels.matmul(out, n, x, k, panels, rows, n, k, accumulate, this.#plan.scratch);
    } else {
      this.#kernels.matvec(out, x, matrix.columns, n, k, accumulate);
    }
  }
}

function planFor(compiled: CompiledKernels, config: ModelConfig, format: WeightFormat): DecodePlan {
  const rows = Math.min(blockRows, config.maxPositionEmbeddings);
  return planDecode(config, format, rows, heapBase(compiled));
}
