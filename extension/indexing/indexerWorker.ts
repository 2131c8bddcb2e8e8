import { nodePlatform, nodeWorkerPort } from '../platform/node.ts';
import { lowerThreadPriority } from '../platform/threadPriority.ts';
import type { CorpusQuery } from '../protocol/corpus.ts';
import { toPlainError } from '../protocol/errors.ts';
import type { IndexerEvent, IndexerRequest } from '../protocol/indexing.ts';
import { audit } from './audit.ts';
import { Indexer } from './indexer.ts';
import { Lister } from './listing.ts';

const port = nodeWorkerPort<IndexerRequest, IndexerEvent>();
const platform = nodePlatform();
const indexer = new Indexer(platform, emit);
const lister = new Lister(platform.files);

function emit(event: IndexerEvent): void {
  port.post(event);
  // The first index is waited for. Once something serves, whatever is asked of the machine goes first.
  if (event.type === 'index') void lowerThreadPriority();
}

async function answer(request: IndexerRequest): Promise<void> {
  try {
    switch (request.type) {
      case 'list':
        return await list(request.id, request.query);
      case 'audit':
        void lowerThreadPriority();
        port.post({ type: 'audited', report: await audit(platform, request.request, emit) });
        return;
      case 'read':
        return await indexer.changed(request.files);
      case 'build':
        await indexer.build(request.request);
        port.post({ type: 'done' });
    }
  } catch (error) {
    port.post({ type: 'failed', error: toPlainError(error) });
  }
}

async function list(id: number, query: CorpusQuery): Promise<void> {
  try {
    port.post({ type: 'listed', id, page: await lister.page(query) });
  } catch (error) {
    port.post({ type: 'notListed', id, error: toPlainError(error) });
  }
}

port.onMessage((request) => void answer(request));
