import type { BenchmarkReport, StepFigures } from '../../extension/bench/benchReport.ts';

/** What a file in `results/` holds. */
export interface Results {
  readonly machine: Machine;
  /** of the repository, when it was measured; `-dirty` with changes that were not committed */
  readonly commit: string;
  readonly measuredAt: string;
  readonly report: BenchmarkReport;
  readonly growth: readonly GrowthPoint[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
}

/** A training step of one shape; a point lies in every series that it belongs to. */
export interface GrowthPoint extends StepFigures {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly context: number;
  readonly threads: number;
  readonly parameters: number;
  readonly cost: StepCost;
}

/** What a step has to do, by its shape alone. */
export interface StepCost {
  /** arithmetic of the matrix products, forward and backward */
  readonly productGflop: number;
  /** of the causal half of the attention */
  readonly attentionGflop: number;
  /** moved through memory because of the weights: gradients, moments, packed copies */
  readonly weightMb: number;
  /** moved through memory between the products */
  readonly activationMb: number;
}
