import type { EvaluationReport } from '../../extension/evaluation/report.ts';

/** What a file in `results/` holds: one evaluation of each corpus, time and seed. */
export interface QualityResults {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  /** of the repository, when the last was measured; `-dirty` with changes that were not committed */
  readonly commit: string;
  readonly measuredAt: string;
  readonly evaluations: readonly (EvaluationReport & { readonly corpus: string })[];
}
