import type { OperationName } from './operations.ts';
import type { NamedToken } from './tokenBytes.ts';

/** Numbers row by row. */
export interface NumberTable {
  readonly rows: number;
  readonly columns: number;
  readonly values: readonly number[];
}

/** What an operation makes: a row a token, of `shares` a row a token and head, which is shorter for earlier tokens. */
export interface PassStep extends NumberTable {
  readonly name: OperationName | 'shares';
  readonly layer: number | null;
}

/** Every number from tokens to loss and back, of a model that is small enough for paper. */
export interface WholePass {
  /** up to the place, the last one's row being the last */
  readonly tokens: readonly NamedToken[];
  /** null: the text ends at the place */
  readonly next: NamedToken | null;
  readonly vocabulary: readonly NamedToken[];
  readonly heads: number;
  readonly epsilon: number;
  /** of each token, a column for each pair of a head's numbers */
  readonly cos: NumberTable;
  readonly sin: NumberTable;
  /** by Hugging Face's names */
  readonly weights: readonly (NumberTable & { readonly name: string })[];
  readonly steps: readonly PassStep[];
  /** of each token of the vocabulary */
  readonly probabilities: readonly number[];
  /** −ln p of the next token, nats */
  readonly loss: number | null;
  /** of that loss, by each weight; none where there is no loss */
  readonly gradients: readonly (NumberTable & { readonly name: string })[];
  /** of a step down these gradients */
  readonly rate: number;
}
