import type { EvaluationReport } from '../../extension/evaluation/report.ts';

/** How an evaluation was asked for beside corpus, time and seed. */
export interface Setting {
  /** begins with the base model */
  readonly base: boolean;
  /** learns from so many files alone; null: from all */
  readonly mostFiles: number | null;
}

export type MeasuredEvaluation = EvaluationReport &
  Setting & {
    readonly corpus: string;
    /** of the repository when it was measured; `-dirty` with changes that were not committed */
    readonly commit: string;
  };

/** What a file in `results/` holds: one evaluation of each corpus, time, seed and setting. */
export interface QualityResults {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  /** when the last was measured */
  readonly measuredAt: string;
  readonly evaluations: readonly MeasuredEvaluation[];
}

/** The corpora that Nihilo is developed on; a claim about all of them is one about these. */
export const developmentCorpora = [
  'rxjs',
  'mobx',
  'zod',
  'eslint',
  'mongoose',
  'jinja2',
  'werkzeug',
  'cobra',
  'regex',
] as const;
