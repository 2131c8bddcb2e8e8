import { nodePlatform, nodeWorkerPort } from '../platform/node.ts';
import { lowerThreadPriority } from '../platform/threadPriority.ts';
import type { SaveCommand, SaveEvent } from '../protocol/learning.ts';
import { serveSaves } from './saveService.ts';

async function serve(): Promise<void> {
  // Everything else goes first. The lanes are started by this thread and inherit it.
  await lowerThreadPriority();
  serveSaves(nodePlatform(), nodeWorkerPort<SaveCommand, SaveEvent>());
}

void serve();
