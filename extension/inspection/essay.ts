import { mostLikely } from '../arithmetic/likeliest.ts';
import { softmax } from '../arithmetic/softmax.ts';
import { presetConfig } from '../engine/config.ts';
import type { CompiledKernels } from '../engine/instantiate.ts';
import { parameterTable } from '../engine/layout.ts';
import { FloatRows } from '../engine/quantizedMatrix.ts';
import { initialTensors } from '../engine/weights.ts';
import type { EssayState, EssayWay, Lesson } from '../protocol/inspecting.ts';
import type { InspectedToken } from '../protocol/prediction.ts';
import { gradientsOf } from './learning.ts';
import { RecordedModel } from './recordedModel.ts';
import type { Run, Subject } from './subject.ts';
import type { VectorPoint, VectorStory } from './vectorStory.ts';

/** The essay's two sentences: words are tokens, case and punctuation are ignored. */
const sentences = 'An apple a day keeps the doctor away. The doctor is away on vacation.';
const words = sentences.toLowerCase().match(/[a-z]+/g)!;
/** Sorted, without repeats: a word's token ID is its place. */
export const essayVocabulary: readonly string[] = [...new Set(words)].sort();
/** The input sequence: the text written as token IDs. */
export const essayIds: readonly number[] = words.map((word) => essayVocabulary.indexOf(word));
/** Tokens of "An apple a day keeps the doctor". */
export const essayCursor = words.indexOf('away');

/** Blind guessing costs ln 11 = 2.4: a loss like this is on its way to infinity. */
const mostLoss = 50;

/** The pencil model, with room for all 14 words at once. */
const config = { ...presetConfig('pencil', essayVocabulary.length), maxPositionEmbeddings: 16 };

/** The essay's example: a model of eleven words that starts from random numbers and is taught two sentences, a step at a time. */
export class Essay {
  readonly #subject: Subject;
  #seed = 0;
  /** of each step that was taken */
  #rates: number[] = [];
  #losses: number[] = [];
  /** of the steps 0, 1, 2, 4, 8 …: enough to see them move, and few */
  #earlier: VectorPoint[] = [];
  #diverged = false;

  constructor(compiled: CompiledKernels, seed: number) {
    const model = new RecordedModel(compiled, config, initialTensors(parameterTable(config), seed));
    this.#subject = {
      model,
      bytesOf: (id) => essayVocabulary[id]!,
      taught: essayIds,
      story: this.#story(),
    };
    this.begin(seed);
  }

  get run(): Run {
    return { subject: this.#subject, ids: essayIds };
  }

  /** The words as tokens; `start` is where each begins in the two sentences. */
  get tokens(): InspectedToken[] {
    let at = 0;
    return words.map((word, i) => {
      const start = sentences.toLowerCase().indexOf(word, at);
      at = start + word.length;
      return { id: essayIds[i]!, bytes: word, start };
    });
  }

  /** Random numbers again, those of the seed. */
  begin(seed: number): void {
    this.#seed = seed;
    this.#subject.model.setWeights(initialTensors(parameterTable(config), seed));
    this.#rates = [];
    this.#losses = [this.#loss()];
    this.#earlier = [this.#vectors(0)];
    this.#diverged = false;
  }

  /** Goes this way: on from where it is, where that lies on it, else from its beginning. @returns whether its weights are others now */
  follow({ seed, lessons }: EssayWay): boolean {
    const wanted = lessons.flatMap(({ steps, rate }) => Array.from({ length: steps }, () => rate));
    const isOnWay = seed === this.#seed && this.#rates.every((rate, i) => rate === wanted[i]);
    if (isOnWay && wanted.length === this.#rates.length) return false;
    if (!isOnWay) this.begin(seed);
    for (const { steps, rate } of lessonsOf(wanted.slice(this.#rates.length))) {
      this.step(steps, rate);
      if (this.#diverged) break;
    }
    return true;
  }

  /** Plain gradient descent on all thirteen predictions at once, as the essay tells it. */
  step(steps: number, rate: number): void {
    const { model } = this.#subject;
    this.#diverged = false;
    for (let i = 0; i < steps; i++) {
      const before = model.weightsCopy();
      gradientsOf(this.run);
      model.descend(rate);
      const loss = this.#loss();
      if (!(loss < mostLoss)) {
        model.setWeights(before);
        this.#diverged = true;
        return;
      }
      this.#rates.push(rate);
      this.#losses.push(loss);
      const step = this.#losses.length - 1;
      if (Number.isInteger(Math.log2(step))) this.#earlier.push(this.#vectors(step));
    }
  }

  get state(): EssayState {
    const { model } = this.#subject;
    model.run(essayIds);
    const logits = model.logits(essayCursor - 1);
    const probabilities = softmax(logits);
    const says = mostLikely(logits, 1)[0]!;
    return {
      seed: this.#seed,
      lessons: lessonsOf(this.#rates),
      step: this.#losses.length - 1,
      losses: [...this.#losses],
      says: essayVocabulary[says]!,
      saysProbability: probabilities[says]!,
      trueProbability: probabilities[essayIds[essayCursor]!]!,
      diverged: this.#diverged,
    };
  }

  #story(): VectorStory {
    const origin = (): VectorStory['origin'] => ({ from: 'seed', seed: this.#seed });
    const points = (): readonly VectorPoint[] => this.#earlier;
    return {
      get origin() {
        return origin();
      },
      points,
    };
  }

  #vectors(step: number): VectorPoint {
    const { model } = this.#subject;
    const vectors = model.weights.get('model.embed_tokens.weight')!.slice();
    return { step, vectors: new FloatRows(vectors, config.hiddenSize) };
  }

  #loss(): number {
    const { model } = this.#subject;
    model.run(essayIds);
    const places = essayIds.slice(1);
    const total = places.reduce(
      (sum, next, position) => sum - Math.log(softmax(model.logits(position))[next]!),
      0,
    );
    return total / places.length;
  }
}

/** Steps that follow each other at the same rate are one lesson. */
function lessonsOf(rates: readonly number[]): Lesson[] {
  const lessons: Lesson[] = [];
  for (const rate of rates) {
    const last = lessons.at(-1);
    if (last?.rate === rate) lessons[lessons.length - 1] = { rate, steps: last.steps + 1 };
    else lessons.push({ rate, steps: 1 });
  }
  return lessons;
}
