import type { Platform, WorkerPort } from '../platform/platform.ts';
import { sharesMemory } from '../platform/sharing.ts';
import { toPlainError } from '../protocol/errors.ts';
import { type IndexerEvent, type IndexerRequest, indexBuffers } from '../protocol/indexing.ts';
import { Indexer } from './indexer.ts';

/** Answers `build` and `read`. @param onIndex an index has been handed over, which serves from now on */
export function serveIndexing(
  platform: Platform,
  port: WorkerPort<IndexerRequest, IndexerEvent>,
  onIndex: () => void = () => {},
): void {
  const indexer = new Indexer(platform, (event) => {
    port.post(event, event.type === 'index' && !sharesMemory() ? indexBuffers(event.index) : []);
    if (event.type === 'index') onIndex();
  });
  const answer = async (request: IndexerRequest): Promise<void> => {
    try {
      if (request.type === 'read') return await indexer.changed(request.files);
      await indexer.build(request.request);
      port.post({ type: 'done' });
    } catch (error) {
      port.post({ type: 'failed', error: toPlainError(error) });
    }
  };
  port.onMessage((request) => void answer(request));
}
