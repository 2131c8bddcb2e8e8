import { oneAnswer } from '../platform/oneAnswer.ts';
import type { Platform } from '../platform/platform.ts';
import { fromPlainError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ReportCard, ReportEvent, ReportRequest } from '../protocol/reportCard.ts';

/**
 * Lets a worker of its own judge a model; the worker is gone when this settles.
 * @param signal aborting it rejects at once with its reason
 * @throws {NihiloError} as makeReportCard does; workerFailed
 */
export function requestReportCard(
  platform: Platform,
  request: ReportRequest,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<ReportCard> {
  return oneAnswer<ReportRequest, ReportEvent, ReportCard>(
    platform,
    {
      role: 'reporter',
      request,
      heard: (event, answer, refuse) => {
        switch (event.type) {
          case 'progress':
            return onProgress(event.share);
          case 'done':
            return answer(event.card);
          case 'failed':
            return refuse(fromPlainError(event.error));
        }
      },
      stopped: (why) =>
        say`The report card could not be made, because its worker stopped (${why}); try again.`,
    },
    signal,
  );
}
