import type { GrownText } from './growText.ts';

/** How a text grew: its length with each of its tokens, the product of the probabilities up to it, and where it would break a word. */
export type Growth = Pick<GrownText, 'ends' | 'probabilities'> & Partial<Pick<GrownText, 'withinWord'>>;

/**
 * How many tokens of a text are shown: of its beginnings that are right with a probability of at least `least`, and that most likely break
 * no word, the one that saves most keys on average. A longer one saves more if it is right and is right less often; where certainty
 * falls off a cliff, it ends.
 * @param mayEnd whether it may end with token i
 * @returns 0 when nothing is sure enough or nothing would be saved
 */
export function shownTokens(
  { ends, probabilities, withinWord }: Growth,
  least: number,
  mayEnd: (i: number) => boolean = () => true,
): number {
  let count = 0;
  let most = 0;
  for (let i = 0; i < ends.length && probabilities[i]! >= least; i++) {
    const saved = probabilities[i]! * (ends[i]! - keysToAccept);
    if (saved > most && withinWord?.[i] !== true && mayEnd(i)) [count, most] = [i + 1, saved];
  }
  return count;
}

const keysToAccept = 1;

/** Prose is anybody's guess: within strings and comments half as much doubt is accepted. @param least of what is right, in code */
export function leastInProse(least: number): number {
  return (1 + least) / 2;
}
