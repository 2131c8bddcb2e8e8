import { nodePlatform, nodeWorkerPort } from '../platform/node.ts';
import { lowerThreadPriority } from '../platform/threadPriority.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { IndexerEvent, IndexerRequest } from '../protocol/indexing.ts';
import { Indexer } from './indexer.ts';

const port = nodeWorkerPort<IndexerRequest, IndexerEvent>();
const indexer = new Indexer(nodePlatform(), emit);

function emit(event: IndexerEvent): void {
  port.post(event);
  // The first index is waited for. Once something serves, whatever is asked of the machine goes first.
  if (event.type === 'index') void lowerThreadPriority();
}

async function answer(request: IndexerRequest): Promise<void> {
  try {
    if (request.type === 'read') return await indexer.changed(request.files);
    await indexer.build(request.request);
    port.post({ type: 'done' });
  } catch (error) {
    port.post({ type: 'failed', error: toPlainError(error) });
  }
}

port.onMessage((request) => void answer(request));
