import type { Checkpoint, TrainerState } from '../engine/checkpoint.ts';
import type { ModelConfig } from '../protocol/model.ts';
import type { SaveLimit, SaveOutcome } from '../protocol/learning.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { Batches, joinDocuments, type TokenSource } from './batches.ts';
import { between, copied, type Weights } from './between.ts';
import { changedPart } from './changedPart.ts';
import { gentleRecipe } from './gentleRecipe.ts';
import { HeldOut, sampledWindows, type Score } from './heldOut.ts';
import { Learner } from './learner.ts';
import { type Recipe, recipeFor } from './recipe.ts';
import { longEnough, ReplayBatches } from './replay.ts';
import { unstoppable } from './steering.ts';
import type { Team } from './team.ts';

/** For moments that begin anew. */
const warmUpSteps = 20;
/** Of the sequences; the others repeat what the model knows. */
const freshShare = 0.5;
/** Of those, what is new just now; the others repeat what was new at earlier saves. */
const newsShare = 0.5;
/** Tokens of earlier news that are repeated so often; the oldest goes first. */
const mostRecent = 32_768;
/** Of the way that the steps of a save went: less is not worth a score. */
const smallestShare = 0.25;
/** Of the time of a save, that of so many scores is left to judge it. */
const reservedScores = 2;

/** How a training is gone on with at each save. */
export function continualRecipe(state: TrainerState): Recipe {
  return gentleRecipe(recipeFor(state), warmUpSteps);
}

export interface KnownDocuments {
  /** by a name that stays the same; in the order in which they are read */
  readonly training: ReadonlyMap<string, Uint16Array>;
  /** not learnt yet, or not long ago: repeated more often */
  readonly recent: ReadonlyMap<string, Uint16Array>;
  readonly heldOut: readonly Uint16Array[];
}

/**
 * A trained model that learns a changed document at a time: a few steps on what changed, mixed with all else that it knows, and back to
 * the bits from before where held-out text then costs more.
 */
export class ContinualLearner {
  readonly #team: Team;
  readonly #config: ModelConfig;
  readonly #start: Checkpoint;
  readonly #endOfText: number;
  readonly #documents: Map<string, Uint16Array>;
  readonly #recent: Map<string, Uint16Array>;
  readonly #heldOut: HeldOut;
  readonly #source: ChangingSource;
  readonly #learner: Learner;
  #old: Batches;
  /** with the moments of the training: where the weights that were kept are its last ones, not an average of them or earlier ones */
  readonly #goesOn: boolean;
  #score: Score | null = null;
  #scoreMs = 0;

  /** @param team of the recipe; its memory becomes the model's */
  constructor(
    team: Team,
    start: Checkpoint,
    tokenizer: Tokenizer,
    known: KnownDocuments,
    recipe = continualRecipe(start.trainerState),
  ) {
    const { config, trainerState, optimizer } = start;
    this.#team = team;
    this.#config = config;
    this.#start = start;
    this.#endOfText = tokenizer.endOfText;
    this.#documents = new Map(known.training);
    this.#recent = new Map(known.recent);
    this.#heldOut = new HeldOut(known.heldOut, tokenizer, config.maxPositionEmbeddings);
    this.#old = this.#batches([...this.#documents.values()]);
    this.#source = new ChangingSource(this.#old);
    this.#learner = new Learner(team, config, recipe, this.#source, start.tensors);
    this.#goesOn = optimizer !== null && isSame(start.tensors, optimizer.weights);
    if (optimizer !== null && this.#goesOn) {
      const { step, tokens, sequences } = trainerState;
      this.#learner.restore({ step, tokens, sequences }, optimizer.first, optimizer.second);
    }
  }

  /**
   * At least one step. Where held-out text costs more behind the steps, the weights go back, half of the way each time; where it still
   * does, they, the moments and the place in the order are as they were, bit for bit.
   * @param name of the document: what the model knows under it is no news
   * @param ids the whole document
   * @returns null when nothing in it is new
   * @throws {NihiloError} trainingDiverged; the weights are then as before
   */
  async learn(name: string, ids: Uint16Array, limit: SaveLimit): Promise<SaveOutcome | null> {
    const start = performance.now();
    const news = changedPart(this.#documents.get(name) ?? null, ids, this.#context / 2);
    if (news.length === 0) return null;
    const before = await this.score();
    const snapshot = this.#snapshot();
    try {
      this.#read(name, news);
      const steps = this.#steps(limit, start);
      const { share, after } = await this.#farthest(snapshot.weights, before, limit, start);
      if (share > 0) this.#keep(name, ids, news, after);
      else snapshot.restore();
      const heldOut = { before: before.bitsPerByte, after: after.bitsPerByte };
      return { share, steps, newTokens: news.length, heldOut, ms: performance.now() - start };
    } catch (error) {
      snapshot.restore();
      throw error;
    }
  }

  /** Of the weights as they are, on sampled held-out text. */
  async score(): Promise<Score> {
    this.#score ??= await this.#evaluate();
    return this.#score;
  }

  /** What is known so far, to be written before the next document. */
  async checkpoint(): Promise<Checkpoint> {
    const { loss, bitsPerByte } = await this.score();
    const { trainerState } = this.#start;
    const { step, tokens, sequences } = this.#learner.state;
    const weights = this.#learner.weightsInPlace;
    const before = this.#goesOn ? { step: 0, tokens: 0, sequences: 0 } : trainerState;
    return {
      ...this.#start,
      tensors: weights,
      trainerState: {
        ...trainerState,
        step: before.step + step,
        tokens: before.tokens + tokens,
        sequences: before.sequences + sequences,
        best: { step: before.step + step, loss, bitsPerByte },
        scheduledBest: null,
        ofTwoTexts: false,
        heldOutBitsPerByte: bitsPerByte,
      },
      optimizer: { weights, ...this.#learner.moments, average: null, scheduledBest: null },
    };
  }

  get #context(): number {
    return this.#config.maxPositionEmbeddings;
  }

  #read(name: string, news: Uint16Array): void {
    const others = [...this.#recent].filter(([other]) => other !== name).map(([, ids]) => ids);
    const [fresh, recent] = [this.#batches([news]), this.#batches(others)];
    const changed = others.length === 0 ? fresh : new ReplayBatches(fresh, recent, newsShare);
    this.#source.source = new ReplayBatches(changed, this.#old, freshShare);
  }

  #batches(documents: readonly Uint16Array[]): Batches {
    const stream = longEnough(joinDocuments(documents, this.#endOfText), this.#context);
    return new Batches(stream, this.#start.trainerState.seed);
  }

  /** The rate falls to nothing within the steps of a save: what is judged has come to rest. */
  #steps(limit: SaveLimit, startedAt: number): number {
    if ('steps' in limit) {
      for (let step = 0; step < limit.steps; step++) this.#learner.step(step / limit.steps);
      return limit.steps;
    }
    const begin = performance.now();
    const end = startedAt + limit.ms - reservedScores * this.#scoreMs;
    let steps = 0;
    let stepMs = 0;
    for (let now = begin; steps === 0 || now + stepMs <= end; steps++) {
      this.#learner.step(Math.min(1, Math.max(0, (now - begin) / (end - begin))));
      stepMs = performance.now() - now;
      now += stepMs;
    }
    return steps;
  }

  /**
   * Goes back half of the way while held-out text costs more than before and there is time; the weights are then those of the share.
   * @returns share 0 when there is none, with the last score
   */
  async #farthest(
    from: Weights,
    before: Score,
    limit: SaveLimit,
    startedAt: number,
  ): Promise<{ share: number; after: Score }> {
    const to = this.#learner.weights;
    for (let share = 1; ; share /= 2) {
      if (share < 1) this.#learner.weights = between(from, to, share);
      const after = await this.#evaluate();
      if (after.loss <= before.loss) return { share, after };
      const late = 'ms' in limit && performance.now() + this.#scoreMs > startedAt + limit.ms;
      if (share === smallestShare || late) return { share: 0, after };
    }
  }

  async #evaluate(): Promise<Score> {
    const start = performance.now();
    const score = (await this.#heldOut.score(this.#team, sampledWindows, unstoppable))!;
    this.#scoreMs = performance.now() - start;
    return score;
  }

  #keep(name: string, ids: Uint16Array, news: Uint16Array, score: Score): void {
    this.#recent.delete(name);
    this.#recent.set(name, news);
    let tokens = [...this.#recent.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [oldest, { length }] of this.#recent) {
      if (tokens <= mostRecent) break;
      this.#recent.delete(oldest);
      tokens -= length;
    }
    this.#score = score;
    this.#documents.set(name, ids);
    this.#old = this.#batches([...this.#documents.values()]);
  }

  /** `restore` puts everything back, bit for bit. */
  #snapshot(): { readonly weights: Weights; restore(): void } {
    const { weights, state, moments } = this.#learner;
    const [first, second] = [copied(moments.first), copied(moments.second)];
    const restore = (): void => {
      this.#learner.weights = weights;
      this.#learner.restore(state, first, second);
    };
    return { weights, restore };
  }
}

/** Another text at each save; how often all text has been read is counted in all that is known. */
class ChangingSource implements TokenSource {
  readonly tokens: number;
  source: TokenSource;

  constructor(known: TokenSource) {
    this.tokens = known.tokens;
    this.source = known;
  }

  read(...step: Parameters<TokenSource['read']>): void {
    this.source.read(...step);
  }
}

/** whether the moments, which are those of the one, are the other's, too */
function isSame(one: Weights, other: Weights): boolean {
  return [...one].every(([name, values]) => {
    const others = other.get(name)!;
    return values.every((value, i) => value === others[i]);
  });
}
