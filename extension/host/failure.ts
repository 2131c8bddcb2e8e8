import * as vscode from 'vscode';
import { NihiloError } from '../protocol/errors.ts';

/** Says a failure of something that the user asked for: its one sentence, or for a bug where the rest of the story is. */
export async function reportFailure(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  logFailure(error, log);
  const sentence =
    error instanceof NihiloError
      ? error.message
      : vscode.l10n.t('Something went wrong in Nihilo; the log says where. Please report it with the log.');
  const showLog = vscode.l10n.t('Show Log');
  const choice = await vscode.window.showErrorMessage(sentence, showLog);
  if (choice === showLog) log.show();
}

/** @param doing what failed, for the log */
export function logFailure(error: unknown, log: vscode.LogOutputChannel, doing = ''): void {
  const prefix = doing === '' ? '' : `${doing}: `;
  if (error instanceof NihiloError) log.error(`${prefix}${error.code}: ${error.message}`);
  else log.error(`${prefix}${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}
