import * as vscode from 'vscode';
import { pathOf } from './configuration.ts';

/** Schemes of documents outside of any folder in which text is written that the model may complete. */
const schemes = ['file', 'untitled', 'vscode-notebook-cell'];

/** Whether a person writes in it: not a log or other output, not an input box. Folders may be of any file system. */
export function isWritten({ uri }: { readonly uri: vscode.Uri }): boolean {
  return schemes.includes(uri.scheme) || isInWorkspace(uri);
}

/** As globs and rules about names see a document: below its folder of the workspace, or whole; a cell is its notebook's. */
export function pathForRules(document: vscode.TextDocument): string {
  const isOurs = (cell: vscode.NotebookCell): boolean => cell.document === document;
  const notebook =
    document.uri.scheme === 'vscode-notebook-cell'
      ? vscode.workspace.notebookDocuments.find((one) => one.getCells().some(isOurs))
      : undefined;
  const uri = notebook?.uri ?? document.uri;
  return isInWorkspace(uri) ? vscode.workspace.asRelativePath(uri, false) : pathOf(uri);
}

/** Whether it may be learnt from, as far as its place says. */
export function isInWorkspace(uri: vscode.Uri): boolean {
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}
