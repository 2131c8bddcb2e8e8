import { expect, it, vi } from 'vitest';
import { isNamedSecret } from '../../extension/corpus/names.ts';
import { pathForRules } from '../../extension/host/documents.ts';

const editor = vi.hoisted(() => ({ notebooks: [] as unknown[] }));

type Document = Parameters<typeof pathForRules>[0];

vi.mock('vscode', () => ({
  workspace: {
    get notebookDocuments() {
      return editor.notebooks;
    },
    getWorkspaceFolder: ({ path }: Document['uri']) => (path.startsWith('/code/') ? {} : undefined),
    asRelativePath: ({ path }: Document['uri']) => path.slice('/code/'.length),
  },
}));

const documentAt = (scheme: string, path: string, fsPath = path): Document =>
  ({ uri: { scheme, authority: '', path, fsPath } }) as Document;

it('sees a document below its folder, and one that lies in none whole, whatever its slashes are', () => {
  expect(pathForRules(documentAt('file', '/code/src/a.ts'))).toBe('src/a.ts');
  expect(pathForRules(documentAt('file', '/home/me/.npmrc'))).toBe('/home/me/.npmrc');
  for (const file of [String.raw`.aws\credentials`, String.raw`.ssh\id_rsa`, '.npmrc']) {
    const fsPath = 'c:\\Users\\me\\' + file;
    const path = pathForRules(documentAt('file', `/${fsPath.replaceAll('\\', '/')}`, fsPath));
    expect(isNamedSecret(path)).toBe(true);
  }
});

it('sees a cell as its notebook', () => {
  const cell = documentAt('vscode-notebook-cell', '/code/notebooks/a.ipynb');
  editor.notebooks = [
    { uri: documentAt('file', '/code/b.ipynb').uri, getCells: () => [] },
    { uri: documentAt('file', '/code/notebooks/a.ipynb').uri, getCells: () => [{ document: cell }] },
  ];
  expect(pathForRules(cell)).toBe('notebooks/a.ipynb');
});
