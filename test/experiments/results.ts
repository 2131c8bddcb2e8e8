import type { Result } from './experiment.ts';
import type { Settings } from './settings.ts';

export interface Run extends Result {
  readonly variant: string;
  readonly corpus: string;
  readonly seed: number;
  readonly settings: Settings;
}

/** What a file in `results/` holds. */
export interface StudyResults {
  /** arithmetic of each training, 10¹² operations */
  readonly tflop: number;
  readonly runs: readonly Run[];
}
