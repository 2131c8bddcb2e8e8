import * as vscode from 'vscode';
import { fileNameReason, folderNameReason } from '../corpus/names.ts';
import { Arrivals } from './arrivals.ts';
import { openDocumentAt } from './completionProvider.ts';
import { pathOf } from './configuration.ts';
import { isInWorkspace, isWritten } from './documents.ts';
import { logFailure } from './failure.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** Tells the model what changes in the workspace: files, however they change, folders and rules, and where somebody writes. */
export function followFiles(model: WorkspaceModel, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const { window, workspace } = vscode;
  const changed = (uri: vscode.Uri): void => {
    if (isInWorkspace(uri) && mayBeLearnt(uri)) model.fileChanged(pathOf(uri));
  };
  const opened = (editor: vscode.TextEditor | undefined): void => {
    if (editor === undefined || !isWritten(editor.document)) return;
    const { prefix, open } = openDocumentAt(editor.document, editor.selection.active);
    model.open(prefix, open).catch((error: unknown) => logFailure(error, log, 'open document'));
  };
  const arrivals = new Arrivals(opened);
  const watcher = workspace.createFileSystemWatcher('**/*');
  return [
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete(changed),
    // The watcher tells the same a moment later.
    workspace.onDidSaveTextDocument(({ uri }) => changed(uri)),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0 || !isWritten(document)) return;
      arrivals.typed();
      model.typed();
    }),
    window.onDidChangeTextEditorSelection(({ textEditor }) => arrivals.moved(textEditor)),
    arrivals,
    workspace.onDidChangeWorkspaceFolders(() => void model.rulesChanged()),
    workspace.onDidChangeConfiguration((change) => {
      const rules = ['files.exclude', 'nihilo.exclude'];
      if (rules.some((name) => change.affectsConfiguration(name))) void model.rulesChanged();
    }),
    // A trusted workspace may take back what its user has excluded.
    workspace.onDidGrantWorkspaceTrust(() => void model.rulesChanged()),
    window.onDidChangeActiveTextEditor(opened),
  ];
}

/** By the names below its folder alone, which spares a look at what builds and package managers write by the thousand. */
function mayBeLearnt(uri: vscode.Uri): boolean {
  const names = vscode.workspace.asRelativePath(uri, false).split('/');
  return (
    names.slice(0, -1).every((name) => folderNameReason(name) === null) &&
    fileNameReason(names.at(-1)!) === null
  );
}
