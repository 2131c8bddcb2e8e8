import type { Platform } from '../platform/platform.ts';
import type { AuditReport, AuditRequest } from '../protocol/audit.ts';
import { fromPlainError, NihiloError } from '../protocol/errors.ts';
import type { IndexerEvent, IndexerRequest } from '../protocol/indexing.ts';

/**
 * An audit in a worker of its own, which is gone with it.
 * @param onProgress called with how many of how many probes are done
 * @param signal aborting it ends the worker, and rejects with its reason
 * @throws {NihiloError} as audit does; workerFailed
 */
export async function auditInWorker(
  platform: Platform,
  request: AuditRequest,
  onProgress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<AuditReport> {
  signal.throwIfAborted();
  const worker = platform.spawn<IndexerRequest, IndexerEvent>('indexer', {});
  try {
    return await new Promise<AuditReport>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      worker.onFailure((cause) => {
        const sentence = `The audit stopped unexpectedly (${cause.message}); run it again.`;
        reject(new NihiloError('workerFailed', sentence, { cause }));
      });
      worker.onMessage((event) => {
        if (event.type === 'auditing') onProgress(event.done, event.all);
        else if (event.type === 'audited') resolve(event.report);
        else if (event.type === 'failed') reject(fromPlainError(event.error));
      });
      worker.post({ type: 'audit', request });
    });
  } finally {
    await worker.terminate();
  }
}
