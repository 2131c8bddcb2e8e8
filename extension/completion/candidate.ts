import type { GrownText, GrowthLimits } from '../prediction/growText.ts';
import type { Candidate, CompletionOptions } from '../protocol/prediction.ts';

/** @param start when the completion was begun, as performance.now() tells it @param cancelled polled between tokens */
export function limitsOf(options: CompletionOptions, start: number, cancelled: () => boolean): GrowthLimits {
  const late = (): boolean => performance.now() - start > options.maxMilliseconds;
  const { leastProbability, maxTokens, maxLines = 1 } = options;
  return { leastProbability, maxTokens, maxLines, cancelled: () => late() || cancelled() };
}

/**
 * A grown text in characters: what of a character is cut at the end is not shown.
 * @param following behind each of its tokens that was followed, how likely what must follow does
 */
export function candidateOf(
  { bytes, tokens, ends, probabilities, withinWord, made, unlikely, stop }: GrownText,
  following: readonly number[] | null = null,
): Candidate {
  const text = wholeCharacters(bytes);
  return {
    text,
    probability: text === '' ? 0 : probabilities.at(-1)!,
    tokens,
    ends: ends.map((end) => wholeCharacters(bytes.subarray(0, end)).length),
    probabilities,
    withinWord,
    made,
    // Behind the beginning of a token nobody has looked.
    follows: following && made.map((count, i) => (made[i + 1] === count ? 0 : (following[count - 1] ?? 0))),
    unlikely,
    stop,
  };
}

/** There was no time for any of it. */
export const cutAtOnce: Candidate = {
  text: '',
  probability: 0,
  tokens: [],
  ends: [],
  probabilities: [],
  withinWord: [],
  made: [],
  follows: null,
  unlikely: null,
  stop: 'cut',
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function wholeCharacters(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  const end = text.indexOf('\ufffd');
  return end < 0 ? text : text.slice(0, end);
}
