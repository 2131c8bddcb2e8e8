import {
  type Checkpoint,
  type OptimizerState,
  readCheckpoint,
  writeCheckpoint,
} from '../engine/checkpoint.ts';
import { checkConfig, presetConfig } from '../engine/config.ts';
import { compileKernels } from '../engine/instantiate.ts';
import { parameterCount } from '../engine/layout.ts';
import { initialTensors } from '../engine/weights.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { TrainingEvent, TrainingReport, TrainingRequest, TrainingStage } from '../protocol/training.ts';
import { tokenizerToJson } from '../tokenizer/tokenizerJson.ts';
import { Batches } from './batches.ts';
import { HeldOut, type Score } from './heldOut.ts';
import { Learner, type LearnerState, mostChunks } from './learner.ts';
import { type Best, type LoopResult, type Steering, TrainingLoop } from './loop.ts';
import { Pace } from './pace.ts';
import { measurePeak } from './peak.ts';
import { type PreparedCorpus, prepareCorpus } from './preparation.ts';
import { recipes } from './recipe.ts';
import { Team } from './team.ts';

export interface TrainingOutcome {
  readonly report: TrainingReport;
  readonly cancelled: boolean;
}

/**
 * One training, from the workspace's files to the checkpoint. Must run off the main thread: it waits for its lanes.
 * @throws {NihiloError} as prepareCorpus, readCheckpoint, Team.create, Learner.step and writeCheckpoint do
 */
export async function train(
  platform: Platform,
  asked: TrainingRequest,
  steering: Steering,
  emit: (event: TrainingEvent) => void,
): Promise<TrainingOutcome> {
  const stage = (name: TrainingStage, detail: string): void => emit({ type: 'stage', stage: name, detail });
  const start = asked.resume
    ? await readCheckpoint(platform.files, asked.checkpoint, { withOptimizer: true })
    : null;
  // What is gone on from was begun with a preset, and its files were split and read by a seed.
  const { preset, seed } = start?.trainerState ?? asked;
  const request = { ...asked, preset, seed };
  stage('reading', 'Reading the files of the workspace');
  const wanted = start?.config ?? presetConfig(request.preset, request.vocabSize);
  checkConfig(wanted);
  const corpus = await prepareCorpus(platform, request, wanted, start?.tokenizerJson ?? null, {
    onReading: (files) => stage('reading', `${files} files read`),
    onCorpus: (summary) => {
      emit({ type: 'corpus', corpus: summary });
      stage('tokenizing', `Learning a vocabulary from ${summary.trainFiles} files`);
    },
    shouldStop: () => steering.cancelled,
  });
  stage('preparing', 'Allocating memory and starting threads');
  // A small corpus may not have enough repeated pairs for the vocabulary that was asked for.
  const config = { ...wanted, vocabSize: corpus.tokenizer.vocabSize };
  const team = await createTeam(platform, request, config);
  try {
    return await new Training(platform, request, steering, emit, { config, corpus, team, start }).run();
  } finally {
    await team.dispose();
  }
}

async function createTeam(platform: Platform, request: TrainingRequest, config: ModelConfig): Promise<Team> {
  const recipe = recipes[request.preset];
  const compiled = await compileKernels((name) => platform.readAsset(name), request.reproducible);
  const tokens = Math.max(recipe.tokensPerStep, config.maxPositionEmbeddings);
  const size = { tokens, chunks: mostChunks(tokens, recipe), lanes: request.threads };
  return Team.create(platform, compiled, config, size, request.memoryLimitMb);
}

interface Material {
  readonly config: ModelConfig;
  readonly corpus: PreparedCorpus;
  readonly team: Team;
  /** the checkpoint that is gone on from */
  readonly start: Checkpoint | null;
}

class Training {
  readonly #platform: Platform;
  readonly #request: TrainingRequest;
  readonly #steering: Steering;
  readonly #emit: (event: TrainingEvent) => void;
  readonly #material: Material;
  readonly #learner: Learner;
  readonly #heldOut: HeldOut;
  readonly #pace: Pace;

  constructor(
    platform: Platform,
    request: TrainingRequest,
    steering: Steering,
    emit: (event: TrainingEvent) => void,
    material: Material,
  ) {
    this.#platform = platform;
    this.#request = request;
    this.#steering = steering;
    this.#emit = emit;
    this.#material = material;
    const { config, corpus, team, start } = material;
    const batches = new Batches(corpus.stream, request.seed);
    const before = resumed(start);
    const weights = before?.optimizer.weights ?? initialTensors(team.plan.parameters, request.seed);
    this.#learner = new Learner(team, config, recipes[request.preset], batches, weights);
    if (before !== null) this.#learner.restore(before.state, before.optimizer.first, before.optimizer.second);
    const byteLengths = Uint16Array.from(
      { length: config.vocabSize },
      (_, id) => corpus.tokenizer.tokenBytes(id).length,
    );
    this.#heldOut = new HeldOut(
      corpus.heldOut,
      corpus.tokenizer.endOfText,
      byteLengths,
      config.maxPositionEmbeddings,
    );
    this.#pace = new Pace(request.stop, batches.tokens, team.plan.tokens, start?.trainerState.seconds ?? 0);
  }

  async run(): Promise<TrainingOutcome> {
    const { team } = this.#material;
    this.#stage('training', 'Training');
    const peak = measurePeak(team);
    const result = await this.#loop();
    this.#stage('evaluating', 'Scoring all held-out files');
    const score = this.#scoreBest(result.best);
    this.#stage('saving', 'Writing the checkpoint');
    await this.#save(result.best, score, result.seconds, result.trainLoss);
    const request = this.#request;
    const report: TrainingReport = {
      parameters: parameterCount(this.#material.config),
      preset: request.preset,
      threads: team.lanes,
      seed: request.seed,
      steps: this.#learner.state.step,
      tokens: this.#learner.state.tokens,
      seconds: result.seconds,
      tokensPerSecond: result.tokens / result.secondsOfRun,
      trainBitsPerByte: this.#bitsPerByte(result.trainLoss),
      heldOutBitsPerByte: score.bitsPerByte,
      heldOutFiles: this.#material.corpus.summary.heldOutFiles,
      peakRssMb: this.#platform.peakRss() / 1_048_576,
      fractionOfPeak: result.flopsPerSecond / peak,
      checkpoint: request.checkpoint,
    };
    return { report, cancelled: this.#steering.cancelled };
  }

  #loop(): Promise<LoopResult> {
    const { corpus, team, start } = this.#material;
    const parts = {
      team,
      learner: this.#learner,
      heldOut: this.#heldOut,
      pace: this.#pace,
      stop: this.#request.stop,
      steering: this.#steering,
      tokensPerByte: corpus.stream.length / corpus.trainBytes,
      emit: this.#emit,
      save: (best: Best) => this.#save(best, best.score, this.#pace.seconds, null),
    };
    return new TrainingLoop(parts, start === null ? null : bestOf(start)).run();
  }

  /** The weights that are kept, on every held-out token; the last ones are put back, so that what is saved to go on from is exact. */
  #scoreBest(best: Best): Score {
    const last = this.#learner.weights;
    this.#learner.weights = best.weights;
    const score = this.#heldOut.score(this.#material.team);
    this.#learner.weights = last;
    return score;
  }

  #bitsPerByte(trainLoss: number): number {
    const { stream, trainBytes } = this.#material.corpus;
    return ((trainLoss / Math.LN2) * stream.length) / trainBytes;
  }

  async #save(best: Best, score: Best['score'], seconds: number, trainLoss: number | null): Promise<void> {
    const { config, corpus } = this.#material;
    const { first, second } = this.#learner.moments;
    await writeCheckpoint(this.#platform.files, this.#request.checkpoint, {
      config,
      tensors: best.weights,
      tokenizerJson: tokenizerToJson(corpus.tokenizer),
      trainerState: {
        preset: this.#request.preset,
        seed: this.#request.seed,
        ...this.#learner.state,
        seconds,
        best: { step: best.step, loss: best.score.loss, bitsPerByte: best.score.bitsPerByte },
        heldOutBitsPerByte: score.bitsPerByte,
        trainBitsPerByte: trainLoss === null ? null : this.#bitsPerByte(trainLoss),
      },
      optimizer: { weights: this.#learner.weights, first, second },
    });
  }

  #stage(stage: TrainingStage, detail: string): void {
    this.#emit({ type: 'stage', stage, detail });
  }
}

interface Resumed {
  readonly optimizer: OptimizerState;
  readonly state: LearnerState;
}

/** What is gone on from; absent when training starts from random numbers. @throws {NihiloError} checkpointForeign */
function resumed(start: Checkpoint | null): Resumed | null {
  if (start === null) return null;
  const { optimizer, trainerState } = start;
  if (optimizer === null) {
    throw new NihiloError(
      'checkpointForeign',
      'To go on, the checkpoint should hold the training state (optimizer.safetensors) and does not. Train again from the beginning.',
    );
  }
  const { step, tokens, sequences } = trainerState;
  return { optimizer, state: { step, tokens, sequences } };
}

function bestOf({ tensors, trainerState }: Checkpoint): Best {
  const { step, loss, bitsPerByte } = trainerState.best;
  return { weights: tensors, step, score: { loss, bitsPerByte } };
}
