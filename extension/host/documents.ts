import * as vscode from 'vscode';
import { withLineFeeds } from '../shaping/place.ts';
import { pathOf } from './configuration.ts';

/** Schemes of documents outside of any folder in which text is written that the model may complete. */
const schemes = ['file', 'untitled', 'vscode-notebook-cell'];

/** Whether a person writes in it: not a log or other output, not an input box. Folders may be of any file system. */
export function isWritten({ uri }: { readonly uri: vscode.Uri }): boolean {
  return schemes.includes(uri.scheme) || isInWorkspace(uri);
}

/** A document's text, or a part of it, as it is learnt: each line ends with a line feed, whatever the file has. */
export function textIn(document: vscode.TextDocument, range?: vscode.Range): string {
  return withLineFeeds(document.getText(range));
}

/** As globs and rules about names see a document: below its folder of the workspace, or whole; a cell is its notebook's. */
export function pathForRules(document: vscode.TextDocument): string {
  const uri = notebookOf(document)?.uri ?? document.uri;
  return isInWorkspace(uri) ? vscode.workspace.asRelativePath(uri, false) : pathOf(uri);
}

/** @returns undefined where the document is no cell */
function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  const isOurs = (cell: vscode.NotebookCell): boolean => cell.document === document;
  return vscode.workspace.notebookDocuments.find((one) => one.getCells().some(isOurs));
}

/** Text of the other cells of its language above and below a cell, which goes on with what they define; none around any other document. */
export function cellsAround(document: vscode.TextDocument): {
  readonly above: string;
  readonly below: string;
} {
  const cells = (notebookOf(document)?.getCells() ?? [])
    .map((cell) => cell.document)
    .filter((cell) => cell === document || (cell.languageId === document.languageId && !isEmpty(cell)));
  const at = cells.indexOf(document);
  return {
    above: cells
      .slice(0, Math.max(0, at))
      .map((cell) => textIn(cell) + betweenCells)
      .join(''),
    below: cells
      .slice(at + 1)
      .map((cell) => betweenCells + textIn(cell))
      .join(''),
  };
}

/** As statements stand in a file that have nothing to do with each other. */
const betweenCells = '\n\n';

function isEmpty(document: vscode.TextDocument): boolean {
  return document.getText().trim() === '';
}

/** Whether it may be learnt from, as far as its place says. */
export function isInWorkspace(uri: vscode.Uri): boolean {
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}
