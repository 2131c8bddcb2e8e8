import type { SequenceModel } from '../counts/sequenceModel.ts';
import { heal, lineEnd } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { AgreeingTokens } from '../prediction/agreeingTokens.ts';

/** The likeliest rest of a line, token by token. */
export interface GeneratedLine {
  /** what comes behind the cursor, without the line's end */
  readonly bytes: Uint8Array;
  /** for each token that shows something: how many of `bytes` there are with it */
  readonly ends: readonly number[];
  /** and the product of the probabilities up to it */
  readonly probabilities: readonly number[];
  /** the model ends the line, or the text, behind it */
  readonly complete: boolean;
}

/** More tokens than any line has that is looked at. */
const mostTokens = 128;

/** Greedy generation with token healing, as completions do it. Leaves the model as it was. */
export class LineGenerator {
  readonly #model: SequenceModel;
  readonly #tokenizer: Tokenizer;
  readonly #agreeing: AgreeingTokens;

  constructor(model: SequenceModel, tokenizer: Tokenizer, agreeing: AgreeingTokens) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#agreeing = agreeing;
  }

  /**
   * @param typed of the line, from where the model stands to the cursor
   * @param least generation ends before the product of the probabilities falls below this
   */
  rest(typed: Uint8Array, least: number): GeneratedLine {
    try {
      return this.#generate(typed, least);
    } finally {
      this.#model.rewind();
    }
  }

  #generate(typed: Uint8Array, least: number): GeneratedLine {
    const healed = heal(this.#tokenizer, [...this.#tokenizer.encode(typed)], typed, 0);
    for (const id of healed.ids) this.#model.suppose(id);
    let untyped = healed.typed;
    const shown: number[] = [];
    const ends: number[] = [];
    const probabilities: number[] = [];
    let probability = 1;
    for (let tokens = 0; tokens < mostTokens; tokens++) {
      const choice = this.#agreeing.likeliest(this.#model, untyped);
      if (probability * choice.probability < least) break;
      const bytes = this.#tokenizer.tokenBytes(choice.id);
      const added = bytes.subarray(Math.min(untyped.length, bytes.length));
      untyped = untyped.subarray(Math.min(untyped.length, bytes.length));
      const visible = added.subarray(0, lineEnd(added));
      const complete = choice.id >= this.#tokenizer.endOfText || visible.length < added.length;
      // A token that only ends the line shows nothing, so its probability is none of the shown text's.
      if (!complete || visible.length > 0) {
        probability *= choice.probability;
        shown.push(...visible);
        ends.push(shown.length);
        probabilities.push(probability);
      }
      if (complete) return { bytes: Uint8Array.from(shown), ends, probabilities, complete };
      this.#model.suppose(choice.id);
    }
    return { bytes: Uint8Array.from(shown), ends, probabilities, complete: false };
  }
}
