import { nodePlatform, nodeWorkerPort } from '../platform/node.ts';
import { lowerThreadPriority } from '../platform/threadPriority.ts';
import type { TrainingCommand, TrainingEvent } from '../protocol/training.ts';
import { serveTraining } from './service.ts';

async function serve(): Promise<void> {
  // A completion that is asked for meanwhile goes first. The lanes are started by this thread and inherit it.
  await lowerThreadPriority();
  serveTraining(nodePlatform(), nodeWorkerPort<TrainingCommand, TrainingEvent>());
}

void serve();
