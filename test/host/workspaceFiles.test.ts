import { expect, it, vi } from 'vitest';
import { followFiles } from '../../extension/host/workspaceFiles.ts';

const editor = vi.hoisted((): { changed: (uri: unknown) => void } => ({ changed: () => {} }));

vi.mock('vscode', () => {
  const folders = ['/work/app', '/work/vendor'];
  const folderOf = ({ path }: { readonly path: string }): string | undefined =>
    folders.find((folder) => path.startsWith(`${folder}/`));
  const never = (): object => ({ dispose: () => {} });
  const onDidChange = (listener: (uri: unknown) => void): object => {
    editor.changed = listener;
    return never();
  };
  return {
    workspace: {
      workspaceFolders: folders.map((path) => ({ uri: { scheme: 'file', path, fsPath: path } })),
      getWorkspaceFolder: folderOf,
      asRelativePath: (uri: { readonly path: string }) => uri.path.slice(folderOf(uri)!.length + 1),
      createFileSystemWatcher: () => ({ ...never(), onDidCreate: never, onDidChange, onDidDelete: never }),
      onDidSaveTextDocument: never,
      onDidChangeTextDocument: never,
      onDidChangeWorkspaceFolders: never,
      onDidChangeConfiguration: never,
      onDidGrantWorkspaceTrust: never,
    },
    window: { onDidChangeTextEditorSelection: never, onDidChangeActiveTextEditor: never },
  };
});

it('tells of what may be learnt from by its names below its folder of the workspace, whatever that is called', () => {
  const told: string[] = [];
  followFiles({ fileChanged: (file: string) => void told.push(file) } as never, {} as never);
  for (const path of [
    '/work/app/src/a.ts',
    '/work/app/node_modules/a/index.js',
    '/work/app/.env',
    '/work/vendor/src/a.ts',
    '/work/vendor/dist/a.js',
    '/elsewhere/a.ts',
  ]) {
    editor.changed({ scheme: 'file', path, fsPath: path });
  }
  expect(told).toEqual(['/work/app/src/a.ts', '/work/vendor/src/a.ts']);
});
