import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { AuditRequest } from '../protocol/audit.ts';
import type { WorkspaceIndex } from '../protocol/indexing.ts';
import { say } from '../protocol/sentence.ts';
import { Indexer } from './indexer.ts';

/** The index of a corpus as it is now, with nothing kept of an earlier one. @throws {NihiloError} as Indexer.build does; workerFailed */
export async function builtIndex(
  platform: Platform,
  request: Pick<AuditRequest, 'corpus' | 'checkpoint' | 'reproducible'>,
): Promise<WorkspaceIndex> {
  let index: WorkspaceIndex | null = null;
  const indexer = new Indexer(platform, (event) => {
    if (event.type === 'index') index = event.index;
  });
  await indexer.build({ ...request, trustFolder: null, relearn: false, edition: 1 });
  if (index === null)
    throw new NihiloError('workerFailed', say`The indexer ended without an index; try again.`);
  return index;
}
