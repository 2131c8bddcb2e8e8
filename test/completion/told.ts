import type { Candidate, Completion } from '../../extension/protocol/prediction.ts';

/** [text of a token, its probability] */
export type Told = readonly (readonly [string, number])[];

/** A text as an engine tells it, of these tokens. */
export function candidate(tokens: Told, change: Partial<Candidate> = {}): Candidate {
  let [text, product] = ['', 1];
  const ends = tokens.map(([token]) => (text += token).length);
  const probabilities = tokens.map(([, probability]) => (product *= probability));
  return {
    text,
    probability: tokens.length === 0 ? 0 : product,
    tokens: tokens.map(([bytes, probability], id) => ({ id, bytes, logit: 0, probability })),
    ends,
    probabilities,
    withinWord: tokens.map(() => false),
    made: tokens.map((_, i) => i + 1),
    follows: null,
    unlikely: null,
    stop: 'lineEnd',
    ...change,
  };
}

export function completionOf(first: Candidate, alternatives: readonly Candidate[] = []): Completion {
  return { ...first, alternatives, asks: null, message: null, milliseconds: 1 };
}
