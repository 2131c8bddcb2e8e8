import * as vscode from 'vscode';
import { NihiloError, toPlainError } from '../protocol/errors.ts';
import type { InspectorRequest } from '../protocol/inspector.ts';
import { say } from '../protocol/sentence.ts';
import { uriInOpenFolders } from './configuration.ts';

/**
 * Shows a line of a file beside the panel. Only files of the workspace and the one that is looked at are opened.
 * @param looked the editor that is looked at
 * @throws {NihiloError} folderUnreadable
 */
export async function reveal(
  place: Extract<InspectorRequest, { type: 'reveal' }>['place'],
  looked: vscode.TextEditor | undefined,
): Promise<void> {
  const uri = 'uri' in place ? vscode.Uri.parse(place.uri) : uriInOpenFolders(place.file);
  const name = 'uri' in place ? place.uri : place.file;
  const isKnown = uri?.toString() === looked?.document.uri.toString();
  if (uri === null || !(isKnown || vscode.workspace.getWorkspaceFolder(uri) !== undefined)) {
    throw new NihiloError(
      'folderUnreadable',
      say`${name} should be in a folder that is open here and is in none; open its folder to go there.`,
    );
  }
  const at = new vscode.Position(place.line - 1, 0);
  const viewColumn = looked?.viewColumn ?? vscode.ViewColumn.One;
  try {
    await vscode.window.showTextDocument(uri, { viewColumn, selection: new vscode.Range(at, at) });
  } catch (error) {
    const { message } = toPlainError(error);
    throw new NihiloError(
      'folderUnreadable',
      say`${name} should have been opened and could not be (${message}); it may have been moved or deleted since it was counted.`,
      { cause: error },
    );
  }
}
