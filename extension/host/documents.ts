import * as vscode from 'vscode';

/** Schemes of documents outside of any folder in which text is written that the model may complete. */
const schemes = ['file', 'untitled', 'vscode-notebook-cell'];

/** Whether a person writes in it: not a log or other output, not an input box. Folders may be of any file system. */
export function isWritten({ uri }: { readonly uri: vscode.Uri }): boolean {
  return schemes.includes(uri.scheme) || isInWorkspace(uri);
}

/** Whether it may be learnt from, as far as its place says. */
export function isInWorkspace(uri: vscode.Uri): boolean {
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}
