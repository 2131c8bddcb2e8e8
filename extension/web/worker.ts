import { type PredictorData, servePredictions } from '../completion/predictionService.ts';
import { serveIndexing } from '../indexing/indexingService.ts';
import type { Platform, WorkerPort, WorkerRole } from '../platform/platform.ts';
import { serveWebThread } from '../platform/web.ts';
import { type LaneData, serveLane } from '../training/laneService.ts';
import { serveSaves } from '../training/saveService.ts';
import { serveTraining } from '../training/service.ts';

type Serve = (platform: Platform, port: WorkerPort<never, unknown>, data: unknown) => void;

/** Every thread of a browser: one bundle, because each would hold most of the same. */
const services: Readonly<Record<WorkerRole, Serve>> = {
  trainer: serveTraining,
  lane: (_platform, _port, data) => serveLane(data as LaneData),
  indexer: (platform, port) => serveIndexing(platform, port),
  predictor: (platform, port, data) => servePredictions(platform, port, data as PredictorData),
  saver: serveSaves,
};

serveWebThread(({ role, data }, platform, port) => services[role](platform, port, data));
