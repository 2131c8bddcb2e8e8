import { Indexer } from '../../extension/indexing/indexer.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { WorkspaceIndex } from '../../extension/protocol/indexing.ts';

/**
 * Every index that is handed over while one of a folder is made, each with a memory of its own: the counts', and behind it that which hears
 * the model in `checkpoint`, where there is one.
 */
export async function builtIndexes(
  folder: string,
  checkpoint: string | null,
  edition = 1,
): Promise<readonly WorkspaceIndex[]> {
  const indexes: WorkspaceIndex[] = [];
  const indexer = new Indexer(nodePlatform(), (event) => {
    if (event.type === 'index') indexes.push(event.index);
  });
  const corpus = { folders: [folder], exclude: [] };
  await indexer.build({ corpus, checkpoint, reproducible: true, trustFolder: null, relearn: false, edition });
  return indexes;
}
