import * as vscode from 'vscode';
import { commands } from './commands.ts';
import { pathInOpenFolders, pathOf, uriInOpenFolders } from './configuration.ts';
import type { CorpusNode } from './corpusTree.ts';
import { excluding, including, ruleFor } from './exclusionRules.ts';
import { reportFailure, withoutLinks } from './failure.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** What a command of the corpus is about: a line of the tree, a file of the Explorer or an editor, or nothing: the active editor. */
export type Target = CorpusNode | vscode.Uri;

interface Place {
  readonly folder: vscode.WorkspaceFolder;
  /** relative to it, with forward slashes, without one at the end */
  readonly path: string;
  readonly uri: vscode.Uri;
}

/** The command: the file or folder is learnt from no more, from counting at once and by the model in all that it is trained from now on. */
export async function dontLearn(target: Target | undefined, log: vscode.LogOutputChannel): Promise<void> {
  const place = placeOf(target);
  if (place === null) return sayNothingChosen();
  if (!mayAddRules()) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'In Restricted Mode Nihilo adds no rule to the settings of a folder, because it does not see those that are there; trust the folder first.',
      ),
    );
    return;
  }
  try {
    await exclude(place);
  } catch (error) {
    void reportFailure(error, log);
  }
}

/** The command: takes back what `dontLearn` has written. */
export async function learnAgain(target: Target | undefined, log: vscode.LogOutputChannel): Promise<void> {
  const place = placeOf(target);
  if (place === null) return sayNothingChosen();
  try {
    if (await include(place)) return;
    const openSettings = vscode.l10n.t('Open Settings');
    const choice = await vscode.window.showInformationMessage(whyStillOut(place), openSettings);
    if (choice === openSettings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'exclude');
    }
  } catch (error) {
    void reportFailure(error, log);
  }
}

/**
 * The command: out of the counts at once, and so that it does not come back; the weights forget by a training, which is offered. In Restricted
 * Mode it is out of the counts only until they are made anew.
 */
export async function forget(
  target: Target | undefined,
  model: WorkspaceModel,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const place = placeOf(target);
  if (place === null) return sayNothingChosen();
  try {
    const shown = withoutLinks(place.path);
    const forgotten = model.forget(pathInOpenFolders(pathOf(place.uri))!);
    if (!mayAddRules()) {
      await forgotten;
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'For now Nihilo counts {0} no more. In Restricted Mode it adds no rule to the settings of a folder, because it does not see those that are there: to keep the file out, trust the folder first, then forget it again.',
          shown,
        ),
      );
      return;
    }
    await Promise.all([forgotten, exclude(place)]);
    const trained = model.isTrained;
    const train = vscode.l10n.t('Train on Workspace');
    const choice = await vscode.window.showInformationMessage(
      trained
        ? vscode.l10n.t(
            'Nihilo counts {0} no more and will not learn from it again. The model forgets it when it is trained anew, not when it is trained further.',
            shown,
          )
        : vscode.l10n.t('Nihilo counts {0} no more and will not learn from it again.', shown),
      ...(trained ? [train] : []),
    );
    if (choice === train) await vscode.commands.executeCommand(commands.train);
  } catch (error) {
    void reportFailure(error, log);
  }
}

function placeOf(target: Target | undefined): Place | null {
  const uri = uriOf(target);
  const folder = uri === null ? undefined : vscode.workspace.getWorkspaceFolder(uri);
  if (uri === null || folder === undefined) return null;
  const path = pathOf(uri).slice(pathOf(folder.uri).length).replace(/^\//, '');
  return path === '' ? null : { folder, path, uri };
}

function uriOf(target: Target | undefined): vscode.Uri | null {
  if (target instanceof vscode.Uri) return target;
  if (target === undefined) return vscode.window.activeTextEditor?.document.uri ?? null;
  if (target.kind !== 'entry') return null;
  return uriInOpenFolders(target.entry.path);
}

async function exclude({ folder, path }: Place): Promise<void> {
  const { WorkspaceFolder } = vscode.ConfigurationTarget;
  await section(folder).update('exclude', excluding(rulesIn(folder, WorkspaceFolder), path), WorkspaceFolder);
}

/** In Restricted Mode the editor says of a folder's rules that there are none; written as a whole with one more, those that are there are lost. */
function mayAddRules(): boolean {
  return vscode.workspace.isTrusted;
}

/** @returns whether there was a rule for exactly this path, wherever it stood */
async function include({ folder, path }: Place): Promise<boolean> {
  const { WorkspaceFolder, Workspace, Global } = vscode.ConfigurationTarget;
  for (const target of [WorkspaceFolder, Workspace, Global]) {
    const rules = including(rulesIn(folder, target), path);
    if (rules === null) continue;
    const value = Object.keys(rules).length === 0 ? undefined : rules;
    await section(folder).update('exclude', value, target);
    return true;
  }
  return false;
}

function whyStillOut({ folder, path }: Place): string {
  const shown = withoutLinks(path);
  const files = vscode.workspace.getConfiguration('files', folder.uri).get<unknown>('exclude');
  const settings = { 'nihilo.exclude': section(folder).get<unknown>('exclude'), 'files.exclude': files };
  for (const [setting, rules] of Object.entries(settings)) {
    const glob = ruleFor(rules, path);
    if (glob === null) continue;
    return vscode.l10n.t(
      '{0} is left out by "{1}" in {2}, which may leave out others, too.',
      shown,
      withoutLinks(glob),
      setting,
    );
  }
  return vscode.l10n.t('{0} is left out by no rule of its own folder.', shown);
}

function section({ uri }: vscode.WorkspaceFolder): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('nihilo', uri);
}

function rulesIn(
  folder: vscode.WorkspaceFolder,
  target: vscode.ConfigurationTarget,
): Record<string, unknown> {
  const set = section(folder).inspect<unknown>('exclude');
  switch (target) {
    case vscode.ConfigurationTarget.WorkspaceFolder:
      return asRules(set?.workspaceFolderValue);
    case vscode.ConfigurationTarget.Workspace:
      return asRules(set?.workspaceValue);
    case vscode.ConfigurationTarget.Global:
      return asRules(set?.globalValue);
  }
}

/** A setting may hold anything. */
function asRules(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function sayNothingChosen(): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Nihilo learns from files in open folders only; open one of them, or choose it in the Explorer.',
    ),
  );
}
