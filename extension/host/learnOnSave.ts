import * as vscode from 'vscode';
import type { SaveEvent, SaveLearning } from '../protocol/learning.ts';
import { openCorpus, pathInOpenFolders, pathOf, settingSource } from './configuration.ts';
import { isInWorkspace } from './documents.ts';
import { learnsOnSave, trainingSettings } from './settings.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** What a save may take of the machine, with all that is done for it. */
const limitMs = 2_000;
/** Often enough that suggestions soon know what was saved, seldom beside the megabytes of a writing. */
const writeEveryMs = 30_000;
/** Who saves at every pause is understood at the first longer one. */
const debounceMs = 1_000;

/** Teaches the model what is saved, once saving has come to rest. In Restricted Mode nothing is learnt. */
export function learnOnSave(
  model: WorkspaceModel,
  cores: number,
  log: vscode.LogOutputChannel,
): { dispose(): void }[] {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const learn = (file: string): void => {
    timers.delete(file);
    const source = settingSource();
    // A file of another folder, or of none, is nothing to learn from.
    if (learnsOnSave(source) && pathInOpenFolders(file) !== null) model.learnFrom(file, saveLearning(cores));
  };
  return [
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (!isInWorkspace(uri) || !vscode.workspace.isTrusted) return;
      const file = pathOf(uri);
      clearTimeout(timers.get(file));
      timers.set(
        file,
        setTimeout(() => learn(file), debounceMs),
      );
    }),
    model.onSaveEvent((event) => logSave(event, log)),
    { dispose: () => timers.forEach((timer) => clearTimeout(timer)) },
  ];
}

function saveLearning(cores: number): Omit<SaveLearning, 'checkpoint'> {
  const { threads, memoryLimitMb } = trainingSettings(settingSource(), cores);
  return { limit: { ms: limitMs }, threads, memoryLimitMb, exclude: openCorpus().exclude, writeEveryMs };
}

/** Figures only: the log never holds a file's text or name. */
function logSave(event: SaveEvent, log: vscode.LogOutputChannel): void {
  switch (event.type) {
    case 'learnt':
      return log.debug(`learn on save: ${JSON.stringify(event.outcome)}`);
    case 'written':
      return log.info('learn on save: model written');
    case 'failed':
      return log.warn(`learn on save failed: ${event.error.code}: ${event.error.message}`);
    case 'closed':
  }
}
