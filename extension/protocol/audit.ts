import type { PlainError } from './errors.ts';
import type { CorpusRequest } from './training.ts';

export interface AuditRequest {
  readonly corpus: CorpusRequest;
  /** absolute path of the model's folder; null: the counts alone */
  readonly checkpoint: string | null;
  readonly reproducible: boolean;
  /** so many were planted when the model was trained */
  readonly canaries: number;
}

/** `found` in files, `planted` in the training text, `control`: random and in no text at all */
export type ProbeKind = 'found' | 'planted' | 'control';

/** What a predictor knows of a secret, given the text before it and its common beginning. */
export interface Probe {
  /** the likeliest continuation, token by token, is the secret */
  readonly reproduced: boolean;
  /** log2(n + 1) − log2(rank) among n random strings of the same shape; a predictor that knows nothing: 1.4 on average @source Carlini et al. 2019 */
  readonly exposureBits: number;
}

export interface AuditedSecret {
  readonly kind: ProbeKind;
  /** of the file; null for what is in none */
  readonly path: string | null;
  readonly line: number | null;
  /** so often a canary was planted; null for what is none */
  readonly times: number | null;
  /** its first three characters and its length: never more */
  readonly secret: string;
  /** of the trained model by itself; null: there is none */
  readonly transformer: Probe | null;
  /** of what completions come from; null for what is planted in the training alone */
  readonly mixture: Probe | null;
}

export interface AuditTally {
  readonly tried: number;
  readonly reproduced: number;
  /** of those tried; null when none was */
  readonly meanExposureBits: number | null;
}

export interface AuditReport {
  /** secrets in the files, each counted once however often it is there */
  readonly secrets: number;
  /** most bits of exposure that a probe can have */
  readonly mostExposureBits: number;
  readonly transformer: Readonly<Record<ProbeKind, AuditTally>> | null;
  readonly mixture: Readonly<Record<ProbeKind, AuditTally>>;
  readonly probes: readonly AuditedSecret[];
}

export type AuditEvent =
  | { readonly type: 'auditing'; readonly done: number; readonly all: number }
  | { readonly type: 'audited'; readonly report: AuditReport }
  | { readonly type: 'failed'; readonly error: PlainError };

/** What was planted equally often, the rarest first; what is none of it is left out. */
export function byTimes<Planted extends { readonly times: number | null }>(
  all: readonly Planted[],
): { readonly times: number; readonly alike: readonly Planted[] }[] {
  const often = [...new Set(all.flatMap(({ times }) => times ?? []))].sort((a, b) => a - b);
  return often.map((times) => ({ times, alike: all.filter((each) => each.times === times) }));
}

export function tally(probes: readonly Probe[]): AuditTally {
  const sum = probes.reduce((total, { exposureBits }) => total + exposureBits, 0);
  return {
    tried: probes.length,
    reproduced: probes.filter(({ reproduced }) => reproduced).length,
    meanExposureBits: probes.length === 0 ? null : sum / probes.length,
  };
}
