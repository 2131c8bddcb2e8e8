import { beforeEach, describe, expect, it, vi } from 'vitest';
import { furtherRequest, logTraining, trainOnWorkspace } from '../../extension/host/training.ts';
import { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { TrainingCommand, TrainingEvent } from '../../extension/protocol/training.ts';
import { modelSummary } from './samples.ts';
import { ScriptedPlatform } from './scriptedPlatform.ts';

/** What the editor was asked to show: [kind, sentence]. */
const shown = vi.hoisted((): [kind: string, sentence: string][] => []);

vi.mock('vscode', () => ({
  ProgressLocation: { Notification: 15 },
  l10n: { t: (sentence: string) => sentence },
  window: {
    withProgress: (_: unknown, task: (progress: unknown, stop: unknown) => unknown) =>
      task({ report: () => {} }, { onCancellationRequested: () => ({ dispose: () => {} }) }),
    showInformationMessage: async (sentence: string) => void shown.push(['information', sentence]),
    showErrorMessage: async (sentence: string) => void shown.push(['error', sentence]),
  },
  workspace: {
    isTrusted: true,
    workspaceFolders: [{ uri: { scheme: 'file', fsPath: '/code' } }],
    getConfiguration: () => ({ get: () => undefined, inspect: () => undefined }),
  },
}));

function setUp() {
  const platform = new ScriptedPlatform<TrainingCommand, TrainingEvent>();
  const model = new WorkspaceModel(platform, '/storage/model', {
    corpus: () => ({ folders: ['/code'], exclude: [] }),
    reproducible: () => false,
    base: () => null,
  });
  const lines: [level: string, line: string][] = [];
  const log = {
    info: (line: string) => void lines.push(['info', line]),
    error: (line: string) => void lines.push(['error', line]),
  };
  model.onTrainingEvent((event) => logTraining(event, log as never));
  return { platform, model, log: log as never, lines };
}

beforeEach(() => void (shown.length = 0));

describe('trainOnWorkspace', () => {
  it('says that a training was stopped while it read the files, and calls it no failure', async () => {
    const { platform, model, log, lines } = setUp();
    const training = trainOnWorkspace(model, platform.cores, log);
    await new Promise(setImmediate);
    platform.worker.reply({ type: 'stage', stage: 'reading', detail: '' });
    model.stopTraining();
    await training;
    expect(shown).toEqual([
      ['information', expect.stringContaining('stopped before there was anything to keep')],
    ]);
    expect(lines.map(([level]) => level)).not.toContain('error');
    expect(lines.at(-1)?.[1]).toMatch(/^training stopped: trainingCancelled/);
  });

  it('says a failure as an error', async () => {
    const { platform, model, log } = setUp();
    const training = trainOnWorkspace(model, platform.cores, log);
    await new Promise(setImmediate);
    platform.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('corpusEmpty', say`No text.`)),
    });
    await training;
    expect(shown).toEqual([['error', 'No text.']]);
  });
});

describe('furtherRequest', () => {
  // The setting's default.
  const seconds = 60;

  it.each([
    [20, 'was stopped: to the end that it had', seconds],
    [seconds, 'has come to its end: for as long again', 2 * seconds],
    [150, 'was gone on with before: for as long again', 150 + seconds],
  ])('goes on with a training of %i s that %s', (before, _, until) => {
    const model = { ...modelSummary, seconds: before };
    const request = furtherRequest(
      { checkpoint: '/storage/model', state: { state: 'ready', model, origin: 'trained' } },
      2,
    );
    expect(request).toEqual({
      corpus: { folders: ['/code'], exclude: [] },
      checkpoint: '/storage/model',
      stop: { seconds: until },
      threads: 1,
      memoryLimitMb: expect.any(Number),
      // All else is as it began.
      resume: true,
    });
  });
});
