import { Random } from '../../extension/engine/random.ts';
import { percentile } from '../../extension/training/timing.ts';

/** Of two things that were measured in turn. */
export interface PairedRatio {
  /** of all pairs together */
  readonly ratio: number;
  /** where it lies for 95 of 100 draws of as many pairs, with replacement: what is between them is not told apart */
  readonly low: number;
  readonly high: number;
}

const draws = 1_000;

/**
 * @param of what is compared, from all rounds of a kind: a percentile of few tries leaps, one of all rounds' tries hardly does
 * @source Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13: the percentile interval, over pairs
 */
export function pairedRatio<Round>(
  first: readonly Round[],
  second: readonly Round[],
  of: (rounds: readonly Round[]) => number,
): PairedRatio {
  const random = new Random(1);
  const drawn = Array.from({ length: draws }, () => {
    const pairs = first.map(() => random.below(first.length));
    return of(pairs.map((pair) => first[pair]!)) / of(pairs.map((pair) => second[pair]!));
  });
  return { ratio: of(first) / of(second), low: percentile(drawn, 0.025), high: percentile(drawn, 0.975) };
}
