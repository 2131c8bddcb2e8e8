/** One weight in one step of the training's own optimizer. */
interface WeightStep {
  /** before clipping */
  readonly gradient: number;
  /** of all weights together, and what each gradient is multiplied by */
  readonly gradientNorm: number;
  readonly clip: number;
  /** steps before it; null: what the training left behind is not there, and it begins anew */
  readonly steps: number | null;
  /** learning rate and weight decay of this weight */
  readonly rate: number;
  readonly decay: number;
  /** whether the training may take a larger decay: how large its text was is not known */
  readonly isLeastDecay: boolean;
  readonly before: number;
  readonly after: number;
  /** AdamW's mean of the gradients, Muon's momentum */
  readonly first: { readonly before: number; readonly after: number };
}

/** m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²; w = w − η (m ÷ (1 − β₁ᵗ) ÷ (√(v ÷ (1 − β₂ᵗ)) + ε) + λ w) */
export interface AdamWStep extends WeightStep {
  readonly optimizer: 'adamw';
  readonly second: { readonly before: number; readonly after: number };
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

/** m = μ m + (1 − μ) g; w = w − η (s o + λ w), where the o of a matrix are made of all its m and g at once */
export interface MuonStep extends WeightStep {
  readonly optimizer: 'muon';
  readonly momentum: number;
  readonly direction: number;
  readonly scale: number;
}

export type OptimizerStep = AdamWStep | MuonStep;
