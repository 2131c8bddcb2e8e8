import type { ScoredToken } from './prediction.ts';

/** What a suggestion was made of, as completions heard it: the counts, too. */
export interface SuggestedTokens {
  /** their product is how likely the text is, unless others begin as the last does, as far as it is shown: then it is likelier */
  readonly tokens: readonly ScoredToken[];
  /** bytes of the first of them that stood before the cursor: the word that was being typed is chosen again */
  readonly typed: number;
}

/** A suggestion that is shown at a place, or was taken there. */
export interface SuggestedHere {
  readonly tokens: readonly ScoredToken[];
  /** SHA-256 of the tokenizer whose tokens they are */
  readonly tokenizer: string;
  /** so many bytes before the cursor the first of them begins */
  readonly back: number;
  /** of these, so many were there when it was suggested; the others have been taken since */
  readonly typed: number;
}
