import type { PredictorData } from '../completion/predictionService.ts';
import type { Platform, WorkerPort, WorkerRole } from '../platform/platform.ts';
import type { InspectorData } from '../protocol/inspecting.ts';
import type { LaneData } from '../training/laneService.ts';

/** What a thread is started with. */
interface Thread {
  readonly platform: Platform;
  readonly port: WorkerPort<never, unknown>;
  readonly data: unknown;
  /** lets every other thread go before this one, where threads have a priority of their own */
  lowerPriority(): Promise<void>;
}

/**
 * What each thread does. All are one program, because each would hold most of the same; a thread loads what its own role needs.
 * Completions go before a training, whose lanes are started by its thread and inherit its priority.
 */
export const services: Readonly<Record<WorkerRole, (thread: Thread) => Promise<void>>> = {
  trainer: async ({ platform, port, lowerPriority }) => {
    const { serveTraining } = await import('../training/service.ts');
    await lowerPriority();
    serveTraining(platform, port);
  },
  lane: async ({ platform, data }) => {
    const { serveLane } = await import('../training/laneService.ts');
    serveLane(data as LaneData, () => platform.threadCpuSeconds());
  },
  indexer: async ({ platform, port, lowerPriority }) => {
    const { serveIndexing } = await import('../indexing/indexingService.ts');
    // The first index is waited for. Once something serves, whatever is asked of the machine goes first.
    serveIndexing(platform, port, () => void lowerPriority());
  },
  predictor: async ({ platform, port, data }) => {
    const { servePredictions } = await import('../completion/predictionService.ts');
    servePredictions(platform, port, data as PredictorData);
  },
  saver: async ({ platform, port, lowerPriority }) => {
    const { serveSaves } = await import('../training/saveService.ts');
    await lowerPriority();
    serveSaves(platform, port);
  },
  reporter: async ({ platform, port, lowerPriority }) => {
    const { serveReports } = await import('../evaluation/reportService.ts');
    await lowerPriority();
    serveReports(platform, port);
  },
  converter: async ({ platform, port }) => {
    const { serveInterchange } = await import('../interchange/interchangeService.ts');
    serveInterchange(platform, port);
  },
  inspector: async ({ platform, port, data, lowerPriority }) => {
    const { serveInspections } = await import('../inspection/service.ts');
    // Completions and whoever waits for them go first.
    await lowerPriority();
    serveInspections(platform, port, data as InspectorData);
  },
};
