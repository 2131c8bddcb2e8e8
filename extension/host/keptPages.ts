import * as vscode from 'vscode';
import type { InspectorRequest } from '../protocol/inspector.ts';

/** Saves a sheet where the user says; a page to print is then opened, because a webview cannot print. */
export async function keepPage({
  format,
  content,
}: Extract<InspectorRequest, { type: 'keep' }>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = await vscode.window.showSaveDialog({
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, `pencil.${format}`) }),
    filters: { [format.toUpperCase()]: [format] },
    saveLabel: vscode.l10n.t('Save Sheet'),
  });
  if (file === undefined) return;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(content));
  if (format === 'html') await vscode.env.openExternal(file);
}
