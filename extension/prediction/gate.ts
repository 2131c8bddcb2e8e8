import type { GrownText } from './growText.ts';

/** How a text grew: its length where it may end, how likely it is up to there, and where it would break a word. */
export type Growth = Pick<GrownText, 'ends' | 'probabilities'> & Partial<Pick<GrownText, 'withinWord'>>;

/** What may be shown. */
export interface Showing {
  /** a piece of fewer characters is typed rather than accepted; 2 when left out */
  readonly fewest?: number;
  /** so many characters may come in pieces: behind the end of a line none is offered by itself; all when left out */
  readonly inPieces?: number;
  /** whether the first piece may be up to end i */
  readonly mayEnd?: (i: number) => boolean;
}

/**
 * At which of a text's ends, counted from 1, what is shown now is over. What is left of the line may come as another piece as soon as this
 * one is accepted: of all ways to show it in pieces, which are right with a probability of at least `least` and most likely break no word,
 * this is the first piece of the one that saves most keys on average. A long piece takes fewer keys and looks if it is right, and is right
 * less often; where certainty falls off a cliff, a piece ends.
 * @returns 0 when nothing is sure enough or nothing would be saved
 */
export function shownEnds(
  { ends, probabilities, withinWord }: Growth,
  least: number,
  { fewest = 2, inPieces = Infinity, mayEnd = () => true }: Showing = {},
): number {
  const firstUnsure = probabilities.findIndex((probability) => probability < least);
  const sure = firstUnsure < 0 ? ends.length : firstUnsure;
  /** The best piece up to one of the ends from `from` on, behind `start` characters. */
  const best = (from: number, start: number, cost: number, may: (i: number) => boolean): Piece => {
    let piece: Piece = { count: 0, saved: 0 };
    for (let i = from; i < sure; i++) {
      const length = ends[i]! - start;
      const saved = probabilities[i]! * (length - cost) + behind[i]!;
      if (saved > piece.saved && length >= fewest && withinWord?.[i] !== true && may(i)) {
        piece = { count: i + 1, saved };
      }
    }
    return piece;
  };
  /** behind end i: keys that later pieces save on average */
  const behind = new Float64Array(sure);
  const mayBeLater = (i: number): boolean => ends[i]! <= inPieces;
  for (let i = sure - 1; i >= 0; i--) {
    if (mayBeLater(i)) behind[i] = best(i + 1, ends[i]!, keysToAccept + keysToLook, mayBeLater).saved;
  }
  return best(0, 0, keysToAccept, mayEnd).count;
}

interface Piece {
  /** of ends up to its own */
  readonly count: number;
  /** keys on average, by it and all behind it */
  readonly saved: number;
}

const keysToAccept = 1;
/** A second piece has to be read, too: a line is rather shown as a whole. */
const keysToLook = 1;

/** Prose is anybody's guess: where words stand for people half as much doubt is accepted. @param least of what is right, in code */
export function leastInProse(least: number): number {
  return (1 + least) / 2;
}
