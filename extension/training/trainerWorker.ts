import { nodePlatform, nodeWorkerPort } from '../platform/node.ts';
import type { TrainingCommand, TrainingEvent } from '../protocol/training.ts';
import { serveTraining } from './service.ts';

serveTraining(nodePlatform(), nodeWorkerPort<TrainingCommand, TrainingEvent>());
