import { nodePlatform, nodeWorkerData, nodeWorkerPort } from '../platform/node.ts';
import { servePredictions } from './predictionService.ts';

servePredictions(nodePlatform(), nodeWorkerPort(), nodeWorkerData());
