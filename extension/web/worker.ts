import { type PredictorData, servePredictions } from '../completion/predictionService.ts';
import { serveIndexing } from '../indexing/indexingService.ts';
import { serveWebThread } from '../platform/web.ts';
import { type LaneData, serveLane } from '../training/laneService.ts';
import { serveSaves } from '../training/saveService.ts';
import { serveTraining } from '../training/service.ts';

/** Every thread of a browser: one bundle, because each would hold most of the same. */
serveWebThread(({ role, data }, platform, port) => {
  switch (role) {
    case 'trainer':
      return serveTraining(platform, port);
    case 'lane':
      return serveLane(data as LaneData);
    case 'indexer':
      return serveIndexing(platform, port);
    case 'predictor':
      return servePredictions(platform, port, data as PredictorData);
    case 'saver':
      return serveSaves(platform, port);
  }
});
