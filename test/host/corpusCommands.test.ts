import { expect, it, vi } from 'vitest';
import { forget } from '../../extension/host/corpusCommands.ts';

const { editor, Uri } = vi.hoisted(() => ({
  editor: { isTrusted: true, said: [] as string[], excluded: [] as unknown[] },
  Uri: class {
    readonly scheme = 'file';
    readonly path: string;
    readonly fsPath: string;

    constructor(path: string) {
      this.path = path;
      this.fsPath = path;
    }
  },
}));

vi.mock('vscode', () => {
  const folder = { uri: new Uri('/code') };
  return {
    Uri,
    ConfigurationTarget: { Global: 1, Workspace: 2, WorkspaceFolder: 3 },
    l10n: { t: (template: string, ...values: string[]) => template.replace('{0}', values[0]!) },
    window: { showInformationMessage: async (sentence: string) => void editor.said.push(sentence) },
    workspace: {
      get isTrusted() {
        return editor.isTrusted;
      },
      workspaceFolders: [folder],
      getWorkspaceFolder: () => folder,
      getConfiguration: () => ({
        inspect: () => undefined,
        update: async (_: string, rules: unknown) => void editor.excluded.push(rules),
      }),
    },
  };
});

it.each([
  ['a trusted workspace', true, /^Nihilo counts src\/a.ts no more and will not learn from it again\.$/],
  ['Restricted Mode', false, /takes effect once you trust it\.$/],
])('in %s says of a file that is to be forgotten what holds there, once', async (_, isTrusted, sentence) => {
  Object.assign(editor, { isTrusted, said: [], excluded: [] });
  const forgotten: string[] = [];
  const model = { isTrained: false, forget: async (path: string) => void forgotten.push(path) };
  await forget(new Uri('/code/src/a.ts') as never, model as never, {} as never);
  expect(forgotten).toEqual(['src/a.ts']);
  expect(editor.excluded).toEqual([{ 'src/a.ts': true }]);
  expect(editor.said).toEqual([expect.stringMatching(sentence)]);
});
