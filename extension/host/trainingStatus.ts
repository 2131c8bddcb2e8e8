import type { HeldOutPoint, TrainingEvent, TrainingProgress, TrainingStage } from '../protocol/training.ts';

/** Where a running training stands. */
export interface TrainingStatus {
  readonly stage: TrainingStage;
  readonly detail: string;
  readonly paused: boolean;
  readonly progress: TrainingProgress | null;
  readonly heldOut: HeldOutPoint | null;
}

export const begun: TrainingStatus = {
  stage: 'reading',
  detail: '',
  paused: false,
  progress: null,
  heldOut: null,
};

/** What an event says of where a training stands; null: nothing. */
export function changeBy(event: TrainingEvent): Partial<TrainingStatus> | null {
  switch (event.type) {
    case 'stage':
      return { stage: event.stage, detail: event.detail };
    case 'progress':
      return { progress: event.progress };
    case 'heldOut':
      return { heldOut: event.point };
    case 'corpus':
    case 'yardsticks':
    case 'sample':
    case 'done':
    case 'failed':
      return null;
  }
}
