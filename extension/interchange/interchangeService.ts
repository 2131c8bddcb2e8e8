import type { Platform, WorkerPort } from '../platform/platform.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { InterchangeEvent, InterchangeRequest, InterchangeStage } from '../protocol/interchange.ts';
import { exportModel } from './exportModel.ts';
import { importModel } from './importModel.ts';

/** Exports and imports what it is asked to. */
export function serveInterchange(
  { files }: Pick<Platform, 'files'>,
  port: WorkerPort<InterchangeRequest, InterchangeEvent>,
): void {
  const onStage = (stage: InterchangeStage): void => port.post({ type: 'stage', stage });
  const answer = async (request: InterchangeRequest): Promise<void> => {
    try {
      const report =
        request.type === 'export'
          ? await exportModel(files, request, onStage)
          : await importModel(files, request, onStage);
      port.post({ type: 'done', report });
    } catch (error) {
      port.post({ type: 'failed', error: toPlainError(error) });
    }
  };
  port.onMessage((request) => void answer(request));
}
