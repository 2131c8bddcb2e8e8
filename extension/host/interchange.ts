import * as vscode from 'vscode';
import { interchange } from '../interchange/interchangeClient.ts';
import type { Platform } from '../platform/platform.ts';
import type {
  ExportDtype,
  ExportFormat,
  InterchangeReport,
  InterchangeRequest,
  InterchangeStage,
} from '../protocol/interchange.ts';
import { pathOf } from './configuration.ts';
import { sizeText } from './corpusTree.ts';
import { reportFailure, withoutLinks } from './failure.ts';
import { underNotification } from './progress.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

interface Kind extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  readonly dtype: ExportDtype;
}

/** The command: writes the model that answers to a place that is chosen, for other programs. */
export async function exportModel(
  model: WorkspaceModel,
  platform: Platform,
  log: vscode.LogOutputChannel,
): Promise<void> {
  try {
    const folder = await model.writtenFolder();
    const kind = await vscode.window.showQuickPick(kinds(), {
      placeHolder: vscode.l10n.t('Which program is it for?'),
    });
    const target = kind === undefined ? undefined : await chosenTarget(kind);
    if (kind === undefined || target === undefined) return;
    const { format, dtype } = kind;
    const request = { type: 'export', model: folder, format, dtype, out: pathOf(target) } as const;
    const report = await withProgress(platform, request, vscode.l10n.t('Nihilo: exporting the model…'));
    if (report === null) return;
    log.info(`exported: ${JSON.stringify({ format, dtype, ...report })}`);
    const sentence = vscode.l10n.t(
      'The model is exported to {0} ({1}).',
      withoutLinks(target.fsPath),
      sizeText(report.bytes),
    );
    void vscode.window.showInformationMessage(sentence);
  } catch (error) {
    void reportFailure(error, log);
  }
}

/** The command: puts a model that somebody else has trained in the base's place, once a person has chosen its folder and trusts the workspace. */
export async function importModel(
  model: WorkspaceModel,
  platform: Platform,
  log: vscode.LogOutputChannel,
): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const sentence = vscode.l10n.t('In Restricted Mode no model is imported; trust the workspace first.');
    void vscode.window.showWarningMessage(sentence);
    return;
  }
  try {
    const from = await chosenModel(model);
    if (from === undefined) return;
    const report = await model.import(async (checkpoint) => {
      const request = { type: 'import', from: pathOf(from), checkpoint } as const;
      return withProgress(platform, request, vscode.l10n.t('Nihilo: importing the model…'));
    });
    if (report === null) return;
    log.info(`imported: ${JSON.stringify(report)}`);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'The model is imported ({0} parameters). It completes beside the counts, and a training begins with it.',
        report.parameters.toLocaleString(vscode.env.language),
      ),
    );
  } catch (error) {
    void reportFailure(error, log);
  }
}

function kinds(): Kind[] {
  const { t } = vscode.l10n;
  const folder = t('Hugging Face folder');
  const file = t('GGUF file');
  const transformers = t('transformers, vLLM; can be imported again');
  return [
    { label: `${folder}, f32`, description: transformers, format: 'huggingface', dtype: 'f32' },
    { label: `${folder}, f16`, description: transformers, format: 'huggingface', dtype: 'f16' },
    { label: `${file}, f32`, description: 'llama.cpp', format: 'gguf', dtype: 'f32' },
    { label: `${file}, f16`, description: 'llama.cpp', format: 'gguf', dtype: 'f16' },
    { label: `${file}, q8_0`, description: 'llama.cpp', format: 'gguf', dtype: 'q8_0' },
  ];
}

/** Beside the workspace's folder, not in it, unless somebody wants it there. */
async function chosenTarget({ format, dtype }: Kind): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const name = `${folder?.name ?? 'nihilo'}-${dtype}${format === 'gguf' ? '.gguf' : ''}`;
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Nihilo: Export Model'),
    saveLabel: vscode.l10n.t('Export'),
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder.uri, '..', name) }),
    ...(format === 'gguf' ? { filters: { GGUF: ['gguf'] } } : {}),
  });
}

/** @returns undefined when somebody has thought better of it */
async function chosenModel({ isTrained }: WorkspaceModel): Promise<vscode.Uri | undefined> {
  const label = vscode.l10n.t('Import');
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Nihilo: Import Model'),
      openLabel: label,
      canSelectFolders: true,
      canSelectFiles: false,
      canSelectMany: false,
    })) ?? [];
  if (chosen === undefined || !isTrained) return chosen;
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Replace the model that has learnt from this workspace?'),
    { modal: true, detail: vscode.l10n.t('Your files stay as they are. The model can be trained again.') },
    label,
  );
  return choice === label ? chosen : undefined;
}

/** @returns null when it was cancelled */
function withProgress(
  platform: Platform,
  request: InterchangeRequest,
  title: string,
): Thenable<InterchangeReport | null> {
  const ending = new AbortController();
  return underNotification(
    title,
    () => ending.abort(),
    async (report) => {
      const onStage = (stage: InterchangeStage): void =>
        report(stage === 'reading' ? 0 : 50, stageName(stage));
      try {
        return await interchange(platform, request, onStage, ending.signal);
      } catch (error) {
        if (ending.signal.aborted) return null;
        throw error;
      }
    },
  );
}

function stageName(stage: InterchangeStage): string {
  return stage === 'reading' ? vscode.l10n.t('reading and checking') : vscode.l10n.t('writing');
}
