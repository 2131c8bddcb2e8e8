import { nodePlatform } from '../../extension/platform/node.ts';
import { train } from '../../extension/training/trainer.ts';

/** A model that is small and has learnt what there is to learn, to go on from. */
export async function trainPencil(folder: string, checkpoint: string): Promise<void> {
  const request = {
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
  } as const;
  await train(nodePlatform(), request, { cancelled: false, breathe: () => Promise.resolve() }, () => {});
}
