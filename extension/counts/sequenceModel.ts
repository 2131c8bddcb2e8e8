/** The likeliest next tokens, most likely first. */
export interface Candidates {
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

/**
 * A model of the next token of a document. It is asked first and told the token then: what it says of a token never depends on that token.
 * Its probabilities are all above 0 and add up to 1 over the vocabulary.
 */
export interface SequenceModel {
  readonly vocabSize: number;
  /** A document begins: what was learnt from the text of the one before is kept as the kind of model sees fit. */
  begin(): void;
  /** P(token | the document so far) */
  probability(token: number): number;
  /**
   * Does the slow part of what is to be asked next; absent: nothing is slow.
   * @param cancelled polled within it; what is done by then is not done again
   * @returns whether it was not cancelled
   */
  prepare?(cancelled: () => boolean): boolean;
  /** Exactly the `count` likeliest tokens. */
  top(count: number): Candidates;
  /** @param out f64[vocabSize] written */
  distribution(out: Float64Array): void;
  /** The token came: the model goes on behind it and learns from it. */
  learn(token: number): void;
  /** The token came: the model goes on behind it and learns nothing from it. */
  advance(token: number): void;
  /** Goes on behind a token that is only supposed; nothing is learnt until `rewind`. */
  suppose(token: number): void;
  /** Takes all supposed tokens back. */
  rewind(): void;
}
