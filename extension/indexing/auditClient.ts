import { oneAnswer } from '../platform/oneAnswer.ts';
import type { Platform } from '../platform/platform.ts';
import type { AuditReport, AuditRequest } from '../protocol/audit.ts';
import { fromPlainError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { IndexerEvent, IndexerRequest } from '../protocol/indexing.ts';

/**
 * An audit in a worker of its own, which is gone with it.
 * @param onProgress called with how many of how many probes are done
 * @param signal aborting it ends the worker, and rejects with its reason
 * @throws {NihiloError} as audit does; workerFailed
 */
export function auditInWorker(
  platform: Platform,
  request: AuditRequest,
  onProgress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<AuditReport> {
  return oneAnswer<IndexerRequest, IndexerEvent, AuditReport>(
    platform,
    {
      role: 'indexer',
      request: { type: 'audit', request },
      heard: (event, answer, refuse) => {
        if (event.type === 'auditing') onProgress(event.done, event.all);
        else if (event.type === 'audited') answer(event.report);
        else if (event.type === 'failed') refuse(fromPlainError(event.error));
      },
      stopped: (why) => say`The audit stopped unexpectedly (${why}); run it again.`,
    },
    signal,
  );
}
