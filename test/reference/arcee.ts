import { attention, attentionBackward } from './attention.ts';
import { crossEntropy, relu2, relu2Backward } from './elementwise.ts';
import { embedding, embeddingBackward, linear, linearBackward, sum } from './linear.ts';
import { rmsnorm, rmsnormBackward } from './rmsnorm.ts';
import { rope, ropeTables } from './rope.ts';

/** The fields of a model's configuration that the arithmetic needs. */
export interface ArceeConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
}

/** By Hugging Face's tensor name, row-major. */
export type Tensors = ReadonlyMap<string, Float64Array>;

/** Shape of every tensor, in no order that matters. */
export function arceeShapes(config: ArceeConfig): ReadonlyMap<string, readonly number[]> {
  const { hiddenSize: h, intermediateSize: f } = config;
  const shapes = new Map<string, readonly number[]>([
    ['model.embed_tokens.weight', [config.vocabSize, h]],
    ['model.norm.weight', [h]],
  ]);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const at = `model.layers.${layer}`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm'])
      shapes.set(`${at}.${norm}.weight`, [h]);
    for (const projection of ['q', 'k', 'v', 'o'])
      shapes.set(`${at}.self_attn.${projection}_proj.weight`, [h, h]);
    shapes.set(`${at}.mlp.up_proj.weight`, [f, h]);
    shapes.set(`${at}.mlp.down_proj.weight`, [h, f]);
  }
  return shapes;
}

interface LayerTrace {
  readonly input: Float64Array;
  readonly inputNorm: ReturnType<typeof rmsnorm>;
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly v: Float64Array;
  readonly attended: Float64Array;
  readonly middle: Float64Array;
  readonly middleNorm: ReturnType<typeof rmsnorm>;
  readonly up: Float64Array;
  readonly activated: Float64Array;
  readonly output: Float64Array;
}

/** One sequence through a model. */
class Sequence {
  readonly #config: ArceeConfig;
  readonly #parameters: Tensors;
  readonly #rows: number;
  readonly #tables: ReturnType<typeof ropeTables>;

  constructor(config: ArceeConfig, parameters: Tensors, rows: number) {
    this.#config = config;
    this.#parameters = parameters;
    this.#rows = rows;
    this.#tables = ropeTables(rows, config.hiddenSize / config.numAttentionHeads, config.ropeTheta);
  }

  parameter(name: string): Float64Array {
    const values = this.#parameters.get(name);
    if (values === undefined) throw new Error(`expected a tensor ${name}, got none`);
    return values;
  }

  norm(x: Float64Array, name: string): ReturnType<typeof rmsnorm> {
    return rmsnorm(x, this.parameter(name), this.#rows, this.#config.hiddenSize, this.#config.rmsNormEps);
  }

  rotate(x: Float64Array, direction: 1 | -1): Float64Array {
    const { numAttentionHeads: heads, hiddenSize } = this.#config;
    return rope(x, this.#tables, heads, hiddenSize / heads, 0, direction);
  }

  get attentionShape(): { rows: number; past: number; heads: number; headDim: number } {
    const { numAttentionHeads: heads, hiddenSize } = this.#config;
    return { rows: this.#rows, past: 0, heads, headDim: hiddenSize / heads };
  }

  layer(input: Float64Array, layer: number): LayerTrace {
    const { hiddenSize: h, intermediateSize: f } = this.#config;
    const at = `model.layers.${layer}`;
    const project = (x: Float64Array, name: string, ins: number, outs: number): Float64Array =>
      linear(x, this.parameter(`${at}.${name}_proj.weight`), this.#rows, ins, outs);
    const inputNorm = this.norm(input, `${at}.input_layernorm.weight`);
    const q = this.rotate(project(inputNorm.out, 'self_attn.q', h, h), 1);
    const k = this.rotate(project(inputNorm.out, 'self_attn.k', h, h), 1);
    const v = project(inputNorm.out, 'self_attn.v', h, h);
    const attended = attention(q, k, v, this.attentionShape).out;
    const middle = sum(input, project(attended, 'self_attn.o', h, h));
    const middleNorm = this.norm(middle, `${at}.post_attention_layernorm.weight`);
    const up = project(middleNorm.out, 'mlp.up', h, f);
    const activated = relu2(up);
    const output = sum(middle, project(activated, 'mlp.down', f, h));
    return { input, inputNorm, q, k, v, attended, middle, middleNorm, up, activated, output };
  }

  /** Adds to the gradients of the layer's parameters; returns the gradient of its input. */
  layerBackward(trace: LayerTrace, dOutput: Float64Array, layer: number, gradients: Gradients): Float64Array {
    const { hiddenSize: h, intermediateSize: f } = this.#config;
    const at = `model.layers.${layer}`;
    const project = (
      dOut: Float64Array,
      x: Float64Array,
      name: string,
      ins: number,
      outs: number,
    ): Float64Array => {
      const tensor = `${at}.${name}_proj.weight`;
      const { dX, dWeight } = linearBackward(dOut, x, this.parameter(tensor), this.#rows, ins, outs);
      gradients.add(tensor, dWeight);
      return dX;
    };
    const dUp = relu2Backward(project(dOutput, trace.activated, 'mlp.down', f, h), trace.up);
    const dMiddleNorm = project(dUp, trace.middleNorm.out, 'mlp.up', h, f);
    const middleNorm = `${at}.post_attention_layernorm.weight`;
    const dMiddle = sum(
      dOutput,
      this.normBackward(dMiddleNorm, trace.middle, trace.middleNorm, middleNorm, gradients),
    );
    const dAttended = project(dMiddle, trace.attended, 'self_attn.o', h, h);
    const { dQ, dK, dV } = attentionBackward(dAttended, trace.q, trace.k, trace.v, this.attentionShape);
    const dInputNorm = sum(
      project(this.rotate(dQ, -1), trace.inputNorm.out, 'self_attn.q', h, h),
      project(this.rotate(dK, -1), trace.inputNorm.out, 'self_attn.k', h, h),
      project(dV, trace.inputNorm.out, 'self_attn.v', h, h),
    );
    const inputNorm = `${at}.input_layernorm.weight`;
    return sum(dMiddle, this.normBackward(dInputNorm, trace.input, trace.inputNorm, inputNorm, gradients));
  }

  normBackward(
    dOut: Float64Array,
    x: Float64Array,
    norm: ReturnType<typeof rmsnorm>,
    name: string,
    gradients: Gradients,
  ): Float64Array {
    const { hiddenSize: h } = this.#config;
    const { dX, dWeight } = rmsnormBackward(dOut, x, this.parameter(name), norm.rstd, this.#rows, h);
    gradients.add(name, dWeight);
    return dX;
  }
}

class Gradients {
  readonly tensors = new Map<string, Float64Array>();

  add(name: string, values: Float64Array): void {
    const before = this.tensors.get(name);
    this.tensors.set(name, before === undefined ? values : sum(before, values));
  }
}

/**
 * Token embedding → N × (RMSNorm → attention with RoPE → residual → RMSNorm → up → relu² → down → residual) → RMSNorm → logits with the
 * tied embedding → mean cross-entropy over the targets ≥ 0, of one sequence.
 * @source `ArceeForCausalLM` of Hugging Face transformers
 */
export function arceeLossAndGradients(
  config: ArceeConfig,
  parameters: Tensors,
  ids: ArrayLike<number>,
  targets: ArrayLike<number>,
): { loss: number; logits: Float64Array; gradients: Map<string, Float64Array> } {
  const { vocabSize, hiddenSize: h } = config;
  const rows = ids.length;
  const sequence = new Sequence(config, parameters, rows);
  const table = sequence.parameter('model.embed_tokens.weight');
  const embedded = embedding(table, ids, h);
  const traces: LayerTrace[] = [];
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    traces.push(sequence.layer(traces.at(-1)?.output ?? embedded, layer));
  }
  const last = traces.at(-1)?.output ?? embedded;
  const finalNorm = sequence.norm(last, 'model.norm.weight');
  const logits = linear(finalNorm.out, table, rows, h, vocabSize);
  const { losses, dLogits } = crossEntropy(logits, targets, vocabSize);
  const counted = Array.from(targets).filter((target) => target >= 0).length;

  const gradients = new Gradients();
  const head = linearBackward(
    dLogits.map((value) => value / counted),
    finalNorm.out,
    table,
    rows,
    h,
    vocabSize,
  );
  gradients.add('model.embed_tokens.weight', head.dWeight);
  let dStream = sequence.normBackward(head.dX, last, finalNorm, 'model.norm.weight', gradients);
  for (let layer = config.numHiddenLayers - 1; layer >= 0; layer--) {
    dStream = sequence.layerBackward(traces[layer]!, dStream, layer, gradients);
  }
  gradients.add('model.embed_tokens.weight', embeddingBackward(dStream, ids, vocabSize, h));
  const loss = losses.reduce((total, value) => total + value, 0) / counted;
  return { loss, logits, gradients: gradients.tensors };
}
