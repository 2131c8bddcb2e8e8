import type { PlainError } from '../protocol/errors.ts';
import type { ModelOrigin } from '../protocol/inspector.ts';
import type { IndexStage } from '../protocol/indexing.ts';
import type { Predicting } from '../protocol/prediction.ts';
import type { RemoteStatus } from '../protocol/remote.ts';
import type { TrainingStage } from '../protocol/training.ts';
import type { SilenceReason } from './silence.ts';
import type { TrainingStatus } from './trainingStatus.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** The one thing that the status bar says: a running training before everything else, then what completions come from. */
export type Status =
  | {
      readonly kind: 'training';
      readonly stage: TrainingStage;
      readonly percent: number | null;
      readonly paused: boolean;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'silent'; readonly reason: SilenceReason }
  | { readonly kind: 'indexing'; readonly stage: IndexStage }
  | {
      readonly kind: 'predicting';
      readonly predicting: Predicting;
      /** the index that is being made */
      readonly stage: IndexStage | null;
      /** of the transformer; null where there is none */
      readonly origin: ModelOrigin | null;
      /** of a server whose model takes part; null: none does, as far as is known */
      readonly remote: RemoteStatus | null;
      /** of the transformer that has learnt from the workspace; null where there is none */
      readonly heldOutBitsPerByte: number | null;
    }
  /** null where nobody has scored the model on this workspace */
  | { readonly kind: 'ready'; readonly heldOutBitsPerByte: number | null };

/** @param silence why nothing is suggested anywhere in the active editor; null: there may be something, or there is no editor */
export function statusOf(
  {
    state,
    index,
    training,
    origin,
    remote,
  }: Pick<WorkspaceModel, 'state' | 'index' | 'training' | 'origin' | 'remote'>,
  silence: SilenceReason | null,
): Status {
  if (training !== null) {
    return { kind: 'training', stage: training.stage, percent: percentOf(training), paused: training.paused };
  }
  const { predicting, stage } = index;
  // What has not learnt from this workspace has no score of it.
  const isTrained = state.state === 'ready' && origin === 'trained';
  const heldOutBitsPerByte = isTrained ? state.model.heldOutBitsPerByte : null;
  if ((state.state === 'ready' || predicting !== null) && silence !== null && isChosen(silence)) {
    return { kind: 'silent', reason: silence };
  }
  if (state.state === 'failed') return { kind: 'failed', error: state.error };
  if (predicting !== null) {
    return { kind: 'predicting', predicting, stage, origin, remote, heldOutBitsPerByte };
  }
  if (state.state === 'ready') return { kind: 'ready', heldOutBitsPerByte };
  return stage !== null ? { kind: 'indexing', stage } : { kind: state.state };
}

/** Whether somebody has switched suggestions off, which is worth more than what would be suggested. */
function isChosen({ kind }: SilenceReason): boolean {
  return ['languageOff', 'excludedFile', 'secretFile', 'tooLarge', 'manual', 'editorOff', 'snoozed'].includes(
    kind,
  );
}

/** Share of the time that training takes, in whole percent; null while it can't be told. */
export function percentOf({ stage, progress }: TrainingStatus): number | null {
  if (stage !== 'training' || progress === null || progress.remainingSeconds === null) return null;
  const total = progress.elapsedSeconds + progress.remainingSeconds;
  return total <= 0 ? null : Math.floor((100 * progress.elapsedSeconds) / total);
}
