import type { AdamWStep, MuonStep } from './optimizerStep.ts';

/** What each formula is computed from. Columns have one number a term. */
export interface Operands {
  /** Σ aᵢ · bᵢ */
  readonly dot: { readonly a: readonly number[]; readonly b: readonly number[] };
  /** q · k ÷ √d */
  readonly score: { readonly q: readonly number[]; readonly k: readonly number[] };
  /** a pair of numbers rotated by the position's angle: x cos − y sin, or y cos + x sin */
  readonly rotation: {
    readonly x: number;
    readonly y: number;
    readonly cos: number;
    readonly sin: number;
    readonly part: 'first' | 'second';
  };
  /** e^((z − m) ÷ T) ÷ Σ e^((zᵢ − m) ÷ T); what is not listed is `rest`, a sum of the same exponentials */
  readonly softmax: {
    readonly scores: readonly number[];
    readonly index: number;
    readonly temperature: number;
    readonly rest: number;
  };
  /** x ÷ √(mean of squares + ε) · w */
  readonly norm: {
    readonly x: readonly number[];
    readonly index: number;
    readonly weight: number;
    readonly epsilon: number;
  };
  /** max(0, x)² */
  readonly activation: { readonly x: number };
  readonly sum: { readonly a: number; readonly b: number };
  /** −ln p and, ÷ ln 2, the same in bits */
  readonly loss: { readonly p: number };
  readonly entropy: { readonly p: readonly number[]; readonly rest: number };
  /** p − 1 for the token that came, p for every other one */
  readonly error: { readonly p: number; readonly came: boolean };
  /** w − rate · g */
  readonly descent: { readonly w: number; readonly g: number; readonly rate: number };
  /** one step of AdamW or of Muon */
  readonly adamw: AdamWStep;
  readonly muon: MuonStep;
  /** a · b ÷ (|a| |b|) */
  readonly cosine: { readonly a: readonly number[]; readonly b: readonly number[] };
  /** n of N occurrences, and with all that are more frequent */
  readonly share: { readonly before: number; readonly count: number; readonly total: number };
  /** Σ kᵢ · nᵢ of whole numbers: a token holds the joined pair kᵢ times and stands in the text nᵢ times; all others together are `rest` */
  readonly mergeCount: {
    readonly tokens: readonly string[];
    readonly times: readonly number[];
    readonly counts: readonly number[];
    readonly rest: number;
  };
  /** where a token's interval on the ruler begins and ends; `rest`: intervals before it that are not listed */
  readonly interval: { readonly before: readonly number[]; readonly rest: number; readonly p: number };
}

export type FormulaKind = keyof Operands;

/** A formula with its operands and what the machine made of them, in the order of the formula's results. */
export type Explanation = {
  readonly [Kind in FormulaKind]: {
    readonly formula: Kind;
    readonly operands: Operands[Kind];
    readonly machine: readonly number[];
  };
}[FormulaKind];
