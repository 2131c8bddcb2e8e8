import { placeholder } from '../corpus/secrets.ts';
import type { Candidate, Completion } from '../protocol/prediction.ts';

/** Fewer of the placeholder's characters begin other texts, too. */
const leastOfPlaceholder = 3;

/** The completion and its alternatives up to where a secret stood in what was learnt: nobody wants to be given the placeholder. */
export function beforeRedaction(completion: Completion): Completion {
  const alternatives = completion.alternatives.map(withoutPlaceholder);
  return { ...completion, ...withoutPlaceholder(completion), alternatives };
}

function withoutPlaceholder(candidate: Candidate): Candidate {
  const { text, tokens, ends, probabilities, made } = candidate;
  const start = placeholderIn(text);
  if (start < 0) return candidate;
  const count = ends.filter((end) => end <= start).length;
  const end = ends[count - 1] ?? 0;
  return {
    text: text.slice(0, end),
    probability: end === 0 ? 0 : probabilities[count - 1]!,
    tokens: tokens.slice(0, made[count - 1] ?? 0),
    ends: ends.slice(0, count),
    probabilities: probabilities.slice(0, count),
    withinWord: candidate.withinWord.slice(0, count),
    made: made.slice(0, count),
    follows: candidate.follows?.slice(0, count) ?? null,
    unlikely: null,
    stop: 'unlikely',
  };
}

/** Where it, or its beginning at the end of the text, stands; −1: nowhere. */
function placeholderIn(text: string): number {
  const whole = text.indexOf(placeholder);
  if (whole >= 0) return whole;
  for (let length = placeholder.length - 1; length >= leastOfPlaceholder; length--) {
    if (text.endsWith(placeholder.slice(0, length))) return text.length - length;
  }
  return -1;
}
