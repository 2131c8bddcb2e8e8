import { nodePlatform, nodeWorkerPort } from '../platform/node.ts';
import { lowerThreadPriority } from '../platform/threadPriority.ts';
import { serveIndexing } from './indexingService.ts';

// The first index is waited for. Once something serves, whatever is asked of the machine goes first.
serveIndexing(nodePlatform(), nodeWorkerPort(), () => void lowerThreadPriority());
