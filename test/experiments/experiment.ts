import type { Document } from '../../extension/corpus/split.ts';
import { parameterCount } from '../../extension/engine/layout.ts';
import { Random } from '../../extension/engine/random.ts';
import { initialTensors } from '../../extension/engine/weights.ts';
import type { CompiledKernels } from '../../extension/engine/instantiate.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import { type Tokenizer, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { Batches, joinDocuments, type TokenSource } from '../../extension/training/batches.ts';
import { HeldOut } from '../../extension/training/heldOut.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { tokensInMemory } from '../../extension/training/recipe.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { Team } from '../../extension/training/team.ts';
import { configOf, type Settings } from './settings.ts';

/** The text as one model sees it. */
export interface Text {
  readonly tokenizer: Tokenizer;
  readonly vocabSize: number;
  readonly stream: Uint16Array;
  readonly heldOut: readonly Uint16Array[];
}

export interface Result {
  readonly parameters: number;
  readonly steps: number;
  readonly tokens: number;
  readonly epochs: number;
  /** of one thread, evaluation left out */
  readonly cpuSeconds: number;
  readonly trainLoss: number;
  /** of the last weights on all held-out files, the transformer alone */
  readonly bitsPerByte: number;
  /** of the last weights on windows of other texts, where there are some */
  readonly others?: number;
  /** of moving averages of the weights: [decay of a step, bits per byte] */
  readonly averaged: readonly (readonly [number, number])[];
  /** on sampled windows: [share of the training, bits per byte] */
  readonly curve: readonly (readonly [number, number])[];
}

/** The tokenizer is learnt from the training files alone, as in a training. */
export function tokenize(documents: readonly Document[], vocabSize: number): Text {
  const train = documents.filter(({ heldOut }) => !heldOut).map(({ bytes }) => bytes);
  return tokenizedBy(trainTokenizer(train, vocabSize), documents);
}

export function tokenizedBy(tokenizer: Tokenizer, documents: readonly Document[]): Text {
  const encoded = (heldOut: boolean): Uint16Array[] =>
    documents.filter((document) => document.heldOut === heldOut).map(({ bytes }) => tokenizer.encode(bytes));
  return {
    tokenizer,
    vocabSize: tokenizer.vocabSize,
    stream: joinDocuments(encoded(false), tokenizer.endOfText),
    heldOut: encoded(true),
  };
}

const averages = [0.98, 0.995];
const curvePoints = 8;
const curveWindows = 48;
const otherWindows = 256;
const memoryLimitMb = 2_048;

/** What only some experiments have. */
export interface Special {
  /** read instead of the text as it stands */
  readonly batches?: TokenSource;
  /** begun with instead of random numbers */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** other texts that the last weights are scored on */
  readonly others?: readonly Uint16Array[];
  /** told of the last weights */
  readonly ended?: (config: ModelConfig, weights: ReadonlyMap<string, Float32Array>) => void;
}

/** Trains on one thread until the arithmetic of the steps adds up to `flops`, whatever time that takes. */
export async function runExperiment(
  compiled: CompiledKernels,
  text: Text,
  settings: Settings,
  flops: number,
  seed: number,
  special: Special = {},
): Promise<Result> {
  const config = configOf(settings, text.vocabSize);
  const { optimizer } = settings;
  const tokens = tokensInMemory(settings, config);
  const size = { tokens, chunks: mostChunks(tokens), lanes: 1, optimizer };
  const team = Team.create(nodePlatform(), compiled, config, size, memoryLimitMb);
  const { parameters } = team.plan;
  const learner = new Learner(
    team,
    config,
    settings,
    special.batches ?? new NoisyBatches(text.stream, seed, settings.inputNoise),
    special.weights ?? rescaled(initialTensors(parameters, seed), settings.embeddingStd),
  );
  const heldOutOf = (texts: readonly Uint16Array[]): HeldOut =>
    new HeldOut(texts, text.tokenizer, config.maxPositionEmbeddings);
  const heldOut = heldOutOf(text.heldOut);
  const score = async (windows: number, of = heldOut): Promise<number> =>
    (await of.score(team, windows, unstoppable))!.bitsPerByte;
  const ema = averages.map((decay) => new MovingAverage(decay, learner.weights));
  const curve: [number, number][] = [];
  const losses: number[] = [];
  let spent = 0;
  let cpuSeconds = 0;
  while (spent < flops) {
    if (spent >= ((curve.length + 1) / (curvePoints + 1)) * flops) {
      curve.push([spent / flops, await score(curveWindows)]);
    }
    const before = process.cpuUsage();
    const step = learner.step(spent / flops);
    spent += step.flops;
    losses.push(step.loss);
    const { user, system } = process.cpuUsage(before);
    cpuSeconds += (user + system) / 1e6;
    if (learner.state.step % averagedEvery === 0) for (const one of ema) one.add(learner.weightsInPlace);
  }
  const bitsPerByte = await score(Infinity);
  const others =
    special.others === undefined ? {} : { others: await score(otherWindows, heldOutOf(special.others)) };
  special.ended?.(config, learner.weights);
  const averaged: [number, number][] = [];
  for (const one of ema) {
    learner.weights = one.weights;
    averaged.push([one.decay, await score(Infinity)]);
  }
  const { step, tokens: read } = learner.state;
  const last = losses.slice(-50);
  await team.dispose();
  return {
    parameters: parameterCount(config),
    steps: step,
    tokens: read,
    epochs: learner.epochs,
    cpuSeconds,
    trainLoss: last.reduce((sum, loss) => sum + loss, 0) / last.length,
    bitsPerByte,
    ...others,
    averaged,
    curve,
  };
}

/** With so large a share of the input tokens (never of the targets) exchanged for tokens from elsewhere in the text. */
class NoisyBatches extends Batches {
  readonly #text: Uint16Array;
  readonly #random: Random;
  readonly #share: number;

  constructor(text: Uint16Array, seed: number, share: number) {
    super(text, seed);
    this.#text = text;
    this.#random = new Random(seed);
    this.#share = share;
  }

  override read(...to: Parameters<Batches['read']>): void {
    super.read(...to);
    if (this.#share === 0) return;
    const [ids] = to;
    for (let i = 0; i < ids.length; i++) {
      if (this.#random.uniform() < this.#share) ids[i] = this.#text[this.#random.below(this.#text.length)]!;
    }
  }
}

const averagedEvery = 4;

/** Of the weights after every few steps; `decay` is that of one step. */
class MovingAverage {
  readonly decay: number;
  readonly weights: Map<string, Float32Array>;

  constructor(decay: number, weights: Map<string, Float32Array>) {
    this.decay = decay;
    this.weights = weights;
  }

  add(current: ReadonlyMap<string, Float32Array>): void {
    const kept = this.decay ** averagedEvery;
    for (const [name, average] of this.weights) {
      const now = current.get(name)!;
      for (let i = 0; i < average.length; i++) average[i] = kept * average[i]! + (1 - kept) * now[i]!;
    }
  }
}

const embedding = 'model.embed_tokens.weight';

function rescaled(tensors: Map<string, Float32Array>, std: number): Map<string, Float32Array> {
  const values = tensors.get(embedding)!;
  const present = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  return new Map(tensors).set(
    embedding,
    values.map((value) => (value * std) / present),
  );
}
