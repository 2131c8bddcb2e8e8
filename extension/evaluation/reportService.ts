import type { Platform, WorkerPort } from '../platform/platform.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { ReportEvent, ReportRequest } from '../protocol/reportCard.ts';
import { makeReportCard } from './reportCard.ts';

/** So often is enough for a person to see that something goes on. */
const progressEveryMs = 200;

/** Makes the report cards that are asked for. */
export function serveReports(platform: Platform, port: WorkerPort<ReportRequest, ReportEvent>): void {
  let lastMs = 0;
  const breathe = async (share: number): Promise<void> => {
    if (performance.now() - lastMs < progressEveryMs) return;
    lastMs = performance.now();
    port.post({ type: 'progress', share });
    await new Promise((resolve) => setTimeout(resolve));
  };
  const answer = async (request: ReportRequest): Promise<void> => {
    try {
      port.post({ type: 'done', card: await makeReportCard(platform, request, breathe) });
    } catch (error) {
      port.post({ type: 'failed', error: toPlainError(error) });
    }
  };
  port.onMessage((request) => void answer(request));
}
