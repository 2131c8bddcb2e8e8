import { nodePlatform, nodeWorkerData, nodeWorkerPort, nodeWorkerRole } from '../platform/node.ts';
import { lowerThreadPriority } from '../platform/threadPriority.ts';
import { services } from './services.ts';

void services[nodeWorkerRole()]({
  platform: nodePlatform(),
  port: nodeWorkerPort(),
  data: nodeWorkerData(),
  lowerPriority: lowerThreadPriority,
});
