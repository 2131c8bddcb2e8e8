import * as vscode from 'vscode';
import { NihiloError } from '../protocol/errors.ts';
import type { InspectorRequest } from '../protocol/inspector.ts';
import { say } from '../protocol/sentence.ts';
import { withoutLinks } from './failure.ts';
import { isWithinReach, keptFiles } from './keptFiles.ts';

/**
 * Saves a page of the Inspector's where the user says; one to print is then opened, because a webview cannot print.
 * @throws {NihiloError} storageFailed
 */
export async function keepPage({
  what,
  content,
}: Extract<InspectorRequest, { type: 'keep' }>): Promise<void> {
  const { name, format } = keptFiles[what];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = await vscode.window.showSaveDialog({
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
    ...wordsFor(what),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (file === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(content));
  } catch (error) {
    throw new NihiloError(
      'storageFailed',
      say`${file.path} should have been written and could not be (${error instanceof Error ? error.message : String(error)}); choose another place, or check the folder's permissions.`,
      { cause: error },
    );
  }
  if (format === 'html') await openToPrint(file);
}

function wordsFor(what: keyof typeof keptFiles): { readonly title: string; readonly saveLabel: string } {
  const { l10n } = vscode;
  switch (what) {
    case 'sheet':
      return { title: l10n.t('Save the Sheet as CSV'), saveLabel: l10n.t('Save Sheet') };
    case 'printedSheet':
      return { title: l10n.t('Save the Sheet to Print It'), saveLabel: l10n.t('Save Sheet') };
    case 'printedPass':
      return { title: l10n.t('Save the Whole Pass to Print It'), saveLabel: l10n.t('Save Page') };
    case 'curves':
      return { title: l10n.t('Save the Curves of the Training as CSV'), saveLabel: l10n.t('Save Curves') };
  }
}

/** In the browser of the machine that the file is on; where the editor is elsewhere, somebody has to bring it there. */
async function openToPrint(file: vscode.Uri): Promise<void> {
  const { env, window, l10n } = vscode;
  const here = { remoteName: env.remoteName, isWeb: env.uiKind === vscode.UIKind.Web };
  if (isWithinReach(file, here) && (await env.openExternal(file))) return;
  const show = l10n.t('Show in Explorer');
  const choice = await window.showInformationMessage(
    l10n.t(
      'The page is saved as {0}. This window can’t open it to be printed: download it by its menu in the Explorer, open it in a browser, and print it there.',
      withoutLinks(file.path),
    ),
    ...(vscode.workspace.getWorkspaceFolder(file) === undefined ? [] : [show]),
  );
  if (choice === show) await vscode.commands.executeCommand('revealInExplorer', file);
}
