import { oneAnswer } from '../platform/oneAnswer.ts';
import type { Platform } from '../platform/platform.ts';
import { fromPlainError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type {
  InterchangeEvent,
  InterchangeReport,
  InterchangeRequest,
  InterchangeStage,
} from '../protocol/interchange.ts';

/**
 * Lets a worker of its own export or import a model; the worker is gone when this settles.
 * @param signal aborting it rejects at once with its reason; what was to be replaced is then as it was, or new
 * @throws {NihiloError} as exportModel and importModel do; workerFailed
 */
export function interchange(
  platform: Platform,
  request: InterchangeRequest,
  onStage: (stage: InterchangeStage) => void,
  signal: AbortSignal,
): Promise<InterchangeReport> {
  return oneAnswer<InterchangeRequest, InterchangeEvent, InterchangeReport>(
    platform,
    {
      role: 'converter',
      request,
      heard: (event, answer, refuse) => {
        switch (event.type) {
          case 'stage':
            return onStage(event.stage);
          case 'done':
            return answer(event.report);
          case 'failed':
            return refuse(fromPlainError(event.error));
        }
      },
      stopped: (why) =>
        say`The model could not be converted, because the worker stopped (${why}); try again.`,
    },
    signal,
  );
}
