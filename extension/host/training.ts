import * as vscode from 'vscode';
import { NihiloError } from '../protocol/errors.ts';
import type {
  FineTuneRequest,
  FineTuning,
  TrainingEvent,
  TrainingRequest,
  TrainingStage,
} from '../protocol/training.ts';
import type { TrainingResult } from '../training/client.ts';
import { commands } from './commands.ts';
import { openCorpus, settingSource } from './configuration.ts';
import { reportFailure, spoken } from './failure.ts';
import { trainingSettings } from './settings.ts';
import { underNotification } from './progress.ts';
import { percentOf } from './status.ts';
import type { TrainingStatus } from './trainingStatus.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/**
 * The command: trains with a notification that shows how it goes and can stop it; every failure is said, none is thrown.
 * @returns whether there is a model now that has learnt something
 */
export async function trainOnWorkspace(
  model: WorkspaceModel,
  cores: number,
  log: vscode.LogOutputChannel,
): Promise<boolean> {
  return withProgress(model, log, async () => model.train(await trainingRequest(model, cores)));
}

/** The command: goes on with the training of the model of this workspace, as it began. Likewise. */
export async function trainFurther(
  model: WorkspaceModel,
  cores: number,
  log: vscode.LogOutputChannel,
): Promise<boolean> {
  return withProgress(model, log, async () => model.train(furtherRequest(model, cores)));
}

/** The command: teaches the model of this workspace what was added or changed since it was trained. */
export async function fineTuneOnWorkspace(
  model: WorkspaceModel,
  cores: number,
  log: vscode.LogOutputChannel,
): Promise<boolean> {
  return withProgress(model, log, async () => model.fineTune(fineTuneRequest(model.checkpoint, cores)));
}

async function withProgress(
  model: WorkspaceModel,
  log: vscode.LogOutputChannel,
  begin: () => Promise<TrainingResult>,
): Promise<boolean> {
  try {
    const result = await showProgress(model, begin());
    void announce(result);
    return result.report.fineTuning?.kept !== false;
  } catch (error) {
    if (error instanceof NihiloError && error.code === 'trainingCancelled') {
      void vscode.window.showInformationMessage(spoken(error.sentence));
    } else {
      void reportFailure(error, log);
    }
    return false;
  }
}

/** @throws {NihiloError} corpusEmpty, when no folder is open */
export async function trainingRequest(
  model: Pick<WorkspaceModel, 'checkpoint' | 'beginning'>,
  cores: number,
): Promise<TrainingRequest> {
  const { seconds, ...settings } = trainingSettings(settingSource(), cores);
  const { checkpoint } = model;
  const corpus = openCorpus();
  const base = (await model.beginning()) ?? undefined;
  return { corpus, checkpoint, base, stop: { seconds }, resume: false, ...settings };
}

/**
 * To the end that a training was stopped before; one that has come to its end goes on for as long again.
 * @throws {NihiloError} corpusEmpty, when no folder is open
 */
export function furtherRequest(
  model: Pick<WorkspaceModel, 'checkpoint' | 'state'>,
  cores: number,
): TrainingRequest {
  const { seconds, threads, memoryLimitMb } = trainingSettings(settingSource(), cores);
  const { checkpoint, state } = model;
  const before = state.state === 'ready' ? state.model.seconds : 0;
  const stop = { seconds: before < seconds ? seconds : before + seconds };
  return { corpus: openCorpus(), checkpoint, stop, threads, memoryLimitMb, resume: true };
}

/** Preset and seed are the model's. @throws {NihiloError} corpusEmpty, when no folder is open */
export function fineTuneRequest(checkpoint: string, cores: number): FineTuneRequest {
  const { seconds, threads, memoryLimitMb } = trainingSettings(settingSource(), cores);
  const corpus = openCorpus();
  return {
    model: checkpoint,
    checkpoint,
    corpus,
    replay: null,
    stop: { seconds },
    threads,
    memoryLimitMb,
    seed: null,
  };
}

function showProgress(model: WorkspaceModel, training: Promise<TrainingResult>): Thenable<TrainingResult> {
  const title = `Nihilo ([${vscode.l10n.t('show log')}](command:${commands.showLog}))`;
  return underNotification(
    title,
    () => model.stopTraining(),
    async (report) => {
      const following = model.onDidChange(() => {
        if (model.training !== null) report(percentOf(model.training), messageOf(model.training));
      });
      try {
        return await training;
      } finally {
        following.dispose();
      }
    },
  );
}

function messageOf({ stage, paused, progress, heldOut }: TrainingStatus): string {
  const parts = [paused ? vscode.l10n.t('paused') : stageName(stage)];
  if (stage === 'training' && progress !== null) {
    const { trainBitsPerByte, remainingSeconds } = progress;
    parts.push(vscode.l10n.t('{0} bits per byte', trainBitsPerByte.toFixed(2)));
    if (heldOut !== null)
      parts.push(vscode.l10n.t('{0} on held-out files', heldOut.heldOutBitsPerByte.toFixed(2)));
    if (remainingSeconds !== null && !paused)
      parts.push(vscode.l10n.t('{0} left', duration(remainingSeconds)));
  }
  return parts.join(', ');
}

export function stageName(stage: TrainingStage): string {
  switch (stage) {
    case 'reading':
      return vscode.l10n.t('reading files');
    case 'tokenizing':
      return vscode.l10n.t('tokenizing');
    case 'preparing':
      return vscode.l10n.t('preparing');
    case 'training':
      return vscode.l10n.t('training');
    case 'evaluating':
      return vscode.l10n.t('scoring');
    case 'saving':
      return vscode.l10n.t('saving');
  }
}

/** `m:ss` */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

async function announce({ report, cancelled }: TrainingResult): Promise<void> {
  const score = report.heldOutBitsPerByte.toFixed(2);
  const { fineTuning } = report;
  const sentence =
    fineTuning !== undefined
      ? fineTuned(fineTuning)
      : cancelled
        ? vscode.l10n.t(
            'Training stopped; the best model so far is kept: {0} bits per byte on held-out files.',
            score,
          )
        : vscode.l10n.t('The model is ready: {0} bits per byte on held-out files.', score);
  const inspect = vscode.l10n.t('Open Inspector');
  const choice = await vscode.window.showInformationMessage(sentence, inspect);
  if (choice === inspect) await vscode.commands.executeCommand(commands.openInspector);
}

function fineTuned({ kept, newText, oldText }: FineTuning): string {
  const [before, after, oldBefore, oldAfter] = [
    newText.before,
    newText.after,
    oldText.before,
    oldText.after,
  ].map((bits) => bits.toFixed(2));
  return kept
    ? vscode.l10n.t(
        'The model has learnt the new text: {0} → {1} bits per byte on its held-out part, {2} → {3} on old text.',
        before!,
        after!,
        oldBefore!,
        oldAfter!,
      )
    : vscode.l10n.t(
        'The model stays as it was: nothing did better than {0} bits per byte on new text without forgetting old text.',
        before!,
      );
}

/** Figures and counts only: the log never holds a file's text. */
export function logTraining(event: TrainingEvent, log: vscode.LogOutputChannel): void {
  switch (event.type) {
    case 'stage':
      return log.info(`${event.stage}: ${event.detail}`);
    case 'corpus':
      return log.info(`corpus: ${JSON.stringify(event.corpus)}`);
    case 'progress':
      return log.debug(`progress: ${JSON.stringify(event.progress)}`);
    case 'yardsticks': {
      const { vocabSize, blind, frequency } = event.yardsticks;
      return log.info(`yardsticks: ${JSON.stringify({ vocabSize, blind, frequency })}`);
    }
    case 'sample':
      return;
    case 'heldOut':
      return log.info(`held-out: ${JSON.stringify(event.point)}`);
    case 'failed':
      return log.info(
        `training ${event.error.code === 'trainingCancelled' ? 'stopped' : 'failed'}: ${event.error.code}: ${event.error.message}`,
      );
    case 'done':
      return log.info(`training ended: ${JSON.stringify(event.report)}`);
  }
}
