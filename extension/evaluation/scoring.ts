import type { SequenceModel } from '../counts/sequenceModel.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { AgreeingTokens } from '../prediction/agreeingTokens.ts';
import { CalibrationTally } from './calibration.ts';
import type { HeldOutText } from './heldOutText.ts';
import { identifierTokens, type TokenKind } from './identifiers.ts';
import { type KeystrokePoint, leastShown, Typist } from './keystrokes.ts';
import { LineGenerator } from './lineGenerator.ts';
import type { ProbedLine } from './lines.ts';
import { type LineScores, LineTally } from './lineTally.ts';
import { mostRanks, type Ranking, RankTally } from './ranking.ts';

/** What predictors are scored on: the same for all of them. */
export interface ScoringTask {
  readonly tokenizer: Tokenizer;
  /** in the order in which they are scored */
  readonly texts: readonly HeldOutText[];
  /** of each text */
  readonly lines: readonly (readonly ProbedLine[])[];
  /** whether a string or a comment is open behind so many bytes of a text, where less doubt is accepted; absent: nobody cares */
  readonly isProse?: (text: HeldOutText, at: number) => boolean;
}

export interface Scores {
  /** −Σ log₂ P of each text's tokens that count, its end-of-text token among them */
  readonly bits: readonly number[];
  /** of all tokens of text that count */
  readonly tokens: Ranking;
  /** of those that lie in an identifier */
  readonly identifiers: Ranking;
  readonly firstUses: Ranking;
  readonly repeats: Ranking;
  /** of the likeliest token's probability */
  readonly calibrationError: number;
  readonly lines: LineScores;
  readonly keystrokes: readonly KeystrokePoint[];
  readonly seconds: number;
}

/** Called at every token: lets signals in now and then, says how far it is, and rejects when it is time to end. */
export type Breath = (done: number, all: number) => Promise<void>;

/**
 * One pass over the texts: each token is scored first and learnt then; lines are tried out where they begin, on what is only supposed,
 * so that whatever the model keeps of a text, it has seen no more of it than what stands before.
 */
export async function score(model: SequenceModel, task: ScoringTask, breathe: Breath): Promise<Scores> {
  const pass = new ScoringPass(model, task);
  for (const index of task.texts.keys()) await pass.text(index, breathe);
  return pass.scores;
}

/** Σ P of this many evenly spread positions is checked. */
const checkedPositions = 32;
const mostDeviation = 1e-6;

/** One pass, text by text. */
export class ScoringPass {
  readonly #model: SequenceModel;
  readonly #task: ScoringTask;
  readonly #generator: LineGenerator;
  readonly #all = new RankTally();
  readonly #identifiers = new RankTally();
  readonly #byKind: Readonly<Record<'first' | 'repeat', RankTally>> = {
    first: new RankTally(),
    repeat: new RankTally(),
  };
  readonly #calibration = new CalibrationTally();
  readonly #lines = new LineTally();
  readonly #typist = new Typist();
  readonly #bits: number[] = [];
  readonly #totalTokens: number;
  readonly #distribution: Float64Array;
  readonly #startedAt = performance.now();
  #tokens = 0;

  constructor(model: SequenceModel, task: ScoringTask) {
    this.#model = model;
    this.#task = task;
    this.#generator = new LineGenerator(model, task.tokenizer, new AgreeingTokens(task.tokenizer));
    this.#totalTokens = task.texts.reduce((sum, { ids }) => sum + ids.length + 1, 0);
    this.#distribution = new Float64Array(model.vocabSize);
  }

  async text(index: number, breathe: Breath): Promise<void> {
    const text = this.#task.texts[index]!;
    const kinds = identifierTokens(text);
    const lines = [...this.#task.lines[index]!];
    this.#model.begin();
    this.#bits.push(0);
    for (let i = 0; i <= text.ids.length; i++) {
      if (lines[0]?.token === i) this.#try(text, lines.shift()!);
      const id = text.ids[i] ?? this.#task.tokenizer.endOfText;
      if (text.counts[i] === 1) this.#score(id, kinds[i] ?? null);
      this.#model.learn(id);
      this.#tokens++;
      await breathe(this.#tokens, this.#totalTokens);
    }
  }

  get scores(): Scores {
    return {
      bits: this.#bits,
      tokens: this.#all.ranking,
      identifiers: this.#identifiers.ranking,
      firstUses: this.#byKind.first.ranking,
      repeats: this.#byKind.repeat.ranking,
      calibrationError: this.#calibration.error,
      lines: this.#lines.scores,
      keystrokes: this.#typist.curve,
      seconds: (performance.now() - this.#startedAt) / 1_000,
    };
  }

  /** @param kind null = end-of-text, which counts in the bits only */
  #score(id: number, kind: TokenKind | null): void {
    const probability = this.#model.probability(id);
    if (!(probability > 0 && probability <= 1 + mostDeviation)) {
      throw new Error(`Expected the probability of a token to be above 0 and at most 1, got ${probability}.`);
    }
    if (this.#tokens % Math.ceil(this.#totalTokens / checkedPositions) === 0) this.#checkSum();
    this.#bits[this.#bits.length - 1]! -= Math.log2(probability);
    if (kind === null) return;
    const { ids, probabilities } = this.#model.top(mostRanks);
    const place = ids.indexOf(id);
    this.#all.add(place);
    this.#calibration.add(probabilities[0]!, place === 0);
    if (kind === 'other') return;
    this.#identifiers.add(place);
    this.#byKind[kind].add(place);
  }

  /** Bits of what is no probability distribution mean nothing. */
  #checkSum(): void {
    this.#model.distribution(this.#distribution);
    const sum = this.#distribution.reduce((total, probability) => total + probability, 0);
    if (!(Math.abs(sum - 1) <= mostDeviation)) {
      throw new Error(
        `Expected the probabilities of all tokens to add up to 1 ± ${mostDeviation}, got ${sum}.`,
      );
    }
  }

  #try(text: HeldOutText, { token, content, cursors, typed }: ProbedLine): void {
    for (const { kind, at } of cursors) {
      this.#lines.add(kind, this.#generator.rest(content.subarray(0, at), 0), content.subarray(at));
    }
    if (!typed) return;
    const start = text.starts[token]!;
    this.#typist.type(content, (at) => ({
      ...this.#generator.rest(content.subarray(0, at), leastShown),
      isProse: this.#task.isProse?.(text, start + at) ?? false,
    }));
  }
}
