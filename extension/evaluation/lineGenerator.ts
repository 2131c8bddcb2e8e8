import type { SequenceModel } from '../counts/sequenceModel.ts';
import type { AgreeingTokens } from '../prediction/agreeingTokens.ts';
import { Begun, likeliestBeginnings } from '../prediction/beginnings.ts';
import { growText } from '../prediction/growText.ts';
import { ModelSource } from '../prediction/modelSource.ts';
import { heal } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** The likeliest rest of a line, token by token. */
export interface GeneratedLine {
  /** what comes behind the cursor, without the line's end */
  readonly bytes: Uint8Array;
  /** how many of `bytes` there are where it may end */
  readonly ends: readonly number[];
  /** for each end: how likely the text is up to it */
  readonly probabilities: readonly number[];
  /** and whether it would more likely than not break a part of a word to end there; absent: nowhere */
  readonly withinWord?: readonly boolean[];
  /** the model ends the line, or the text, behind it */
  readonly complete: boolean;
}

/** More tokens than any line has that is looked at. */
const maxTokens = 128;
const cancelled = (): boolean => false;

/** Greedy generation with token healing, as completions do it. Leaves the model as it was. */
export class LineGenerator {
  readonly #model: SequenceModel;
  readonly #tokenizer: Tokenizer;
  readonly #source: ModelSource;

  constructor(model: SequenceModel, tokenizer: Tokenizer, agreeing: AgreeingTokens) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#source = new ModelSource(model, agreeing, tokenizer);
  }

  /**
   * @param typed of the line, from where the model stands to the cursor
   * @param leastProbability generation ends before the product of the probabilities falls below this
   */
  rest(typed: Uint8Array, leastProbability: number): GeneratedLine {
    const { ids, typed: toAgree } = heal(this.#tokenizer, [...this.#tokenizer.encode(typed)], typed, 0);
    const rewind = (): void => {
      this.#model.rewind();
      for (const id of ids) this.#model.suppose(id);
    };
    try {
      const [beginning = []] = likeliestBeginnings(this.#source, toAgree, 1, { rewind, cancelled });
      const limits = { leastProbability, maxTokens, maxLines: 1, cancelled };
      const { bytes, ends, probabilities, withinWord, stop } = growText(
        new Begun(this.#source, beginning),
        this.#tokenizer,
        toAgree,
        limits,
      );
      return { bytes, ends, probabilities, withinWord, complete: stop === 'lineEnd' };
    } finally {
      this.#model.rewind();
    }
  }
}
