import type { Candidates } from '../counts/sequenceModel.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';
import type { AskingModel, TransformerModel } from './transformerModel.ts';

/** The likeliest tokens of a place, with their probabilities; what is left of 1 is that of all others. */
export interface LikelyTokens {
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

/** What is known of places, and which was asked for and is not. */
export interface KnownPlaces {
  /** @param ids of the document up to the place, the end-of-text token before it first */
  at(ids: readonly number[]): LikelyTokens | null;
}

/** What the likeliest tokens leave to all others at least: nothing is impossible. */
const leastRest = 1e-6;

/**
 * A larger transformer in the place of the one that is here, as far as it has answered: it gives the probabilities of the likeliest tokens,
 * and what is left is shared among the others as the one here says. Where it has said nothing, the one here speaks alone. Over all tokens
 * it adds up to 1 in any case. Messages are a matter of the one that is here: the names in them are not for elsewhere.
 */
export class RemoteTransformer implements AskingModel {
  readonly vocabSize: number;
  readonly #local: TransformerModel;
  readonly #known: KnownPlaces;
  readonly #endOfText: number;
  readonly #current: Float64Array;
  #hasMessage = false;

  constructor(local: TransformerModel, known: KnownPlaces, endOfText: number) {
    this.vocabSize = local.vocabSize;
    this.#local = local;
    this.#known = known;
    this.#endOfText = endOfText;
    this.#current = new Float64Array(local.vocabSize);
  }

  begin(): void {
    this.#hasMessage = false;
    this.#local.begin();
  }

  probability(token: number): number {
    this.distribution(this.#current);
    return this.#current[token]!;
  }

  top(count: number): Candidates {
    this.distribution(this.#current);
    const ids = mostLikely(Float32Array.from(this.#current), count);
    return { ids, probabilities: ids.map((id) => this.#current[id]!) };
  }

  distribution(out: Float64Array): void {
    this.#local.distribution(out);
    if (this.#hasMessage) return;
    const known = this.#known.at(this.#local.ids);
    const said = known === null ? null : ofTexts(known, this.#endOfText);
    if (said !== null) overlay(out, said);
  }

  learn(token: number): void {
    this.#hasMessage = false;
    this.#local.learn(token);
  }

  advance(token: number): void {
    this.#hasMessage = false;
    this.#local.advance(token);
  }

  suppose(token: number): void {
    this.#local.suppose(token);
  }

  rewind(): void {
    this.#hasMessage = false;
    this.#local.rewind();
  }

  get asks(): number {
    return this.#local.asks;
  }

  get context(): readonly number[] {
    return this.#local.context;
  }

  consult(message: readonly number[]): void {
    this.#hasMessage = true;
    this.#local.consult(message);
  }

  prepare(cancelled: () => boolean): boolean {
    return this.#local.prepare(cancelled);
  }
}

/** What it says of the tokens that a text can have, as a share of all that it says of them; null: nothing. */
function ofTexts({ ids, probabilities }: LikelyTokens, endOfText: number): LikelyTokens | null {
  const kept = [...ids.keys()].filter((i) => ids[i]! <= endOfText);
  const sum = (places: readonly number[]): number => places.reduce((so, i) => so + probabilities[i]!, 0);
  const said = sum(kept);
  if (said === 0) return null;
  const others = sum([...ids.keys()].filter((i) => ids[i]! > endOfText));
  const all = others === 0 ? 1 : Math.max(said, 1 - others);
  return { ids: kept.map((i) => ids[i]!), probabilities: kept.map((i) => probabilities[i]! / all) };
}

/** @param out f64[vocabSize] read and written, adds up to 1 before and after; all above 0 */
function overlay(out: Float64Array, { ids, probabilities }: LikelyTokens): void {
  const said = probabilities.reduce((sum, probability) => sum + probability, 0);
  const before = ids.reduce((sum, id) => sum + out[id]!, 0);
  // Where they are all tokens that there are, nothing is left.
  const rest = ids.length === out.length ? 0 : Math.max(leastRest, 1 - said);
  const share = rest / Math.max(Number.MIN_VALUE, 1 - before);
  for (let id = 0; id < out.length; id++) out[id] = out[id]! * share;
  ids.forEach((id, i) => {
    out[id] = (probabilities[i]! / said) * (1 - rest);
  });
  const total = out.reduce((sum, probability) => sum + probability, 0);
  for (let id = 0; id < out.length; id++) out[id] = out[id]! / total;
}
