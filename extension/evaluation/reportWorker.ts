import { nodePlatform, nodeWorkerPort } from '../platform/node.ts';
import { lowerThreadPriority } from '../platform/threadPriority.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { ReportEvent, ReportRequest } from '../protocol/reportCard.ts';
import { makeReportCard } from './reportCard.ts';

/** So often is enough for a person to see that something goes on. */
const progressEveryMs = 200;

const port = nodeWorkerPort<ReportRequest, ReportEvent>();
let lastMs = 0;

async function breathe(share: number): Promise<void> {
  if (performance.now() - lastMs < progressEveryMs) return;
  lastMs = performance.now();
  port.post({ type: 'progress', share });
  await new Promise((resolve) => setTimeout(resolve));
}

async function answer(request: ReportRequest): Promise<void> {
  try {
    await lowerThreadPriority();
    port.post({ type: 'done', card: await makeReportCard(nodePlatform(), request, breathe) });
  } catch (error) {
    port.post({ type: 'failed', error: toPlainError(error) });
  }
}

port.onMessage((request) => void answer(request));
