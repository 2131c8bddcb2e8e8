import * as vscode from 'vscode';
import { NihiloError, type PlainError, toPlainError } from '../protocol/errors.ts';
import type { Sentence } from '../protocol/sentence.ts';

/** A sentence from anywhere in the language of the editor. */
export function spoken({ template, values }: Sentence): string {
  const texts = values.map((value) =>
    typeof value === 'object' ? spoken(value) : withoutLinks(String(value)),
  );
  return vscode.l10n.t(template, ...texts);
}

/**
 * Text of a workspace, such as a file's name, within a message: of `[…](command:…)` the editor makes a link that runs the command, in
 * Restricted Mode, too. A space of no width is between the two then.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', ']\u200b(');
}

/** A failure in the language of the editor: its one sentence, or for a bug where the rest of the story is. */
export function spokenFailure(error: PlainError): string {
  return error.code === 'bug'
    ? vscode.l10n.t('Something went wrong in Nihilo; the log says where. Please report it with the log.')
    : spoken(error.sentence);
}

/** Says a failure of something that the user asked for. */
export async function reportFailure(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  logFailure(error, log);
  const showLog = vscode.l10n.t('Show Log');
  const choice = await vscode.window.showErrorMessage(spokenFailure(toPlainError(error)), showLog);
  if (choice === showLog) log.show();
}

/** @param doing what failed, for the log */
export function logFailure(error: unknown, log: vscode.LogOutputChannel, doing = ''): void {
  const prefix = doing === '' ? '' : `${doing}: `;
  if (error instanceof NihiloError) log.error(`${prefix}${error.code}: ${error.message}`);
  else log.error(`${prefix}${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}
