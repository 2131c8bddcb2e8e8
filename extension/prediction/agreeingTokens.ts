import type { SequenceModel } from '../counts/sequenceModel.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export interface Choice {
  readonly id: number;
  /** among all tokens, or among those that agree with what is typed */
  readonly probability: number;
}

/** Asking for each costs less than a whole distribution up to so many tokens. */
const mostAsked = 16;

/** The likeliest token of a vocabulary that agrees with bytes that are typed already. */
export class AgreeingTokens {
  /** in the order of their bytes, without control tokens: those that begin alike are neighbours */
  readonly #sorted: readonly { readonly id: number; readonly text: string }[];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #distribution: Float64Array;
  /** tokens that are never chosen */
  forgotten: ReadonlySet<number> = new Set();

  constructor(tokenizer: Tokenizer) {
    const tokens = Array.from({ length: tokenizer.endOfText }, (_, id) => ({
      id,
      text: latin1(tokenizer.tokenBytes(id)),
    }));
    this.#ids = new Map(tokens.map(({ id, text }) => [text, id]));
    this.#sorted = tokens.sort((a, b) => (a.text < b.text ? -1 : 1));
    this.#distribution = new Float64Array(tokenizer.vocabSize);
  }

  /** The likeliest next tokens, end-of-text among them, at most `count`; with something typed, of the tokens that agree with it. */
  ranked(model: SequenceModel, typed: Uint8Array, count: number): Choice[] {
    if (typed.length === 0) {
      const { ids, probabilities } = model.top(count + this.forgotten.size);
      const choices = ids.map((id, i) => ({ id, probability: probabilities[i]! }));
      return choices.filter(({ id }) => !this.forgotten.has(id)).slice(0, count);
    }
    const choices = this.choices(model, typed);
    const total = choices.reduce((sum, { probability }) => sum + probability, 0);
    return choices
      .sort((a, b) => b.probability - a.probability)
      .slice(0, count)
      .map(({ id, probability }) => ({ id, probability: probability / total }));
  }

  /** How likely the text goes on with these bytes, as far as one token can tell. */
  probabilityOf(model: SequenceModel, bytes: Uint8Array): number {
    return this.choices(model, bytes).reduce((sum, { probability }) => sum + probability, 0);
  }

  /** All that agree with what is typed, with their probabilities among all tokens. */
  choices(model: SequenceModel, typed: Uint8Array): Choice[] {
    const ids = this.agreeing(typed).filter((id) => !this.forgotten.has(id));
    const of = ids.length <= mostAsked ? (id: number) => model.probability(id) : this.#whole(model);
    return ids.map((id) => ({ id, probability: of(id) }));
  }

  /** Ids of the tokens that begin with `typed`, and of those that it begins with. There always is one: its first byte. */
  agreeing(typed: Uint8Array): number[] {
    const text = latin1(typed);
    const ids: number[] = [];
    for (let length = 1; length < text.length; length++) {
      const id = this.#ids.get(text.slice(0, length));
      if (id !== undefined) ids.push(id);
    }
    for (let i = this.#firstNotBelow(text); this.#sorted[i]?.text.startsWith(text) === true; i++) {
      ids.push(this.#sorted[i]!.id);
    }
    return ids;
  }

  #firstNotBelow(text: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]!.text < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #whole(model: SequenceModel): (id: number) => number {
    model.distribution(this.#distribution);
    return (id) => this.#distribution[id]!;
  }
}
