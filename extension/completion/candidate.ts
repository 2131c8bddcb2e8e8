import type { GrownText } from '../prediction/growText.ts';
import type { Candidate } from '../protocol/prediction.ts';

/**
 * A grown text in characters: what of a character is cut at the end is not shown.
 * @param follows behind each of its tokens, how likely what must follow does
 */
export function candidateOf(
  { bytes, tokens, ends, probabilities, withinWord, unlikely, stop }: GrownText,
  follows: readonly number[] | null = null,
): Candidate {
  const text = wholeCharacters(bytes);
  return {
    text,
    probability: text === '' ? 0 : probabilities.at(-1)!,
    tokens,
    ends: ends.map((end) => wholeCharacters(bytes.subarray(0, end)).length),
    probabilities,
    withinWord,
    follows,
    unlikely,
    stop,
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function wholeCharacters(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  const end = text.indexOf('\ufffd');
  return end < 0 ? text : text.slice(0, end);
}
