import { nodePlatform } from '../../extension/platform/node.ts';
import type { TrainingEvent, TrainingRequest } from '../../extension/protocol/training.ts';
import { type Steering, unstoppable } from '../../extension/training/steering.ts';
import { train, type TrainingOutcome } from '../../extension/training/trainer.ts';

/** Steers into a cancellation after so many breaths: one behind each micro-batch, and where a training scores. */
export function cancelAfter(most: number): Steering {
  let breaths = 0;
  return {
    get cancelled() {
      return breaths >= most;
    },
    breathe: () => {
      breaths++;
      return Promise.resolve();
    },
  };
}

/** A model that is small and has learnt what there is to learn, to go on from. */
export async function trainPencil(
  folder: string,
  checkpoint: string,
  change: Partial<TrainingRequest> = {},
  steering = unstoppable,
): Promise<TrainingOutcome & { readonly events: readonly TrainingEvent[] }> {
  const events: TrainingEvent[] = [];
  const request: TrainingRequest = {
    corpus: { folders: [folder], exclude: [] },
    checkpoint,
    preset: 'pencil',
    vocabSize: 300,
    stop: { steps: 600 },
    threads: 1,
    seed: 1,
    reproducible: true,
    memoryLimitMb: 512,
    resume: false,
    ...change,
  };
  return { ...(await train(nodePlatform(), request, steering, (event) => events.push(event))), events };
}
