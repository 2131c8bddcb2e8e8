import { beforeEach, expect, it, vi } from 'vitest';
import { Surprises } from '../../extension/host/surprises.ts';
import type { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { Address } from './diskAsEditor.ts';
import { TextDocument } from './textDocument.ts';

const editor = vi.hoisted(() => ({
  said: [] as string[],
  enabled: true,
  active: undefined as unknown,
}));

vi.mock('vscode', async () => {
  const never = () => ({ dispose: () => {} });
  return {
    ...(await import('./textDocument.ts')),
    DecorationRangeBehavior: { ClosedClosed: 1 },
    ThemeColor: Date,
    l10n: { t: (phrase: string, value: string) => phrase.replace('{0}', value) },
    commands: { executeCommand: () => undefined },
    languages: { registerHoverProvider: never },
    window: {
      get activeTextEditor() {
        return editor.active;
      },
      visibleTextEditors: [],
      createTextEditorDecorationType: never,
      onDidChangeActiveTextEditor: never,
      onDidChangeTextEditorVisibleRanges: never,
      showInformationMessage: async (sentence: string) => void editor.said.push(sentence),
      showErrorMessage: async (sentence: string) => void editor.said.push(sentence),
    },
    workspace: {
      onDidChangeTextDocument: never,
      onDidChangeConfiguration: never,
      getWorkspaceFolder: () => ({}),
      getConfiguration: () => ({ get: (name: string) => (name === 'enabled' ? editor.enabled : undefined) }),
    },
  };
});

function marked(state: 'missing' | 'loading' | 'ready'): readonly string[] {
  const model = {
    state: { state },
    onDidChange: () => ({ dispose: () => {} }),
    holdInspection: () => () => {},
  };
  const surprises = new Surprises(model as unknown as WorkspaceModel, {} as never);
  surprises.mark(true);
  surprises.dispose();
  return editor.said;
}

beforeEach(() => {
  editor.said = [];
  editor.active = { document: new TextDocument(Address.file('/a.py'), 'python', 'x = 1'), visibleRanges: [] };
});

it.each(['missing', 'loading', 'ready'] as const)(
  'where Nihilo is off for the language, that is why nothing is marked, with a model (%s) or without',
  (state) => {
    editor.enabled = false;
    expect(marked(state)).toEqual([
      'Off here, because the setting nihilo.enabled is off for the language python.',
    ]);
  },
);

it('where it is on, somebody is told to train only where there is no model', () => {
  editor.enabled = true;
  expect(marked('ready')).toEqual([]);
  expect(marked('loading')).toEqual([]);
  expect(marked('missing').join()).toMatch(/no model yet .* train it on this workspace/);
});
