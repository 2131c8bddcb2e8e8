import * as vscode from 'vscode';
import { commands } from './commands.ts';
import { languageOff } from './statusBar.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

interface Action extends vscode.QuickPickItem {
  readonly command: string;
}

/** What can be done now, one click from the status bar. */
export async function showMenu(model: WorkspaceModel): Promise<void> {
  const { state } = model;
  const placeHolder =
    state.state === 'failed' ? state.error.message : vscode.l10n.t('What should Nihilo do?');
  const action = await vscode.window.showQuickPick<Action>(
    [...trainingActions(model), ...otherActions(model)],
    {
      placeHolder,
    },
  );
  if (action !== undefined) await vscode.commands.executeCommand(action.command);
}

function trainingActions({ isTrained, training }: WorkspaceModel): Action[] {
  const { t } = vscode.l10n;
  if (training === null) {
    const train = { label: `$(mortar-board) ${t('Train on Workspace')}`, command: commands.train };
    const fineTune = { label: `$(history) ${t('Fine-Tune on Workspace')}`, command: commands.fineTune };
    return isTrained ? [train, fineTune] : [train];
  }
  return [
    training.paused
      ? { label: `$(debug-continue) ${t('Resume Training')}`, command: commands.resumeTraining }
      : { label: `$(debug-pause) ${t('Pause Training')}`, command: commands.pauseTraining },
    {
      label: `$(debug-stop) ${t('Stop Training')}`,
      description: t('keeps the best model so far'),
      command: commands.stopTraining,
    },
  ];
}

function otherActions({ state, isTrained, training }: WorkspaceModel): Action[] {
  const { t } = vscode.l10n;
  const language = vscode.window.activeTextEditor?.document.languageId;
  const actions: Action[] = [];
  if (language !== undefined) {
    const label = languageOff() === null ? t('Turn Off for {0}', language) : t('Turn On for {0}', language);
    actions.push({ label: `$(settings) ${label}`, command: commands.toggleLanguage });
  }
  actions.push({ label: `$(search) ${t('Open Inspector')}`, command: commands.openInspector });
  actions.push({ label: `$(output) ${t('Show Log')}`, command: commands.showLog });
  if ((isTrained || state.state === 'failed') && training === null) {
    actions.push({ label: `$(trash) ${t('Delete Model')}`, command: commands.deleteModel });
  }
  return actions;
}
