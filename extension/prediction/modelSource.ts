import type { SequenceModel } from '../counts/sequenceModel.ts';
import type { ScoredToken } from '../protocol/prediction.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { AgreeingTokens, Choice } from './agreeingTokens.ts';
import type { BeginningSource } from './beginnings.ts';
import { type ChosenToken, mostAmong } from './partings.ts';

/** The likeliest tokens of a model that supposes each. */
export class ModelSource implements BeginningSource {
  readonly full = false;
  readonly #model: SequenceModel;
  readonly #agreeing: AgreeingTokens;
  readonly #tokenizer: Tokenizer;

  constructor(model: SequenceModel, agreeing: AgreeingTokens, tokenizer: Tokenizer) {
    this.#model = model;
    this.#agreeing = agreeing;
    this.#tokenizer = tokenizer;
  }

  choose(typed: Uint8Array, cancelled: () => boolean): ChosenToken | 'cancelled' {
    if (!this.prepare(cancelled)) return 'cancelled';
    const among = this.ranked(typed, mostAmong);
    return { ...among[0]!, among };
  }

  prepare(cancelled: () => boolean): boolean {
    return this.#model.prepare?.(cancelled) ?? true;
  }

  /** The likeliest of the tokens that agree with what is typed, at most `count` of them. */
  ranked(typed: Uint8Array, count: number): ScoredToken[] {
    return this.#agreeing.ranked(this.#model, typed, count).map((choice) => this.#scored(choice));
  }

  agreeing(typed: Uint8Array, count: number): ScoredToken[] {
    if (typed.length === 0) return this.ranked(typed, count);
    return this.#agreeing.choices(this.#model, typed).map((choice) => this.#scored(choice));
  }

  #scored({ id, probability }: Choice): ScoredToken {
    const bytes = latin1(this.#tokenizer.tokenBytes(id));
    return { id, bytes, logit: Math.log(probability), probability };
  }

  follow(id: number): void {
    this.#model.suppose(id);
  }
}
