import type { Platform } from '../platform/platform.ts';
import { fromPlainError, NihiloError } from '../protocol/errors.ts';
import type { ReportCard, ReportEvent, ReportRequest } from '../protocol/reportCard.ts';

/**
 * Lets a worker of its own judge a model; the worker is gone when this settles.
 * @param signal aborting it rejects at once with its reason
 * @throws {NihiloError} as makeReportCard does; workerFailed
 */
export async function requestReportCard(
  platform: Platform,
  request: ReportRequest,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<ReportCard> {
  signal.throwIfAborted();
  const worker = platform.spawn<ReportRequest, ReportEvent>('reporter', {});
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      worker.onMessage((event) => {
        switch (event.type) {
          case 'progress':
            return onProgress(event.share);
          case 'done':
            return resolve(event.card);
          case 'failed':
            return reject(fromPlainError(event.error));
        }
      });
      worker.onFailure((cause) => {
        const sentence = `The report card could not be made, because its worker stopped (${cause.message}); try again.`;
        reject(new NihiloError('workerFailed', sentence, { cause }));
      });
      worker.post(request);
    });
  } finally {
    await worker.terminate();
  }
}
