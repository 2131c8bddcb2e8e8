/** How a text grew: its length with each of its tokens, and the product of the probabilities up to it. */
export interface Growth {
  readonly ends: readonly number[];
  readonly probabilities: readonly number[];
}

/**
 * How many tokens of a text are shown: of its beginnings that are right with a probability of at least `least`, the one that saves most
 * keys on average. A longer one saves more if it is right and is right less often; where certainty falls off a cliff, it ends.
 * @param mayEnd whether it may end with token i
 * @returns 0 when nothing is sure enough or nothing would be saved
 */
export function shownTokens(
  { ends, probabilities }: Growth,
  least: number,
  mayEnd: (i: number) => boolean = () => true,
): number {
  let count = 0;
  let most = 0;
  for (let i = 0; i < ends.length && probabilities[i]! >= least; i++) {
    const saved = probabilities[i]! * (ends[i]! - keysToAccept);
    if (saved > most && mayEnd(i)) [count, most] = [i + 1, saved];
  }
  return count;
}

const keysToAccept = 1;
