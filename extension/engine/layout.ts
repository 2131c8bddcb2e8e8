import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig, OptimizerName } from '../protocol/model.ts';
import type { Ptr } from './kernels.ts';
import { attentionScratchBytes, matmulScratchBytes, newtonSchulzScratchBytes } from './scratch.ts';

/**
 * The one table of a model's tensors. Addresses, checkpoint order, initialisation, the optimiser's loop and the tests derive from it.
 * q, k and v of a layer follow each other, so that one product computes all three.
 */
export interface ParameterSpec {
  /** Hugging Face's tensor name */
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser:
    | { readonly kind: 'ones' }
    | { readonly kind: 'zeros' }
    | { readonly kind: 'normal'; readonly std: number };
  /** a matrix between two vectors of activations, neither of them tokens: what Muon updates, where it is chosen */
  readonly hidden: boolean;
}

export function parameterTable(config: ModelConfig): readonly ParameterSpec[] {
  const h = config.hiddenSize;
  const f = config.intermediateSize;
  // Variance-preserving for the products that read the residual stream; the two that write to it start at zero, so that every
  // block is the identity at first and learns what to add (Zhang et al. 2019, "Fixup"; Bachlechner et al. 2020, "ReZero").
  const reads = { kind: 'normal', std: 1 / Math.sqrt(h) } as const;
  const writes = { kind: 'zeros' } as const;
  const norm = (name: string): ParameterSpec => ({
    name,
    shape: [h],
    initialiser: { kind: 'ones' },
    hidden: false,
  });
  const matrix = (
    name: string,
    rows: number,
    cols: number,
    initialiser: ParameterSpec['initialiser'],
  ): ParameterSpec => ({
    name,
    shape: [rows, cols],
    initialiser,
    hidden: true,
  });
  const embedding = matrix('model.embed_tokens.weight', config.vocabSize, h, { kind: 'normal', std: 0.05 });
  const table: ParameterSpec[] = [{ ...embedding, hidden: false }];
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const at = `model.layers.${layer}`;
    table.push(
      norm(`${at}.input_layernorm.weight`),
      matrix(`${at}.self_attn.q_proj.weight`, h, h, reads),
      matrix(`${at}.self_attn.k_proj.weight`, h, h, reads),
      matrix(`${at}.self_attn.v_proj.weight`, h, h, reads),
      matrix(`${at}.self_attn.o_proj.weight`, h, h, writes),
      norm(`${at}.post_attention_layernorm.weight`),
      matrix(`${at}.mlp.up_proj.weight`, f, h, reads),
      matrix(`${at}.mlp.down_proj.weight`, h, f, writes),
    );
  }
  table.push(norm('model.norm.weight'));
  return table;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function parameterCount(config: ModelConfig): number {
  return parameterTable(config).reduce((total, spec) => total + elementCount(spec.shape), 0);
}

/** What Muon updates keeps a momentum; everything else keeps AdamW's two moments. */
export function hasMomentum(optimizer: OptimizerName, hidden: boolean): boolean {
  return optimizer === 'muon' && hidden;
}

/** A parameter and its place, in elements from the start of the parameters (gradients and moments have the same order). */
export interface PlacedParameter extends ParameterSpec {
  readonly offset: number;
  readonly count: number;
}

/** A weight matrix W[rows, cols] as the products see it; `panels` are its packed copies. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  /** elements from the start of the parameters */
  readonly offset: number;
  /** 3 for q, k and v, which are trained as the matrices that they are: so many of equal size, one below the other */
  readonly parts: number;
  readonly hidden: boolean;
  readonly forwardPanels: Ptr;
  readonly backwardPanels: Ptr;
}

export interface LayerMatrices {
  /** q, k and v, one below the other: [3 · hidden, hidden] */
  readonly qkv: Matrix;
  readonly output: Matrix;
  readonly up: Matrix;
  readonly down: Matrix;
}

/** Where the parameters and what is derived from them lie. */
export interface WeightPlan {
  readonly parameters: readonly PlacedParameter[];
  /** the vectors among them: input norm and middle norm of each layer, then the final one */
  readonly norms: readonly PlacedParameter[];
  readonly parameterElements: number;
  /** the first of them; the hidden matrices follow */
  readonly outerElements: number;
  readonly weights: Ptr;
  readonly head: Matrix;
  readonly layers: readonly LayerMatrices[];
  /** f32[positions, headDim / 2] */
  readonly ropeCos: Ptr;
  readonly ropeSin: Ptr;
}

/**
 * Activations of one layer over all tokens of a step; each f32[tokens, …]. The backward pass puts the gradients that a weight gradient is
 * made of in the place of what it has read for the last time: `input`, `qkv`, `middle` and `up` end as their own gradients.
 */
export interface LayerActivations {
  readonly input: Ptr;
  readonly inputNorm: Ptr;
  readonly inputRstd: Ptr;
  /** q, k, v beside each other, after RoPE: [tokens, 3 · hidden] */
  readonly qkv: Ptr;
  /** [sequence, heads, positions of the sequence] */
  readonly logSumExp: Ptr;
  readonly attention: Ptr;
  readonly middle: Ptr;
  readonly middleNorm: Ptr;
  readonly middleRstd: Ptr;
  readonly up: Ptr;
  readonly activated: Ptr;
}

/** What one lane needs for itself while it computes a chunk. */
export interface Workspace {
  /** f32[chunkRows, 4 · hidden]: a gradient on its way from one product to the next */
  readonly transient: Ptr;
  /** f32[chunkRows, hidden], f32[chunkRows] */
  readonly finalNorm: Ptr;
  readonly finalRstd: Ptr;
  /** f32[headRows, vocabulary]; replaced by its gradient */
  readonly logits: Ptr;
  readonly scratch: Ptr;
}

export interface TrainingPlan extends WeightPlan {
  readonly tokens: number;
  readonly gradients: Ptr;
  readonly optimizer: OptimizerName;
  /** AdamW's mean of the gradients, Muon's momentum */
  readonly firstMoment: Ptr;
  /** AdamW's mean of their squares, of `adamParameters` only */
  readonly secondMoment: Ptr;
  /** all parameters, or all but Muon's */
  readonly adamParameters: readonly PlacedParameter[];
  readonly ids: Ptr;
  readonly targets: Ptr;
  readonly losses: Ptr;
  readonly activations: readonly LayerActivations[];
  /** f32[tokens, hidden]: what the last layer gives; replaced by its gradient */
  readonly finalInput: Ptr;
  /** f32[chunks, norms, hidden]: each chunk's share of the norm weights' gradients */
  readonly normPartials: Ptr;
  /** most rows of a chunk, and of them that have their logits at a time */
  readonly chunkRows: number;
  readonly headRows: number;
  /** one a lane */
  readonly workspaces: readonly Workspace[];
  readonly bytes: number;
}

/** Hands out addresses one after the other; 64 bytes apart at least, so that no two threads write to one cache line. */
export class Allocator {
  #next: number;

  constructor(base: number) {
    this.#next = base;
    this.#align();
  }

  floats(count: number): Ptr {
    return this.bytes(4 * count);
  }

  bytes(count: number): Ptr {
    const at = this.#next;
    this.#next += count;
    this.#align();
    return at as Ptr;
  }

  get end(): number {
    return this.#next;
  }

  #align(): void {
    this.#next = 64 * Math.ceil(this.#next / 64);
  }
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

function planWeights(allocator: Allocator, config: ModelConfig): WeightPlan {
  const { parameters, parameterElements, outerElements } = placeParameters(config);
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const weights = allocator.floats(parameterElements);
  const matrix = (name: string, rows: number, cols: number): Matrix => {
    const first = byName.get(name)!;
    return {
      rows,
      cols,
      offset: first.offset,
      parts: rows / first.shape[0]!,
      hidden: first.hidden,
      forwardPanels: allocator.floats(roundUp(rows, 8) * cols),
      backwardPanels: allocator.floats(roundUp(cols, 8) * rows),
    };
  };
  const { hiddenSize: h, intermediateSize: f } = config;
  const layers = Array.from({ length: config.numHiddenLayers }, (_, layer) => ({
    qkv: matrix(`model.layers.${layer}.self_attn.q_proj.weight`, 3 * h, h),
    output: matrix(`model.layers.${layer}.self_attn.o_proj.weight`, h, h),
    up: matrix(`model.layers.${layer}.mlp.up_proj.weight`, f, h),
    down: matrix(`model.layers.${layer}.mlp.down_proj.weight`, h, f),
  }));
  const ropeElements = (config.maxPositionEmbeddings * h) / config.numAttentionHeads / 2;
  return {
    parameters,
    norms: parameters.filter((parameter) => parameter.shape.length === 1),
    parameterElements,
    outerElements,
    weights,
    head: matrix('model.embed_tokens.weight', config.vocabSize, h),
    layers,
    ropeCos: allocator.floats(ropeElements),
    ropeSin: allocator.floats(ropeElements),
  };
}

/** The hidden matrices last, so that second moments, which Muon has none of, are the first part of the same order. */
function placeParameters(
  config: ModelConfig,
): Pick<WeightPlan, 'parameters' | 'parameterElements' | 'outerElements'> {
  const table = parameterTable(config);
  const offsets = new Map<ParameterSpec, number>();
  const place = (specs: readonly ParameterSpec[], start: number): number =>
    specs.reduce((offset, spec) => {
      offsets.set(spec, offset);
      return offset + roundUp(elementCount(spec.shape), 4);
    }, start);
  const outerElements = place(
    table.filter(({ hidden }) => !hidden),
    0,
  );
  const parameterElements = place(
    table.filter(({ hidden }) => hidden),
    outerElements,
  );
  const parameters = table.map((spec) => ({
    ...spec,
    offset: offsets.get(spec)!,
    count: elementCount(spec.shape),
  }));
  return { parameters, parameterElements, outerElements };
}

export interface TrainingSize {
  /** tokens of one step */
  readonly tokens: number;
  /** most chunks that a step is cut into */
  readonly chunks: number;
  readonly lanes: number;
  readonly optimizer: OptimizerName;
}

function planActivations(allocator: Allocator, config: ModelConfig, tokens: number): LayerActivations {
  const { hiddenSize: h, intermediateSize: f } = config;
  return {
    input: allocator.floats(tokens * h),
    inputNorm: allocator.floats(tokens * h),
    inputRstd: allocator.floats(tokens),
    qkv: allocator.floats(tokens * 3 * h),
    logSumExp: allocator.floats(tokens * config.numAttentionHeads),
    attention: allocator.floats(tokens * h),
    middle: allocator.floats(tokens * h),
    middleNorm: allocator.floats(tokens * h),
    middleRstd: allocator.floats(tokens),
    up: allocator.floats(tokens * f),
    activated: allocator.floats(tokens * f),
  };
}

export function planScratch(
  allocator: Allocator,
  config: ModelConfig,
  optimizer: OptimizerName | null = null,
): Ptr {
  const { hiddenSize, intermediateSize, maxPositionEmbeddings: positions } = config;
  const attention = attentionScratchBytes(positions, hiddenSize / config.numAttentionHeads);
  const muon = optimizer === 'muon' ? newtonSchulzScratchBytes(intermediateSize, hiddenSize) : 0;
  return allocator.bytes(Math.max(matmulScratchBytes(), attention, muon));
}

/** Rows that a thread computes in one go: enough for the products to run at full speed, few enough to share. */
export const rowsPerChunk = 128;
/** Logits that a lane keeps at a time: 4 MB, unless so many columns leave too few rows for a product at full speed. */
const logitsAtOnce = 2 ** 20;
const leastHeadRows = 48;

function planWorkspace(
  allocator: Allocator,
  config: ModelConfig,
  optimizer: OptimizerName,
  chunkRows: number,
  headRows: number,
): Workspace {
  return {
    transient: allocator.floats(chunkRows * config.intermediateSize),
    finalNorm: allocator.floats(chunkRows * config.hiddenSize),
    finalRstd: allocator.floats(chunkRows),
    logits: allocator.floats(headRows * config.vocabSize),
    scratch: planScratch(allocator, config, optimizer),
  };
}

/** @param base first byte that may be used (`heapBase()`) */
export function planTraining(config: ModelConfig, size: TrainingSize, base: number): TrainingPlan {
  const allocator = new Allocator(base);
  const { tokens, optimizer } = size;
  const h = config.hiddenSize;
  const chunkRows = Math.min(tokens, Math.max(rowsPerChunk, config.maxPositionEmbeddings));
  const headRows = Math.min(chunkRows, Math.max(leastHeadRows, Math.floor(logitsAtOnce / config.vocabSize)));
  const weights = planWeights(allocator, config);
  const plan = {
    ...weights,
    tokens,
    gradients: allocator.floats(weights.parameterElements),
    optimizer,
    firstMoment: allocator.floats(weights.parameterElements),
    secondMoment: allocator.floats(optimizer === 'muon' ? weights.outerElements : weights.parameterElements),
    adamParameters: weights.parameters.filter(({ hidden }) => !hasMomentum(optimizer, hidden)),
    ids: allocator.bytes(4 * tokens),
    targets: allocator.bytes(4 * tokens),
    losses: allocator.floats(tokens),
    activations: Array.from({ length: config.numHiddenLayers }, () =>
      planActivations(allocator, config, tokens),
    ),
    finalInput: allocator.floats(tokens * h),
    normPartials: allocator.floats(size.chunks * (2 * config.numHiddenLayers + 1) * h),
    chunkRows,
    headRows,
    workspaces: Array.from({ length: size.lanes }, () =>
      planWorkspace(allocator, config, optimizer, chunkRows, headRows),
    ),
  };
  return { ...plan, bytes: allocator.end };
}

const pageBytes = 65_536;
/** 32-bit WebAssembly addresses 4 GiB. */
const addressableBytes = 65_535 * pageBytes;

/**
 * Memory of its final size, allocated once.
 * @throws {NihiloError} memoryTooSmall before anything is allocated, when `bytes` exceeds the limit; memoryUnavailable when the machine refuses
 */
export function allocateMemory(bytes: number, limitMb: number): WebAssembly.Memory {
  const megabytes = Math.ceil(bytes / 1_048_576);
  if (bytes > Math.min(limitMb * 1_048_576, addressableBytes)) {
    throw new NihiloError(
      'memoryTooSmall',
      say`This model needs ${megabytes} MB and the limit is ${limitMb} MB. Raise nihilo.training.memoryLimit or choose a smaller nihilo.training.preset.`,
    );
  }
  const pages = Math.ceil(bytes / pageBytes);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    throw new NihiloError(
      'memoryUnavailable',
      say`The machine could not give the ${megabytes} MB that this model needs. Close other programs or choose a smaller nihilo.training.preset.`,
      { cause: error },
    );
  }
}
