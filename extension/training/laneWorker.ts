import { nodeWorkerData } from '../platform/node.ts';
import { serveLane } from './laneService.ts';

serveLane(nodeWorkerData());
