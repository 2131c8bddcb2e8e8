import { type Checkpoint, readCheckpoint, type TrainerState, writeCheckpoint } from '../engine/checkpoint.ts';
import { parameterCount } from '../engine/layout.ts';
import type { Platform } from '../platform/platform.ts';
import type { FineTuneRequest, FineTuning, TrainingEvent, TrainingStage } from '../protocol/training.ts';
import { between, type Weights } from './between.ts';
import { type FineTuneText, readFineTuneText } from './fineTuneText.ts';
import { gentleRecipe } from './gentleRecipe.ts';
import { HeldOut, sampledWindows, type Score, together } from './heldOut.ts';
import { Learner } from './learner.ts';
import { type Best, type LoopResult, TrainingLoop } from './loop.ts';
import { openTeam } from './openTeam.ts';
import { Pace } from './pace.ts';
import { measurePeak } from './peak.ts';
import { meanTokensPerStep, type Recipe, recipeFor } from './recipe.ts';
import { ReplayBatches } from './replay.ts';
import type { HeldOutText, Samples } from './samples.ts';
import { type Steering, unstoppable } from './steering.ts';
import type { Team } from './team.ts';
import type { TrainingOutcome } from './trainer.ts';
import { takeYardsticks } from './yardsticks.ts';

const warmUpSteps = 20;
/** Of the sequences; the others repeat old text. */
const freshShare = 0.5;
/** Old held-out text may cost so many times its bits. */
const mostForgetting = 1.02;
/** Of what may be forgotten, on the sampled windows, so that what is chosen by them holds on the others too. */
const sampledShare = 0.75;
/** Windows of either held-out text that are scored before and after. */
const finalWindows = 512;

/** Of the way that the training went: less is not worth a score. */
const smallestShare = 0.125;

/**
 * New text on top of a trained model. The weights that do best on new held-out text are kept, of those that cost old held-out text at
 * most 2 % more bits; where there are none, a part of the way to the last ones; else the old weights stay, bit for bit. Must run off the main thread.
 * @param most times its bits that old held-out text may cost
 * @throws {NihiloError} as readCheckpoint, readFineTuneText, Team.create, Learner.step and writeCheckpoint do
 */
export async function fineTune(
  platform: Platform,
  request: FineTuneRequest,
  steering: Steering,
  emit: (event: TrainingEvent) => void,
  most = mostForgetting,
): Promise<TrainingOutcome> {
  const start = await readCheckpoint(platform.files, request.model, { withOptimizer: true });
  emit({ type: 'stage', stage: 'reading', detail: 'Reading new and old text' });
  const text = await readFineTuneText(platform.files, request, start, steering, emit);
  emit({ type: 'stage', stage: 'preparing', detail: 'Allocating memory and starting threads' });
  const { trainerState, config } = start;
  const recipe = gentleRecipe(recipeFor(trainerState), warmUpSteps);
  const { reproducible } = trainerState;
  const team = await openTeam(platform, config, recipe, { ...request, reproducible });
  try {
    return await new FineTuneRun(platform, request, steering, emit, {
      start,
      text,
      recipe,
      team,
      most,
    }).run();
  } finally {
    await team.dispose();
  }
}

interface Material {
  readonly start: Checkpoint;
  readonly text: FineTuneText;
  readonly recipe: Recipe;
  readonly team: Team;
  /** times its bits that old held-out text may cost */
  readonly most: number;
}

interface Scores {
  readonly fresh: Score;
  readonly old: Score;
}

class FineTuneRun {
  readonly #platform: Platform;
  readonly #request: FineTuneRequest;
  readonly #steering: Steering;
  readonly #emit: (event: TrainingEvent) => void;
  readonly #material: Material;
  readonly #learner: Learner;
  readonly #heldOut: { readonly fresh: HeldOut; readonly old: HeldOut };

  constructor(
    platform: Platform,
    request: FineTuneRequest,
    steering: Steering,
    emit: (event: TrainingEvent) => void,
    material: Material,
  ) {
    this.#platform = platform;
    this.#request = request;
    this.#steering = steering;
    this.#emit = emit;
    this.#material = material;
    const { start, text, recipe, team } = material;
    const { fresh, old } = text.batches(request.seed ?? start.trainerState.seed);
    const batches = new ReplayBatches(fresh, old, freshShare);
    this.#learner = new Learner(team, start.config, recipe, batches, start.tensors);
    const heldOut = (texts: readonly HeldOutText[]): HeldOut =>
      new HeldOut(
        texts.map(({ ids }) => ids),
        text.tokenizer,
        start.config.maxPositionEmbeddings,
      );
    this.#heldOut = { fresh: heldOut(text.heldOut.fresh), old: heldOut(text.heldOut.old) };
  }

  async run(): Promise<TrainingOutcome> {
    this.#stage('evaluating', 'Scoring the held-out files before');
    const before = await this.#scores(finalWindows);
    const sampledBefore = await this.#scores(sampledWindows);
    this.#stage('training', 'Training');
    const peak = measurePeak(this.#material.team);
    const pace = this.#pace();
    const result = await this.#loop(pace, sampledBefore, this.#samples());
    this.#stage('evaluating', 'Scoring the held-out files after');
    const { tensors, after } = await this.#judge(result.best, before);
    this.#stage('saving', 'Writing the checkpoint');
    await this.#save(tensors, result.seconds, after);
    const { text } = this.#material;
    const fineTuning: FineTuning = {
      kept: tensors !== null,
      newText: { before: before.fresh.bitsPerByte, after: after.fresh.bitsPerByte },
      oldText: { before: before.old.bitsPerByte, after: after.old.bitsPerByte },
      newFiles: text.files.fresh,
      oldFiles: text.files.old,
    };
    return { report: this.#report(result, after, peak, fineTuning), cancelled: this.#steering.cancelled };
  }

  async #scores(windows: number): Promise<Scores> {
    const { team } = this.#material;
    return {
      fresh: (await this.#heldOut.fresh.score(team, windows, unstoppable))!,
      old: (await this.#heldOut.old.score(team, windows, unstoppable))!,
    };
  }

  #samples(): Samples | null {
    const { start, text, recipe, team } = this.#material;
    const { yardsticks, samples } = takeYardsticks({
      config: start.config,
      tokenizer: text.tokenizer,
      recipe,
      streams: text.streams,
      texts: text.heldOut.fresh,
      heldOut: this.#heldOut.fresh,
      team,
      memoryLimitMb: this.#request.memoryLimitMb,
    });
    this.#emit({ type: 'yardsticks', yardsticks });
    return samples;
  }

  #pace(): Pace {
    const { start, recipe } = this.#material;
    const tokensPerStep = meanTokensPerStep(recipe, start.config.maxPositionEmbeddings);
    return new Pace(this.#request.stop, this.#learner.tokensPerEpoch, tokensPerStep, 0);
  }

  #loop(pace: Pace, before: Scores, samples: Samples | null): Promise<LoopResult> {
    const { start, text, most } = this.#material;
    const mostSampled = 1 + sampledShare * (most - 1);
    const parts = {
      learner: this.#learner,
      score: async (windows: number): Promise<Score> => {
        const { fresh, old } = await this.#scores(windows);
        // A loss that is the best of none.
        return old.loss <= mostSampled * before.old.loss ? fresh : { ...fresh, loss: Infinity };
      },
      pace,
      stop: this.#request.stop,
      steering: this.#steering,
      tokensPerByte: text.tokensPerByte,
      cpuSeconds: () => this.#material.team.cpuSeconds,
      emit: this.#emit,
      sample: (weights: Weights) => samples?.goOn(weights) ?? null,
      // What is not judged on all held-out text yet does not replace what was.
      save: () => Promise.resolve(),
    };
    return new TrainingLoop(parts, { weights: start.tensors, step: 0, score: before.fresh }).run();
  }

  /**
   * The weights that stay, and sets them. Where those of the training cost old text too much, half of the way to them may not, or a
   * quarter: what new text gains is about proportional to the way, what old text loses, from a minimum, to its square.
   */
  async #judge(best: Best, before: Scores): Promise<{ tensors: Weights | null; after: Scores }> {
    const { start, most } = this.#material;
    const { tensors: from } = start;
    const to = best.step > 0 ? best.weights : this.#learner.weights;
    for (let share = 1; share >= smallestShare; share /= 2) {
      const tensors = share < 1 ? between(from, to, share) : to;
      this.#learner.weights = tensors;
      const after = await this.#scores(finalWindows);
      const forgot = after.old.loss > most * before.old.loss;
      if (after.fresh.loss < before.fresh.loss && !forgot) return { tensors, after };
    }
    return { tensors: null, after: before };
  }

  async #save(tensors: Weights | null, seconds: number, after: Scores): Promise<void> {
    const { model, checkpoint } = this.#request;
    const { start } = this.#material;
    const { files } = this.#platform;
    if (tensors === null) {
      if (checkpoint !== model) await writeCheckpoint(files, checkpoint, start);
      return;
    }
    await writeCheckpoint(files, checkpoint, {
      ...start,
      tensors,
      trainerState: this.#state(start.trainerState, seconds, together(after.fresh, after.old)),
      optimizer: { weights: tensors, ...this.#learner.moments, average: null, scheduledBest: null },
    });
  }

  #state(before: TrainerState, seconds: number, { loss, bitsPerByte }: Score): TrainerState {
    const { step, tokens, sequences } = this.#learner.state;
    return {
      ...before,
      step: before.step + step,
      tokens: before.tokens + tokens,
      sequences: before.sequences + sequences,
      seconds: before.seconds + seconds,
      best: { step: before.step + step, loss, bitsPerByte },
      scheduledBest: null,
      ofTwoTexts: true,
      heldOutBitsPerByte: bitsPerByte,
      provenance: this.#material.text.provenance,
    };
  }

  #report(
    result: LoopResult,
    after: Scores,
    peak: number,
    fineTuning: FineTuning,
  ): TrainingOutcome['report'] {
    const { start, text, team } = this.#material;
    return {
      parameters: parameterCount(start.config),
      preset: start.trainerState.preset,
      threads: team.lanes,
      seed: this.#request.seed ?? start.trainerState.seed,
      steps: this.#learner.state.step,
      tokens: this.#learner.state.tokens,
      seconds: result.seconds,
      tokensPerSecond: result.tokens / result.secondsOfRun,
      trainBitsPerByte: (result.trainLoss / Math.LN2) * text.tokensPerByte,
      heldOutBitsPerByte: together(after.fresh, after.old).bitsPerByte,
      heldOutFiles: text.heldOut.fresh.length + text.heldOut.old.length,
      peakRssMb: this.#platform.peakRss() / 1_048_576,
      fractionOfPeak: result.flopsPerSecond / peak,
      checkpoint: this.#request.checkpoint,
      fineTuning,
    };
  }

  #stage(stage: TrainingStage, detail: string): void {
    this.#emit({ type: 'stage', stage, detail });
  }
}
