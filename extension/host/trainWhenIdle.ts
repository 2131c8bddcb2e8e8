import * as vscode from 'vscode';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { settingSource } from './configuration.ts';
import { isWritten } from './documents.ts';
import { logFailure } from './failure.ts';
import { IdleWatch } from './idleWatch.ts';
import { idleMinutes } from './settings.ts';
import { fineTuneRequest, trainingRequest } from './training.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

const lookEveryMs = 15_000;

/** Trains while nobody types, if somebody has asked for it. Silent but for the status bar and the log; in Restricted Mode nothing is learnt. */
export function trainWhenIdle(
  model: WorkspaceModel,
  platform: Platform,
  log: vscode.LogOutputChannel,
): { dispose(): void }[] {
  const watch = new IdleWatch(performance.now());
  /** a first training that failed would fail again: until something is typed, it is not tried again */
  let isTried = false;
  let isOurs = false;
  const train = async (): Promise<void> => {
    isOurs = true;
    isTried = true;
    log.info('nobody types: training');
    try {
      await (model.isTrained
        ? model.fineTune(fineTuneRequest(model.checkpoint, platform.cores))
        : model.train(await trainingRequest(model, platform.cores)));
    } catch (error) {
      if (!(error instanceof NihiloError && error.code === 'trainingCancelled')) {
        logFailure(error, log, 'training while idle');
      }
    } finally {
      isOurs = false;
    }
  };
  const look = (): void => {
    const minutes = idleMinutes(settingSource());
    if (minutes === null || isTried || model.training !== null || !vscode.workspace.isTrusted) return;
    // One that is loading, or cannot be, must not be trained over.
    if (model.state.state !== 'ready' && model.state.state !== 'missing') return;
    if (watch.isDue(minutes, model.isTrained, performance.now())) void train();
  };
  const timer = setInterval(look, lookEveryMs);
  return [
    { dispose: () => clearInterval(timer) },
    model.onTrainingEvent((event) => {
      if (event.type === 'stage') watch.begun();
      // One that was stopped has not heard all of it.
      if (event.type === 'done' || event.type === 'failed')
        watch.ended(event.type === 'done' && !event.cancelled);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0 || !isWritten(document)) return;
      const characters = contentChanges.reduce(
        (sum, { rangeLength, text }) => sum + rangeLength + text.length,
        0,
      );
      watch.typed(characters, performance.now());
      isTried = false;
      if (isOurs) model.stopTraining();
    }),
  ];
}
