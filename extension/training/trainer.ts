import {
  type Checkpoint,
  type OptimizerState,
  readCheckpoint,
  writeCheckpoint,
} from '../engine/checkpoint.ts';
import { checkConfig, presetConfig } from '../engine/config.ts';
import { parameterCount } from '../engine/layout.ts';
import { initialTensors } from '../engine/weights.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig, PresetChoice } from '../protocol/model.ts';
import type {
  Provenance,
  TrainingChoices,
  TrainingEvent,
  TrainingReport,
  TrainingRequest,
  TrainingStage,
} from '../protocol/training.ts';
import { tokenizerToJson } from '../tokenizer/tokenizer.ts';
import { Batches } from './batches.ts';
import type { Weights } from './between.ts';
import { choicesOf, settleChoices, sizeChoices } from './choices.ts';
import { VectorRecord } from './earlierVectors.ts';
import { HeldOut, sampledWindows } from './heldOut.ts';
import { Learner, type LearnerState } from './learner.ts';
import { type Best, type LoopResult, TrainingLoop } from './loop.ts';
import { openTeam } from './openTeam.ts';
import { Pace } from './pace.ts';
import { measurePeak } from './peak.ts';
import { type PreparedCorpus, prepareCorpus } from './preparation.ts';
import { learntCorpora, type LearntCorpus, withoutRepetition } from './provenance.ts';
import { meanTokensPerStep, recipeFor } from './recipe.ts';
import { scoreOfReplaced } from './replaced.ts';
import type { Samples } from './samples.ts';
import type { Steering } from './steering.ts';
import type { Team } from './team.ts';
import { takeYardsticks } from './yardsticks.ts';

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
  const choices = settleChoices(asked, start?.trainerState ?? null);
  const begin = start ?? (await baseFor(platform, choices.preset, asked.base));
  const sized = (trainBytes: number): TrainingChoices => sizeChoices(choices, { ...asked, trainBytes });
  const wanted = (trainBytes: number): ModelConfig => {
    const { preset, vocabSize } = sized(trainBytes);
    return begin?.config ?? presetConfig(preset, vocabSize ?? undefined);
  };
  stage('reading', 'Reading the files of the workspace');
  const readAtMs = Date.now();
  const unsized = { ...asked, seed: choices.seed, calls: choices.calls };
  const corpus = await prepareCorpus(platform, unsized, wanted, begin?.tokenizerJson ?? null, {
    onReading: (files) => stage('reading', `${files} files read`),
    onCorpus: (corpus) => {
      emit({ type: 'corpus', corpus });
      stage(
        'tokenizing',
        begin === null ? 'Learning a vocabulary' : 'Cutting text into the tokens of the model',
      );
    },
    shouldStop: () => steering.cancelled,
  });
  stage('preparing', 'Allocating memory and starting threads');
  const request = { ...asked, ...sized(corpus.trainBytes) };
  // A small corpus may not have enough repeated pairs for the vocabulary that was asked for.
  const config = { ...wanted(corpus.trainBytes), vocabSize: corpus.tokenizer.vocabSize };
  checkConfig(config);
  const scoreBefore = start === null ? await scoreOfReplaced(platform, request, corpus, steering) : null;
  const team = await openTeam(platform, config, recipeFor(request), request);
  try {
    const weights = start === null ? begin?.tensors : undefined;
    const learnt = learntCorpora(begin?.trainerState.provenance ?? null);
    const material = { config, corpus, readAtMs, learnt, team, start, scoreBefore, weights };
    return await new Training(platform, request, steering, emit, material).run();
  } finally {
    await team.dispose();
  }
}

type SettledRequest = TrainingRequest & TrainingChoices;

interface Material {
  readonly config: ModelConfig;
  readonly corpus: PreparedCorpus;
  /** ms since 1970, from before the first file was read */
  readonly readAtMs: number;
  /** what is in the weights that are begun with */
  readonly learnt: readonly LearntCorpus[];
  readonly team: Team;
  /** the checkpoint that is gone on from */
  readonly start: Checkpoint | null;
  /** of the base; absent where random numbers, or `start`, are begun with */
  readonly weights: Checkpoint['tensors'] | undefined;
  /** bits per byte of the model that is replaced; null when there is none, or when it is gone on from */
  readonly scoreBefore: number | null;
}

/** Windows of held-out text that are scored in the end, spread evenly: all but those of a corpus of many megabytes. */
const finalWindows = 2_048;

class Training {
  readonly #platform: Platform;
  readonly #request: SettledRequest;
  readonly #steering: Steering;
  readonly #emit: (event: TrainingEvent) => void;
  readonly #material: Material;
  readonly #learner: Learner;
  readonly #heldOut: HeldOut;
  readonly #vectors: VectorRecord;

  constructor(
    platform: Platform,
    request: SettledRequest,
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
    const batches = new Batches(corpus.streams, request.seed);
    const before = resumed(start);
    this.#vectors = new VectorRecord([config.vocabSize, config.hiddenSize], start?.earlier ?? []);
    const weights =
      before?.optimizer.weights ?? material.weights ?? initialTensors(team.plan.parameters, request.seed);
    this.#learner = new Learner(team, config, recipeFor(request), batches, weights);
    if (before !== null) {
      const { first, second, average } = before.optimizer;
      this.#learner.restore(before.state, first, second, average);
    }
    this.#heldOut = new HeldOut(
      corpus.heldOut.map(({ ids }) => ids),
      corpus.tokenizer,
      config.maxPositionEmbeddings,
    );
  }

  async run(): Promise<TrainingOutcome> {
    this.#stage('training', 'Training');
    const peak = measurePeak(this.#material.team);
    const before = await this.#bestBefore();
    const pace = this.#pace();
    const result = await this.#loop(pace, this.#samples(), before);
    const score = await this.#finalScore(result.best);
    this.#stage('saving', 'Writing the checkpoint');
    await this.#save(result, score, result.trainLoss);
    return { report: this.#report(result, score, peak), cancelled: this.#steering.cancelled };
  }

  /** @throws {NihiloError} argumentInvalid, when what is gone on from is at its limit already */
  #pace(): Pace {
    const { config, corpus, start } = this.#material;
    const { stop } = this.#request;
    const tokensPerStep = meanTokensPerStep(recipeFor(this.#request), config.maxPositionEmbeddings);
    const pace = new Pace(
      stop,
      corpus.tokensPerByte * corpus.trainBytes,
      tokensPerStep,
      start?.trainerState.seconds ?? 0,
    );
    const { step } = this.#learner.state;
    if (start !== null && pace.progress(step) >= 1) {
      throw new NihiloError(
        'argumentInvalid',
        say`There should be something left to train and the model is at its limit already (${step} steps, ${pace.seconds.toFixed(1)} s); raise --steps, --epochs or --seconds.`,
      );
    }
    return pace;
  }

  #samples(): Samples | null {
    const { config, corpus, team } = this.#material;
    const { memoryLimitMb } = this.#request;
    const { yardsticks, samples } = takeYardsticks({
      config,
      tokenizer: corpus.tokenizer,
      recipe: recipeFor(this.#request),
      streams: corpus.streams,
      texts: corpus.heldOut,
      heldOut: this.#heldOut,
      team,
      memoryLimitMb,
    });
    this.#emit({ type: 'yardsticks', yardsticks });
    return samples;
  }

  async #loop(pace: Pace, samples: Samples | null, before: Best | null): Promise<LoopResult> {
    const { corpus, team, scoreBefore } = this.#material;
    const parts = {
      learner: this.#learner,
      score: (windows: number, steering: Steering) => this.#heldOut.score(team, windows, steering),
      pace,
      stop: this.#request.stop,
      steering: this.#steering,
      tokensPerByte: corpus.tokensPerByte,
      cpuSeconds: () => team.cpuSeconds,
      emit: this.#emit,
      scored: (step: number) => this.#vectors.scored(step, this.#learner.weightsInPlace),
      sample: (weights: Weights) => samples?.goOn(weights) ?? null,
      save: async (best: Best) => {
        const better = scoreBefore === null || best.score.bitsPerByte < scoreBefore;
        if (better) await this.#save({ best, scheduledBest: null, seconds: pace.seconds }, best.score, null);
      },
    };
    const result = await new TrainingLoop(parts, before).run();
    const { bitsPerByte } = result.best.score;
    if (this.#steering.cancelled && scoreBefore !== null && bitsPerByte >= scoreBefore) {
      throw new NihiloError(
        'trainingCancelled',
        say`Training was stopped at ${bitsPerByte.toFixed(2)} bits per byte on held-out text; the model from before is better (${scoreBefore.toFixed(2)}) and is kept.`,
      );
    }
    return result;
  }

  /** Of what is gone on from, scored on the text that all else is: a fine-tuning, or another folder, was scored on other text. */
  async #bestBefore(): Promise<Best | null> {
    const { start } = this.#material;
    if (start === null) return null;
    const best = bestOf(start);
    return { ...best, score: (await this.#scoreOf(best.weights, sampledWindows)) ?? best.score };
  }

  /**
   * The weights that are kept, on the held-out text.
   * A training that is stopped is wanted out of the way: its score on the sampled windows has to do.
   */
  async #finalScore(best: Best): Promise<Best['score']> {
    if (this.#steering.cancelled) return best.score;
    this.#stage('evaluating', 'Scoring the held-out files');
    return (await this.#scoreOf(best.weights, finalWindows)) ?? best.score;
  }

  /** The last weights are put back, so that going on from them, and what is saved to go on from, is exact. */
  async #scoreOf(weights: Weights, windows: number): Promise<Best['score'] | null> {
    const last = this.#learner.weights;
    this.#learner.weights = weights;
    const score = await this.#heldOut.score(this.#material.team, windows, this.#steering);
    this.#learner.weights = last;
    return score;
  }

  #report(result: LoopResult, score: Best['score'], peak: number): TrainingReport {
    const { preset, seed, checkpoint } = this.#request;
    const { config, corpus, team } = this.#material;
    return {
      parameters: parameterCount(config),
      preset,
      threads: team.lanes,
      seed,
      steps: this.#learner.state.step,
      tokens: this.#learner.state.tokens,
      seconds: result.seconds,
      tokensPerSecond: result.tokens / result.secondsOfRun,
      trainBitsPerByte: this.#bitsPerByte(result.trainLoss),
      heldOutBitsPerByte: score.bitsPerByte,
      heldOutFiles: corpus.summary.heldOutFiles,
      peakRssMb: this.#platform.peakRss() / 1_048_576,
      fractionOfPeak: result.flopsPerSecond / peak,
      checkpoint,
    };
  }

  #bitsPerByte(trainLoss: number): number {
    return (trainLoss / Math.LN2) * this.#material.corpus.tokensPerByte;
  }

  async #save(
    { best, scheduledBest, seconds }: Pick<LoopResult, 'best' | 'scheduledBest' | 'seconds'>,
    score: Best['score'],
    trainLoss: number | null,
  ): Promise<void> {
    const { config, corpus } = this.#material;
    const scored = ({ step, score: { loss, bitsPerByte } }: Best) => ({ step, loss, bitsPerByte });
    await writeCheckpoint(this.#platform.files, this.#request.checkpoint, {
      config,
      tensors: best.weights,
      tokenizerJson: tokenizerToJson(corpus.tokenizer),
      trainerState: {
        ...choicesOf(this.#request),
        ...this.#learner.state,
        seconds,
        textTokens: this.#learner.tokensPerEpoch,
        best: scored(best),
        scheduledBest: scheduledBest === null ? null : scored(scheduledBest),
        heldOutBitsPerByte: score.bitsPerByte,
        trainBitsPerByte: trainLoss === null ? null : this.#bitsPerByte(trainLoss),
        provenance: this.#provenance(),
      },
      optimizer: {
        weights: this.#learner.weightsInPlace,
        ...this.#learner.moments,
        average: this.#learner.average,
        scheduledBest: scheduledBest?.weights ?? null,
      },
      earlier: this.#vectors.kept,
    });
  }

  #provenance(): Provenance | null {
    const { learnt, readAtMs } = this.#material;
    const { corpus } = this.#request;
    if ('texts' in corpus) return null;
    return { corpora: withoutRepetition([...learnt, { ...corpus, readAtMs }]), readAtMs };
  }

  #stage(stage: TrainingStage, detail: string): void {
    this.#emit({ type: 'stage', stage, detail });
  }
}

interface Resumed {
  readonly optimizer: OptimizerState;
  readonly state: LearnerState;
}

/** The base model, where the training begins with it. @throws {NihiloError} argumentInvalid; as readCheckpoint does */
async function baseFor(
  platform: Platform,
  preset: PresetChoice,
  base: string | undefined,
): Promise<Checkpoint | null> {
  if (preset === 'base' && base === undefined) {
    throw new NihiloError(
      'argumentInvalid',
      say`The preset base begins with the base model, which is switched off; switch it on or choose another preset.`,
    );
  }
  return base !== undefined && (preset === 'base' || preset === 'auto')
    ? readCheckpoint(platform.files, base)
    : null;
}

/** What is gone on from; absent when training starts from random numbers. @throws {NihiloError} checkpointForeign */
function resumed(start: Checkpoint | null): Resumed | null {
  if (start === null) return null;
  const { optimizer, trainerState } = start;
  if (optimizer === null) {
    throw new NihiloError(
      'checkpointForeign',
      say`To go on, the checkpoint should hold the training state (optimizer.safetensors) and does not. Train again from the beginning.`,
    );
  }
  const { step, tokens, sequences } = trainerState;
  return { optimizer, state: { step, tokens, sequences } };
}

/** The best that an uninterrupted training would know of. */
function bestOf({ tensors, trainerState, optimizer }: Checkpoint): Best {
  const { step, loss, bitsPerByte } = trainerState.scheduledBest ?? trainerState.best;
  return { weights: optimizer?.scheduledBest ?? tensors, step, score: { loss, bitsPerByte } };
}
