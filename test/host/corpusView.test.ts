import { expect, it, vi } from 'vitest';
import { CorpusView } from '../../extension/host/corpusView.ts';
import type { CorpusEntry } from '../../extension/protocol/corpus.ts';

vi.mock('vscode', () => {
  const nothing = { dispose: () => {} };
  const uriOf = (path: string): object => ({ scheme: 'file', authority: '', path, fsPath: path });
  return {
    EventEmitter: class {
      event = (): object => nothing;
      dispose = (): void => {};
    },
    ThemeIcon: { Folder: 'folder', File: 'file' },
    TreeItem: class {
      readonly label: string;
      constructor(label: string) {
        this.label = label;
      }
    },
    TreeItemCollapsibleState: { None: 0, Collapsed: 1 },
    Uri: { file: uriOf },
    l10n: { t: (template: string) => template },
    window: { createTreeView: () => ({ ...nothing, onDidChangeVisibility: () => nothing }) },
    workspace: { workspaceFolders: ['/work/app', '/work/lib'].map((path) => ({ uri: uriOf(path) })) },
  };
});

const never = (): object => ({ dispose: () => {} });
const view = new CorpusView({ onFilesChanged: never, onTrainingEvent: never } as never, {} as never);

function entry(path: string, more: Partial<CorpusEntry> = {}): CorpusEntry {
  return { path, reason: null, bytes: 1, secrets: 0, files: 1, inModel: false, ...more };
}

it.each([
  ['a file', entry('app/a.ts'), 'learnt'],
  ['a folder', entry('app/src/'), 'learnt'],
  ['what a rule leaves out', entry('lib/out/', { reason: 'excluded' }), 'excluded'],
  ['what its name leaves out', entry('lib/.env', { reason: 'secret' }), 'leftOut'],
  ['what is left out and in the model still', entry('app/src/', { inModel: true }), 'leftOut'],
  ['a folder of the workspace, which no rule of its own leaves out,', entry('lib/'), undefined],
])('the menus of %s have what can be done with it', async (_, of, kind) => {
  const item = await view.getTreeItem({ kind: 'entry', side: 'learnt', entry: of });
  expect(item.contextValue).toBe(kind);
});
