import type { Sample, Subject } from '../training/benchmark.ts';
import type { CompletionLatency, CompletionLatencyOptions } from './completionLatency.ts';

/** What a measuring process of ours can be asked for; a completion's latency is measured by one try of many asks. */
export type BenchSubject = Subject | ({ readonly kind: 'completion' } & CompletionLatencyOptions);

export interface BenchSample extends Sample {
  readonly completion?: CompletionLatency;
}
