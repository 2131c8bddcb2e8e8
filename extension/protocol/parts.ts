import type { NamedToken } from './tokenBytes.ts';

/** What the parts of the mixture say of tokens that come one after the other. */
export interface PartsAlong {
  /** it takes part */
  readonly transformer: boolean;
  readonly tokens: readonly PartsOfToken[];
}

/** What they say of tokens that may come next: of those that were asked for and of the likeliest, these first. */
export interface Parts extends PartsAlong {
  /** all that are not among them */
  readonly others: { readonly count: number; readonly mixed: number };
}

/** A decision on the path to a token in the code tree: which half of the tokens that are left it is in. */
export interface PartsOfDecision {
  /** what each part adds to the stretched probability of side 1; they add up to `stretched` */
  readonly pushes: Pushes;
  readonly stretched: number;
  /** 1 ÷ (1 + e^−stretched), and after the adjustments by what really came of such probabilities */
  readonly mixed: number;
  readonly adjusted: number;
  readonly side: 0 | 1;
}

export interface Pushes {
  readonly project: number;
  readonly file: number;
  readonly backOff: number;
  readonly transformer: number;
  readonly constant: number;
  /** what clamping took away */
  readonly limits: number;
}

export interface PartsOfToken extends NamedToken {
  /** of each part on its own: counts of the project, of the open file, the transformer; null where it does not take part */
  readonly project: number;
  readonly file: number;
  readonly transformer: number | null;
  /** the mixed probability: the product of the decisions */
  readonly mixed: number;
  readonly decisions: readonly PartsOfDecision[];
}
