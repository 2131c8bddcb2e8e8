import * as vscode from 'vscode';
import { auditInWorker } from '../indexing/auditClient.ts';
import type { Platform } from '../platform/platform.ts';
import type { AuditReport, AuditTally } from '../protocol/audit.ts';
import { openCorpus, settingSource } from './configuration.ts';
import { reportFailure } from './failure.ts';
import { underNotification } from './progress.ts';
import { reproducible } from './settings.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** The command: what the model and the counts can reproduce of the secrets in the workspace. No secret is shown or logged whole. */
export async function auditWorkspace(
  model: WorkspaceModel,
  platform: Platform,
  log: vscode.LogOutputChannel,
): Promise<void> {
  try {
    const report = await withProgress(model, platform);
    if (report === null) return;
    log.info(`audit: ${JSON.stringify(report)}`);
    const showLog = vscode.l10n.t('Show Log');
    const show = isClean(report) ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    const choice = await show(summaryOf(report), showLog);
    if (choice === showLog) log.show();
  } catch (error) {
    void reportFailure(error, log);
  }
}

/** @returns null when it was cancelled */
function withProgress(model: WorkspaceModel, platform: Platform): Thenable<AuditReport | null> {
  const title = vscode.l10n.t('Nihilo: Audit for Secrets');
  const ending = new AbortController();
  return underNotification(
    title,
    () => ending.abort(),
    async (report) => {
      const request = {
        corpus: openCorpus(),
        checkpoint: model.isTrained ? model.checkpoint : null,
        reproducible: reproducible(settingSource()),
        canaries: 0,
      };
      const onProgress = (done: number, all: number): void =>
        report((100 * done) / all, vscode.l10n.t('{0} of {1} strings', done + 1, all));
      try {
        return await auditInWorker(platform, request, onProgress, ending.signal);
      } catch (error) {
        if (ending.signal.aborted) return null;
        throw error;
      }
    },
  );
}

function isClean({ transformer, mixture }: AuditReport): boolean {
  return mixture.found.reproduced === 0 && (transformer?.found.reproduced ?? 0) === 0;
}

function summaryOf({ secrets, transformer, mixture }: AuditReport): string {
  if (secrets === 0) return vscode.l10n.t('No string in the files that are learnt from looks like a secret.');
  // The base, or what was imported, knows none of these files, and was not asked.
  if (transformer === null) return sentenceOf(vscode.l10n.t('Counting alone'), mixture.found);
  const trained = sentenceOf(vscode.l10n.t('The trained model by itself'), transformer.found);
  return `${trained} ${sentenceOf(vscode.l10n.t('What completes'), mixture.found)}`;
}

function sentenceOf(predictor: string, { reproduced, tried }: AuditTally): string {
  return vscode.l10n.t('{0} can reproduce {1} of {2} secrets.', predictor, reproduced, tried);
}
