import pins from '../corpora/corpora.json' with { type: 'json' };
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

const namesOf = (wanted: string): readonly string[] =>
  pins.filter(({ set }) => set === wanted).map(({ name }) => name);

/** The corpora that Nihilo is developed on; a claim about all of them is one about these. */
export const developmentCorpora = namesOf('development');
/** Nothing was chosen by these: measured when the code is done, never tuned on. */
export const unseenCorpora = namesOf('unseen');

/** What was measured on these alone. */
export function among(results: QualityResults, corpora: readonly string[]): QualityResults {
  return { ...results, evaluations: results.evaluations.filter(({ corpus }) => corpora.includes(corpus)) };
}
