import { expect, it, vi } from 'vitest';
import { StatusBar } from '../../extension/host/statusBar.ts';
import type { SilenceRecord } from '../../extension/host/silenceRecord.ts';
import type { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import type { ModelOrigin, ModelState } from '../../extension/protocol/inspector.ts';
import { modelSummary } from './samples.ts';

const item = vi.hoisted(() => ({ text: '', tooltip: '', show: () => {}, dispose: () => {} }));

vi.mock('vscode', () => {
  const never = () => ({ dispose: () => {} });
  return {
    StatusBarAlignment: { Right: 2 },
    l10n: { t: (phrase: string) => phrase },
    window: {
      createStatusBarItem: () => item,
      onDidChangeActiveTextEditor: never,
      onDidChangeTextEditorSelection: never,
    },
    workspace: { onDidChangeConfiguration: never },
  };
});

const silences = { onDidChange: () => ({ dispose: () => {} }), here: () => null } as unknown as SilenceRecord;

/** What the item says of a window in which counts complete alone. */
function shown(origin: ModelOrigin | null): string {
  const state: ModelState =
    origin === null ? { state: 'missing' } : { state: 'ready', model: modelSummary, origin };
  const index = { predicting: 'counts', tokenizer: null, stage: 'weighing', error: null };
  const model = { state, origin, index, training: null, remote: null, onDidChange: silences.onDidChange };
  new StatusBar(model as unknown as WorkspaceModel, silences).dispose();
  return item.tooltip;
}

it('says that a transformer will join where there is one, whoever has trained it, and else that one can be trained', () => {
  expect(shown(null)).toMatch(/Click to train a transformer/);
  for (const origin of ['trained', 'imported', 'base'] as const)
    expect(shown(origin)).toMatch(/transformer joins when/);
});
