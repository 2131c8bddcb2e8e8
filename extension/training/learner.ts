import { rowsPerChunk } from '../engine/layout.ts';
import { muonFlops } from '../engine/muon.ts';
import { readTensors, tensorViews, writeRopeTables, writeTensors } from '../engine/weights.ts';
import { stepFlops } from '../engine/weightTasks.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { TokenSource } from './batches.ts';
import { decays, learningRate, type Recipe, sequenceLength, sequencesPerStep } from './recipe.ts';
import type { Team } from './team.ts';
import { averagedEvery, WeightAverage } from './weightAverage.ts';

/** Where a training stands; with the weights and moments, all that the next step depends on. */
export interface LearnerState {
  readonly step: number;
  readonly tokens: number;
  readonly sequences: number;
}

export interface StepResult {
  /** nats per token */
  readonly loss: number;
  /** before clipping */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly flops: number;
}

type Tensors = Map<string, Float32Array>;

/** The weights, their moments, and the training step: forward, backward, clip, AdamW or Muon. */
export class Learner {
  readonly #team: Team;
  readonly #config: ModelConfig;
  readonly #recipe: Recipe;
  readonly #batches: TokenSource;
  #state: LearnerState = { step: 0, tokens: 0, sequences: 0 };
  #average: WeightAverage | null = null;

  constructor(
    team: Team,
    config: ModelConfig,
    recipe: Recipe,
    batches: TokenSource,
    weights: ReadonlyMap<string, Float32Array>,
  ) {
    this.#team = team;
    this.#config = config;
    this.#recipe = recipe;
    this.#batches = batches;
    writeRopeTables(team.memory, team.plan, config);
    this.weights = weights;
  }

  get state(): LearnerState {
    return this.#state;
  }

  get epochs(): number {
    return this.#state.tokens / this.tokensPerEpoch;
  }

  get tokensPerEpoch(): number {
    return this.#batches.tokens;
  }

  get weights(): Tensors {
    return readTensors(this.#team.memory, this.#team.plan.parameters, this.#team.plan.weights);
  }

  set weights(tensors: ReadonlyMap<string, Float32Array>) {
    writeTensors(this.#team.memory, this.#team.plan.parameters, this.#team.plan.weights, tensors);
    this.#team.run('pack');
  }

  /** The weights where they lie: to be read before the next step. */
  get weightsInPlace(): Tensors {
    return tensorViews(this.#team.memory, this.#team.plan.parameters, this.#team.plan.weights);
  }

  /** Of the last weights, once the learning rate falls; null before, and where the recipe has none. */
  get average(): ReadonlyMap<string, Float32Array> | null {
    return this.#average?.weights ?? null;
  }

  /** The average becomes the weights and the weights the average, without a third copy: to score it, and then back. */
  exchangeAverage(): void {
    if (this.#average === null) return;
    for (const [name, weights] of this.weightsInPlace) {
      const average = this.#average.weights.get(name)!;
      const last = weights.slice();
      weights.set(average);
      average.set(last);
    }
    this.#team.run('pack');
  }

  /** The moments where they lie, likewise. */
  get moments(): { first: Tensors; second: Tensors } {
    const { parameters, adamParameters, firstMoment, secondMoment } = this.#team.plan;
    return {
      first: tensorViews(this.#team.memory, parameters, firstMoment),
      second: tensorViews(this.#team.memory, adamParameters, secondMoment),
    };
  }

  /** Goes on from a saved state. */
  restore(
    state: LearnerState,
    first: ReadonlyMap<string, Float32Array>,
    second: ReadonlyMap<string, Float32Array>,
    average: ReadonlyMap<string, Float32Array> | null = null,
  ): void {
    const { parameters, adamParameters, firstMoment, secondMoment } = this.#team.plan;
    writeTensors(this.#team.memory, parameters, firstMoment, first);
    writeTensors(this.#team.memory, adamParameters, secondMoment, second);
    this.#state = state;
    this.#average = average === null ? null : new WeightAverage(average);
  }

  /**
   * @param progress share of the training that is done; sets the learning rate and the length of the sequences
   * @throws {NihiloError} trainingDiverged, when the loss is not a finite number; the weights are then as before the step
   */
  step(progress: number): StepResult {
    const parts = this.stepInParts(progress);
    let part = parts.next();
    while (part.done !== true) part = parts.next();
    return part.value;
  }

  /** The same with a rest after each micro-batch but the last; whoever does not go on after a rest leaves the weights as they were. */
  *stepInParts(progress: number): Generator<undefined, StepResult> {
    const length = sequenceLength(this.#recipe, progress, this.#config.maxPositionEmbeddings);
    const sequences = sequencesPerStep(this.#recipe, progress, length);
    const rows = sequences * length;
    const loss = yield* this.#forwardBackward(sequences, length);
    const gradientNorm = this.#gradientNorm();
    if (!Number.isFinite(loss + gradientNorm)) throw diverged(this.#state.step + 1, loss);
    const rate = learningRate(this.#recipe, this.#state.step, progress);
    const step = this.#state.step + 1;
    this.#update(step, rows, rate, gradientNorm);
    this.#state = { step, tokens: this.#state.tokens + rows, sequences: this.#state.sequences + sequences };
    this.#addToAverage(progress);
    const flops =
      stepFlops(this.#config, rows, length) +
      (this.#team.plan.optimizer === 'muon' ? muonFlops(this.#config) : 0);
    return { loss, gradientNorm, learningRate: rate, flops };
  }

  /** Mean loss; the gradients of as many micro-batches as it takes have been added up. */
  *#forwardBackward(sequences: number, length: number): Generator<undefined, number> {
    const most = Math.floor(this.#team.plan.tokens / length);
    const lossScale = 1 / (sequences * length);
    let total = 0;
    for (let first = 0; first < sequences; first += most) {
      if (first > 0) yield;
      total += this.#microBatch(first, Math.min(most, sequences - first), length, lossScale);
    }
    return total / (sequences * length);
  }

  #microBatch(first: number, sequences: number, length: number, lossScale: number): number {
    const { plan } = this.#team;
    const rows = sequences * length;
    const ids = this.#team.integers(plan.ids, rows);
    const targets = this.#team.integers(plan.targets, rows);
    this.#batches.read(ids, targets, this.#state.sequences + first, sequences, length);
    const accumulate = first > 0 ? 1 : 0;
    this.#team.run('train', { rows, length, lossScale, accumulate });
    this.#team.run('differentiate');
    const losses = this.#team.floats(plan.losses, rows);
    let total = 0;
    for (let i = 0; i < rows; i++) total += losses[i]!;
    return total;
  }

  #addToAverage(progress: number): void {
    const { averagedShare, decayFrom } = this.#recipe;
    const { step } = this.#state;
    if (averagedShare === 0 || progress < decayFrom || step % averagedEvery !== 0) return;
    // At the beginning `progress` is 0 and says nothing of how many steps there will be.
    const steps = progress > 0 ? (averagedShare * step) / progress : 0;
    if (this.#average === null) this.#average = new WeightAverage(this.weightsInPlace);
    else this.#average.add(this.weightsInPlace, steps);
  }

  #gradientNorm(): number {
    let squares = 0;
    for (let task = 0; task < this.#team.taskCount; task++) squares += this.#team.results[task]!;
    return Math.sqrt(squares);
  }

  #update(step: number, rows: number, rate: number, gradientNorm: number): void {
    const { outerRate, beta1, beta2, eps, momentum, clip } = this.#recipe;
    const gradientScale = gradientNorm > clip ? clip / gradientNorm : 1;
    if (this.#team.plan.optimizer === 'muon') this.#team.run('orthogonalise', { gradientScale, momentum });
    this.#team.run('update', {
      gradientScale,
      learningRate: rate,
      outerLearningRate: outerRate * rate,
      beta1,
      beta2,
      eps,
      ...decays(this.#recipe, rows, this.#batches.tokens),
      correction1: 1 - beta1 ** step,
      correction2: 1 - beta2 ** step,
    });
  }
}

/** Most chunks that a step of `tokens` tokens is cut into: of whole sequences, whatever their length, more than half of one's rows are filled. */
export function mostChunks(tokens: number): number {
  return Math.ceil((2 * tokens) / rowsPerChunk);
}

/** A loss that is no number: nothing that is learnt from then on would be one. */
export function diverged(step: number, loss: number): NihiloError {
  return new NihiloError(
    'trainingDiverged',
    say`Training stopped at step ${step}: the loss should be a finite number and is ${loss}. The last good checkpoint is kept; train again with another nihilo.training.seed.`,
  );
}
