import * as vscode from 'vscode';
import { commands } from './commands.ts';
import { spokenFailure } from './failure.ts';
import { languageOff } from './statusBar.ts';
import type { SilenceRecord } from './silenceRecord.ts';
import { silenceSentence } from './silenceWording.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

interface Action extends vscode.QuickPickItem {
  readonly command: string;
}

/** What can be done now, one click from the status bar. */
export async function showMenu(model: WorkspaceModel, silences: SilenceRecord): Promise<void> {
  const actions = [...trainingActions(model), ...suggestionActions(silences), ...otherActions(model)];
  const placeHolder = situation(model, silences);
  const action = await vscode.window.showQuickPick<Action>(actions, { placeHolder });
  if (action !== undefined) await vscode.commands.executeCommand(action.command);
}

/** What is wrong, else why there is no suggestion at the cursor. */
function situation({ state }: WorkspaceModel, silences: SilenceRecord): string {
  if (state.state === 'failed') return spokenFailure(state.error);
  const silence = silences.here();
  return silence === null ? vscode.l10n.t('What should Nihilo do?') : silenceSentence(silence);
}

function trainingActions({ isTrained, training }: WorkspaceModel): Action[] {
  const { t } = vscode.l10n;
  if (training === null) {
    const train = { label: `$(mortar-board) ${t('Train on Workspace')}`, command: commands.train };
    const fineTune = { label: `$(history) ${t('Fine-Tune on Workspace')}`, command: commands.fineTune };
    const further = {
      label: `$(debug-continue) ${t('Train Further')}`,
      description: t('goes on where the last training ended or was stopped'),
      command: commands.trainFurther,
    };
    return isTrained ? [train, further, fineTune] : [train];
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

function suggestionActions({ isSnoozed }: SilenceRecord): Action[] {
  const { t } = vscode.l10n;
  const language = vscode.window.activeTextEditor?.document.languageId;
  const snooze = isSnoozed
    ? { label: `$(bell) ${t('End Snooze')}`, command: commands.endSnooze }
    : { label: `$(bell-slash) ${t('Snooze Suggestions')}`, command: commands.snooze };
  if (language === undefined) return [snooze];
  const label = languageOff() === null ? t('Turn Off for {0}', language) : t('Turn On for {0}', language);
  return [snooze, { label: `$(settings) ${label}`, command: commands.toggleLanguage }];
}

function otherActions({ state, origin, training }: WorkspaceModel): Action[] {
  const { t } = vscode.l10n;
  const actions: Action[] = [];
  actions.push({ label: `$(search) ${t('Open Inspector')}`, command: commands.openInspector });
  actions.push({ label: `$(question) ${t('Why This Completion?')}`, command: commands.whyThisCompletion });
  actions.push({ label: `$(graph) ${t('Show Statistics')}`, command: commands.showStatistics });
  actions.push({ label: `$(output) ${t('Show Log')}`, command: commands.showLog });
  const isStored = origin === 'trained' || origin === 'imported' || state.state === 'failed';
  if (isStored && training === null) {
    actions.push({ label: `$(trash) ${t('Delete Model')}`, command: commands.deleteModel });
  }
  return actions;
}
