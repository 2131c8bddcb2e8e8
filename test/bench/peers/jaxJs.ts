import { readFileSync } from 'node:fs';
import path from 'node:path';
import { serveTrials } from '../../../extension/bench/trialServer.ts';
import { Random } from '../../../extension/engine/random.ts';
import { decodeSafetensors } from '../../../extension/engine/safetensors.ts';
import type { ModelConfig } from '../../../extension/protocol/model.ts';
import type { TrainingCase } from '../trialCase.ts';
import { packageFile } from './install.ts';
import type { ProductSubject } from './onnxRuntimeWeb.ts';

type Subject =
  ({ readonly kind: 'product' } & ProductSubject) | { readonly kind: 'trainStep'; readonly folder: string };

/** An array of jax-js: whoever is given one owns it, and `ref` is for those who want to use it again. */
interface Tensor {
  readonly ref: Tensor;
  add(other: Tensor | number): Tensor;
  sub(other: Tensor | number): Tensor;
  mul(other: Tensor | number): Tensor;
  div(other: Tensor | number): Tensor;
  reshape(shape: readonly number[]): Tensor;
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** What is used of jax-js; its own types are there only once it is installed. */
interface Jax {
  init(device: 'wasm'): Promise<unknown>;
  defaultDevice(device: 'wasm'): unknown;
  blockUntilReady<Value>(value: Value): Promise<Value>;
  jit<Arguments extends readonly unknown[], Result>(
    run: (...args: Arguments) => Result,
  ): (...args: Arguments) => Result;
  valueAndGrad<Arguments extends readonly unknown[]>(
    loss: (weights: Tensor[], ...args: Arguments) => Tensor,
  ): (weights: Tensor[], ...args: Arguments) => [Tensor, Tensor[]];
  readonly numpy: {
    readonly int32: unknown;
    array(values: Float32Array | Int32Array | number, options?: object): Tensor;
    zerosLike(of: Tensor): Tensor;
    matmul(a: Tensor, b: Tensor): Tensor;
    transpose(a: Tensor): Tensor;
    square(a: Tensor): Tensor;
    sqrt(a: Tensor): Tensor;
    mean(a: Tensor, axis?: number, options?: object): Tensor;
    sum(a: Tensor): Tensor;
    minimum(a: Tensor | number, b: Tensor | number): Tensor;
    negative(a: Tensor): Tensor;
    split(a: Tensor, parts: number, axis: number): Tensor[];
    concatenate(parts: Tensor[], axis: number): Tensor;
    take(table: Tensor, ids: Tensor, axis: number): Tensor;
  };
  readonly nn: {
    relu(a: Tensor): Tensor;
    oneHot(ids: Tensor, classes: number): Tensor;
    logSoftmax(a: Tensor, axis: number): Tensor;
    dotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: object): Tensor;
  };
}

const name = '@jax-js/jax';

async function open(subject: Subject) {
  const jax = (await import(packageFile(name, 'dist/index.js').href)) as Jax;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { version } = JSON.parse(readFileSync(packageFile(name, 'package.json'), 'utf8')) as {
    version: string;
  };
  const run = subject.kind === 'product' ? product(jax, subject) : trainStep(jax, subject.folder);
  return { facts: { version }, run, close: () => Promise.resolve() };
}

function product(jax: Jax, { rows, depth, cols }: ProductSubject): () => Promise<object> {
  const random = new Random(1);
  const operand = (height: number, width: number): Tensor =>
    jax.numpy
      .array(Float32Array.from({ length: height * width }, () => random.normal()))
      .reshape([height, width]);
  const [a, b] = [operand(rows, depth), operand(depth, cols)];
  return async () => {
    const start = performance.now();
    const out = await jax.blockUntilReady(jax.numpy.matmul(a.ref, b.ref));
    const ms = performance.now() - start;
    out.dispose();
    return { ms };
  };
}

/** The weights of a layer, in the order in which they lie in the file. */
const layerTensors = 8;

function trainStep(jax: Jax, folder: string): () => Promise<object> {
  const { numpy: np } = jax;
  const read = (file: string): Buffer => readFileSync(path.join(folder, file));
  const description = JSON.parse(read('case.json').toString()) as TrainingCase;
  const { config, batches, sequences, length, learningRates, recipe } = description;
  const file = 'model.safetensors';
  const stored = [...decodeSafetensors(new Uint8Array(read(file)), file).values()];
  const decays = stored.map(({ shape }) => shape.length > 1);
  const tokens = Int32Array.from(new Int32Array(new Uint8Array(read('batches.i32')).buffer));
  const part = (batch: number, which: 0 | 1): Tensor =>
    np.array(tokens.slice((2 * batch + which) * sequences * length).slice(0, sequences * length), {
      dtype: np.int32,
    });
  let weights = stored.map(({ shape, data }) => np.array(data.slice()).reshape(shape));
  let first = weights.map((weight) => np.zerosLike(weight.ref));
  let second = weights.map((weight) => np.zerosLike(weight.ref));
  const lossAndGradient = jax.valueAndGrad(lossOf(jax, config, sequences, length));
  const step = jax.jit(
    (w: Tensor[], m: Tensor[], v: Tensor[], ids: Tensor, targets: Tensor, scalars: Tensor[]) => {
      const [loss, gradients] = lossAndGradient(
        w.map((weight) => weight.ref),
        ids,
        targets,
      );
      return [loss, adamW(jax, recipe, decays, { w, m, v, gradients }, scalars)] as const;
    },
  );
  let steps = 0;
  return async () => {
    const rate = learningRates[Math.min(steps, learningRates.length - 1)]!;
    const scalars = [rate, 1 - recipe.beta1 ** (steps + 1), 1 - recipe.beta2 ** (steps + 1)];
    const [ids, targets] = [part(steps % batches, 0), part(steps % batches, 1)];
    const start = performance.now();
    const [loss, next] = step(
      weights,
      first,
      second,
      ids,
      targets,
      scalars.map((scalar) => np.array(Float32Array.of(scalar)).reshape([])),
    );
    [weights, first, second] = await jax.blockUntilReady(next);
    const [value] = await loss.data();
    steps++;
    return { ms: performance.now() - start, loss: value };
  };
}

function lossOf(jax: Jax, config: ModelConfig, sequences: number, length: number) {
  const { numpy: np, nn } = jax;
  const { hiddenSize: h, numAttentionHeads: heads, numHiddenLayers: layers } = config;
  const rows = sequences * length;
  const perHead = [sequences, length, heads, h / heads];
  const { cos, sin } = ropeTables(jax, config, length);
  const linear = (x: Tensor, weight: Tensor): Tensor => np.matmul(x, np.transpose(weight));
  const normalise = (x: Tensor, weight: Tensor): Tensor => {
    const square = np.mean(np.square(x.ref), -1, { keepdims: true });
    return x.div(np.sqrt(square.add(config.rmsNormEps))).mul(weight);
  };
  const rotate = (x: Tensor): Tensor => {
    const [one, other] = np.split(x.ref, 2, -1);
    const turned = np.concatenate([np.negative(other!), one!], -1);
    return x.mul(cos.ref).add(turned.mul(sin.ref));
  };
  const attend = (x: Tensor, [q, k, v, output]: readonly Tensor[]): Tensor => {
    const query = rotate(linear(x.ref, q!).reshape(perHead));
    const key = rotate(linear(x.ref, k!).reshape(perHead));
    const value = linear(x, v!).reshape(perHead);
    const mixed = nn.dotProductAttention(query, key, value, { isCausal: true });
    return linear(mixed.reshape([rows, h]), output!);
  };
  return (weights: Tensor[], ids: Tensor, targets: Tensor): Tensor => {
    const embedding = weights[0]!;
    let x = np.take(embedding.ref, ids, 0);
    for (let layer = 0; layer < layers; layer++) {
      const at = 1 + layer * layerTensors;
      const [inputNorm, q, k, v, output, middleNorm, up, down] = weights.slice(at, at + layerTensors);
      x = x.ref.add(attend(normalise(x, inputNorm!), [q!, k!, v!, output!]));
      const inner = np.square(nn.relu(linear(normalise(x.ref, middleNorm!), up!)));
      x = x.add(linear(inner, down!));
    }
    const logits = linear(normalise(x, weights.at(-1)!), embedding);
    const likely = nn.logSoftmax(logits, -1).mul(nn.oneHot(targets, config.vocabSize));
    return np.sum(likely).mul(-1 / rows);
  };
}

/** f32[length, 1, headDim]: broadcast over the heads */
function ropeTables({ numpy: np }: Jax, config: ModelConfig, length: number): { cos: Tensor; sin: Tensor } {
  const headDim = config.hiddenSize / config.numAttentionHeads;
  const table = (of: (angle: number) => number): Tensor => {
    const value = (i: number): number => {
      const position = Math.floor(i / headDim);
      return of(position / config.ropeTheta ** ((i % (headDim / 2)) / (headDim / 2)));
    };
    return np
      .array(Float32Array.from({ length: length * headDim }, (_, i) => value(i)))
      .reshape([length, 1, headDim]);
  };
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

interface OptimizerTensors {
  readonly w: Tensor[];
  readonly m: Tensor[];
  readonly v: Tensor[];
  readonly gradients: Tensor[];
}

/** @param scalars learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ @returns weights and both moments after the step */
function adamW(
  { numpy: np }: Jax,
  recipe: TrainingCase['recipe'],
  decays: readonly boolean[],
  { w, m, v, gradients }: OptimizerTensors,
  scalars: readonly Tensor[],
): [Tensor[], Tensor[], Tensor[]] {
  const { beta1, beta2, eps, weightDecay, clip } = recipe;
  const [rate, correction1, correction2] = scalars as [Tensor, Tensor, Tensor];
  const squares = gradients.map((gradient) => np.sum(np.square(gradient.ref)));
  const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
  const scale = np.minimum(1, np.array(Float32Array.of(clip)).reshape([]).div(norm));
  const next: [Tensor[], Tensor[], Tensor[]] = [[], [], []];
  w.forEach((weight, i) => {
    const gradient = gradients[i]!.mul(scale.ref);
    const mean = m[i]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
    const square = v[i]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
    const change = mean.ref.div(correction1.ref).div(np.sqrt(square.ref.div(correction2.ref)).add(eps));
    const decay = decays[i]! ? weightDecay : 0;
    const kept = decay === 0 ? weight : weight.ref.sub(weight.mul(rate.ref.mul(decay)));
    next[0].push(kept.sub(change.mul(rate.ref)));
    next[1].push(mean);
    next[2].push(square);
  });
  for (const scalar of [scale, ...scalars]) scalar.dispose();
  return next;
}

void serveTrials(open);
