import type { AccuracyOptions, DecoderAccuracy } from './accuracy.ts';
import type { CompletionLatency, CompletionLatencyOptions } from './completionLatency.ts';
import type { CompletionWait } from './completionWait.ts';
import type { CountsCost, CountsCostOptions } from './countsCost.ts';
import type { OptimizerCosts, OptimizerTrials } from './optimizerCost.ts';
import type { Sample, Subject } from './trials.ts';
import type { WarmUpCost } from './warmUpCost.ts';

/** What a measuring process of ours can be asked for. */
export type BenchSubject =
  | Subject
  /** one try has many asks */
  | ({ readonly kind: 'completion' } & CompletionLatencyOptions)
  /** one try has many asks, beside a training of so many threads */
  | {
      readonly kind: 'completionWait';
      readonly folder: string;
      readonly threads: number;
      readonly reproducible: boolean;
    }
  | { readonly kind: 'warmUp'; readonly reproducible: boolean }
  /** one try has many steps */
  | ({ readonly kind: 'optimizers' } & OptimizerTrials)
  /** one try builds indexes and has many asks */
  | ({ readonly kind: 'counts' } & CountsCostOptions)
  /** trains a model first */
  | ({ readonly kind: 'accuracy' } & Omit<AccuracyOptions, 'checkpoint'>);

export interface BenchSample extends Sample {
  readonly completion?: CompletionLatency;
  readonly completionWait?: CompletionWait;
  readonly warmUp?: readonly WarmUpCost[];
  readonly optimizers?: OptimizerCosts;
  readonly accuracy?: DecoderAccuracy;
  readonly counts?: CountsCost;
}
