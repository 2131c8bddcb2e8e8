import type { Platform, WorkerPort } from '../platform/platform.ts';
import { sharesMemory } from '../platform/sharing.ts';
import type { CorpusQuery } from '../protocol/corpus.ts';
import { toPlainError } from '../protocol/errors.ts';
import { type IndexerEvent, type IndexerRequest, indexBuffers } from '../protocol/indexing.ts';
import { audit } from './audit.ts';
import { Indexer } from './indexer.ts';
import { Lister } from './listing.ts';

type Port = WorkerPort<IndexerRequest, IndexerEvent>;

/** @param onWaited what is done from now on is waited for by nobody: an index serves, or an audit begins */
export function serveIndexing(platform: Platform, port: Port, onWaited: () => void = () => {}): void {
  const emit = (event: IndexerEvent): void => {
    port.post(event, event.type === 'index' && !sharesMemory() ? indexBuffers(event.index) : []);
    if (event.type === 'index') onWaited();
  };
  const indexer = new Indexer(platform, emit);
  const lister = new Lister(platform.files);
  const answer = async (request: IndexerRequest): Promise<void> => {
    try {
      switch (request.type) {
        case 'list':
          return await list(port, lister, request.id, request.query);
        case 'audit':
          onWaited();
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
  };
  port.onMessage((request) => void answer(request));
}

async function list(port: Port, lister: Lister, id: number, query: CorpusQuery): Promise<void> {
  try {
    port.post({ type: 'listed', id, page: await lister.page(query) });
  } catch (error) {
    port.post({ type: 'notListed', id, error: toPlainError(error) });
  }
}
