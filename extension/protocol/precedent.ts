/** What the workspace has of a text that may come at a place. */
export interface Precedent {
  /** the identifier that the text begins or goes on with; null: it has none */
  readonly word: string | null;
  /** it stands in another file, or elsewhere in this one; true where there is no word */
  readonly isKnown: boolean;
  /** how many tokens stand elsewhere just so, up to the end of the word or of the text: 0 where not even the last one does */
  readonly tokens: number;
}

/** From where on a token is a guess. */
export interface DoubtLimits {
  /** less likely than that, */
  readonly probability: number;
  /** or the model is more unsure than that, in bits; */
  readonly bits: number;
  /** and fewer tokens than that stand elsewhere, or its word is not known */
  readonly tokens: number;
}

/** Of suggestions, with and without a precedent in the workspace: how many were shown, and accepted. */
export interface PrecedentRecord {
  readonly with: { readonly shown: number; readonly accepted: number };
  readonly without: { readonly shown: number; readonly accepted: number };
}

/** Whether the workspace has nothing like it. */
export function isUnheardOf({ isKnown, tokens }: Precedent, limits: Pick<DoubtLimits, 'tokens'>): boolean {
  return !isKnown || tokens < limits.tokens;
}
