import { Begun } from '../prediction/beginnings.ts';
import { growText, type GrowthLimits } from '../prediction/growText.ts';
import type { ModelSource } from '../prediction/modelSource.ts';
import type { ChosenToken } from '../prediction/partings.ts';
import type { Candidate } from '../protocol/prediction.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { candidateOf, cutAtOnce } from './candidate.ts';

/** Where the texts stand. */
export interface Standing {
  /** how likely what must follow comes next, where the source stands; null: anything may follow */
  readonly follows: (() => number) | null;
  /** takes the source back to the place */
  readonly rewind: () => void;
}

interface Wanted extends Standing {
  /** where each of the texts begins, likelier ones first; asked when the source is ready */
  readonly beginnings: () => readonly (readonly ChosenToken[])[];
}

/** The likeliest text behind a place, and others, each of which begins as it is told and goes on with the likeliest tokens. */
export function candidates(
  source: ModelSource,
  tokenizer: Tokenizer,
  typed: Uint8Array,
  limits: GrowthLimits,
  { beginnings, follows, rewind }: Wanted,
): Candidate[] {
  if (limits.cancelled() || !source.prepare(limits.cancelled)) return [cutAtOnce];
  const grown = beginnings().map((beginning) => {
    rewind();
    // How likely what must follow was behind each token.
    const following: number[] = [];
    const begun = new Begun(source, beginning, () => {
      if (follows !== null) following.push(follows());
    });
    const text = growText(begun, tokenizer, typed, limits);
    return candidateOf(text, follows === null ? null : following);
  });
  if (grown.length === 0) return [cutAtOnce];
  // Where the likeliest is not likely enough to be shown at all, that is the answer.
  return grown.filter(({ text }, i) => i === 0 || text !== '');
}
