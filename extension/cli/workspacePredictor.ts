import { PredictorClient } from '../completion/client.ts';
import { readTrainerState } from '../engine/checkpoint.ts';
import { IndexerClient, type IndexingNews } from '../indexing/client.ts';
import { trustFolder } from '../indexing/savedTrust.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { WorkspaceIndex } from '../protocol/indexing.ts';
import type { Predicting } from '../protocol/prediction.ts';
import type { CorpusRequest } from '../protocol/training.ts';

export interface Workspace {
  readonly corpus: CorpusRequest;
  /** absolute path of a model's folder; null: counts alone */
  readonly checkpoint: string | null;
  readonly reproducible: boolean;
}

/**
 * Counts a workspace as the editor does, starts a predictor over it, lets `use` ask it, and ends both.
 * @throws {NihiloError} corpusEmpty, folderUnreadable; checkpointMissing, checkpointTorn, checkpointForeign; workerFailed
 */
export async function withWorkspace<Answer>(
  platform: Platform,
  workspace: Workspace,
  use: (client: PredictorClient, predicting: Predicting) => Promise<Answer>,
): Promise<Answer> {
  const client = new PredictorClient(platform);
  try {
    const { checkpoint, reproducible } = workspace;
    // First, because whoever names a model wants to know what is wrong with it.
    if (checkpoint !== null) await client.load(checkpoint, reproducible);
    const index = await readyIndex(platform, workspace);
    return await use(client, await client.useIndex(index));
  } finally {
    await client.unload();
  }
}

/** The last index that comes: the one that has heard the transformer, where there is one. */
async function readyIndex(platform: Platform, workspace: Workspace): Promise<WorkspaceIndex> {
  let index: WorkspaceIndex | null = null;
  const take = (news: IndexingNews): void => {
    switch (news.type) {
      case 'index':
        index = news.index;
        return;
      case 'notice':
        process.stderr.write(`${news.sentence}\n`);
        return;
      case 'stage':
      case 'changes':
    }
  };
  const indexer = new IndexerClient(platform, take);
  try {
    const trust = await keptTrust(platform, workspace);
    await indexer.build({ ...workspace, trustFolder: trust, relearn: false, edition: 1 });
  } finally {
    indexer.dispose();
  }
  if (index === null)
    throw new NihiloError('workerFailed', say`The indexer ended without an index; try again.`);
  return index;
}

/** Beside the model, where it was trained on this folder: how far it is trusted in another is another matter, and learnt there each time. */
async function keptTrust(platform: Platform, { corpus, checkpoint }: Workspace): Promise<string | null> {
  if (checkpoint === null) return null;
  const { provenance } = await readTrainerState(platform.files, checkpoint);
  const isOwn = (known: CorpusRequest): boolean =>
    JSON.stringify(known.folders) === JSON.stringify(corpus.folders);
  return provenance?.corpora.some(isOwn) === true ? trustFolder(checkpoint) : null;
}
