import * as vscode from 'vscode';
import type { FileSystem } from '../platform/platform.ts';
import { reportFailure } from './failure.ts';
import { importedOf } from './modelFolders.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** The command: what was trained here goes, and what was imported, once a person has been told which of them there are. */
export async function deleteModel(
  model: Pick<WorkspaceModel, 'checkpoint' | 'origin' | 'delete'>,
  files: Pick<FileSystem, 'exists'>,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const yes = vscode.l10n.t('Delete Model');
  try {
    const { question, detail } = wording(
      model.origin === 'imported',
      await files.exists(importedOf(model.checkpoint)),
    );
    const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
    if (choice !== yes) return;
    await model.delete();
    log.info('model deleted');
  } catch (error) {
    void reportFailure(error, log);
  }
}

/** @param isImported what answers was imported: nothing was trained here */
function wording(
  isImported: boolean,
  hasImported: boolean,
): { readonly question: string; readonly detail: string } {
  const { t } = vscode.l10n;
  if (isImported) {
    return {
      question: t('Delete the imported model?'),
      detail: t('Your files stay as they are. The model can be imported again.'),
    };
  }
  return {
    question: t('Delete what Nihilo has learnt from this workspace?'),
    detail: hasImported
      ? t(
          'Your files stay as they are. The model can be trained again. The imported model, which a training begins with, goes, too.',
        )
      : t('Your files stay as they are. The model can be trained again.'),
  };
}
