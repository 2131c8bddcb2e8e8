import { beforeEach, expect, it, vi } from 'vitest';
import { readCorpus, readTextsAt } from '../../extension/corpus/corpus.ts';
import { exclusionIn } from '../../extension/corpus/globs.ts';
import { workspaceRoots } from '../../extension/corpus/roots.ts';
import { openCorpus, pathOf, setEnabled } from '../../extension/host/configuration.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { withTree } from '../corpus/folderTree.ts';

/** What stands in the settings of a user and of the workspace that is open. */
const editor = vi.hoisted(() => ({
  isTrusted: true,
  user: {} as Record<string, unknown>,
  workspace: {} as Record<string, unknown>,
  /** by the folder: what its own settings add */
  folders: { '/code': {} } as Record<string, Record<string, boolean>>,
  /** of `nihilo.enabled` as it holds for a document: where it is set */
  enabled: {} as Record<string, boolean>,
  updated: [] as unknown[][],
}));

// VS Code merges the objects of a setting, the workspace's last.
vi.mock('vscode', () => ({
  ConfigurationTarget: { Global: 1, Workspace: 2, WorkspaceFolder: 3 },
  workspace: {
    get isTrusted() {
      return editor.isTrusted;
    },
    get workspaceFolders() {
      return Object.keys(editor.folders).map((fsPath) => {
        const [scheme, rest] = fsPath.includes('://') ? fsPath.split('://') : ['file', fsPath];
        const path = rest!.slice(rest!.indexOf('/'));
        return { uri: { scheme, authority: rest!.slice(0, -path.length), path, fsPath } };
      });
    },
    getConfiguration: (section: string, folder: { readonly fsPath: string; readonly uri?: unknown }) => ({
      get: () =>
        section === 'files'
          ? { ...editor.user, ...editor.workspace, ...editor.folders[folder.fsPath] }
          : undefined,
      inspect: (name: string) =>
        name === 'enabled'
          ? inspected(folder)
          : { defaultValue: {}, globalValue: editor.user, workspaceValue: editor.workspace },
      update: async (...update: unknown[]) => void editor.updated.push(update),
    }),
  },
}));

/** The editor knows the folder's settings only of who has an address. */
function inspected(scope: { readonly uri?: unknown }): Record<string, boolean> {
  const isKnown = (name: string): boolean => scope.uri !== undefined || !name.startsWith('workspaceFolder');
  return Object.fromEntries(Object.entries(editor.enabled).filter(([name]) => isKnown(name)));
}

beforeEach(() => {
  editor.updated = [];
  editor.isTrusted = true;
  editor.user = { '**/private': true };
  editor.workspace = { '**/private': false, '**/fixtures': true };
  editor.folders = { '/code': {} };
});

it('lets a trusted workspace take back what its user has excluded', () => {
  expect(openCorpus().exclude).toEqual(['**/fixtures']);
});

it('lets an untrusted workspace only leave more files out', () => {
  editor.isTrusted = false;
  expect(openCorpus().exclude.toSorted()).toEqual(['**/fixtures', '**/private']);
});

/** No two texts alike: copies are left out, too. */
function unlike(files: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    files.map((file, i) => [
      file,
      Array.from({ length: 20 }, (_, j) => `export const n${i} = ${(7 + i) ** (j % 9)};\n`).join(''),
    ]),
  );
}

it('leaves out of a folder what its own settings exclude, and of all what those of the workspace do', async () => {
  const files = ['one', 'two'].flatMap((name) =>
    ['src/a.ts', 'src/b.ts', 'fixtures/c.ts'].map((file) => `${name}/${file}`),
  );
  await withTree(unlike(files), async (folder) => {
    editor.folders = {
      [`${folder}/one`]: { 'src/a.ts': true },
      [`${folder}/two`]: { 'src/b.ts': true, '**/fixtures': false },
    };
    const request = openCorpus();
    const { documents } = await readCorpus(nodeFiles, request, { seed: 1 });
    const read = ['one/src/b.ts', 'two/fixtures/c.ts', 'two/src/a.ts'];
    expect(documents.map((document) => document.path).toSorted()).toEqual(read);
    for (const file of files) {
      expect(await readTextsAt(nodeFiles, request, `${folder}/${file}`)).toHaveLength(
        Number(read.includes(file)),
      );
    }
  });
});

it('leaves out what its settings exclude where another file lies beside it', async () => {
  editor.user = { '**/*.js': { when: '$(basename).ts' } };
  editor.workspace = {};
  const files = ['both.ts', 'both.js', 'alone.js'];
  await withTree(unlike(files), async (folder) => {
    editor.folders = { [folder]: {} };
    const request = openCorpus();
    const { documents } = await readCorpus(nodeFiles, request, { seed: 1 });
    expect(documents.map(({ path }) => path).toSorted()).toEqual(['alone.js', 'both.ts']);
    for (const [i, count] of [1, 0, 1].entries())
      expect(await readTextsAt(nodeFiles, request, `${folder}/${files[i]}`)).toHaveLength(count);
  });
});

it('leaves out of the whole of a drive or of another file system what its own settings exclude', () => {
  editor.user = editor.workspace = {};
  const opened = ['z:\\', 'memfs:///', 'vscode-vfs://github/'];
  editor.folders = Object.fromEntries(opened.map((folder, i) => [folder, { [`${i}.ts`]: true }]));
  const { folders, exclude } = openCorpus();
  for (const [i, folder] of folders.entries()) {
    const [root] = workspaceRoots([folder]);
    const isExcluded = exclusionIn(root!.folder, exclude);
    expect([0, 1, 2].map((file) => isExcluded(`${file}.ts`))).toEqual([0, 1, 2].map((file) => file === i));
  }
});

it('turns the backslashes of a Windows path into slashes, and leaves those in a name elsewhere', () => {
  for (const [fsPath, expected] of [
    [String.raw`c:\code\my model`, 'c:/code/my model'],
    [String.raw`\\server\share\code`, '//server/share/code'],
    ['/home/code', '/home/code'],
    [String.raw`/home/one\name/code`, String.raw`/home/one\name/code`],
  ]) {
    expect(pathOf({ scheme: 'file', fsPath } as never)).toBe(expected);
  }
});

it.each([
  ['of the user where it is set nowhere', {}, 1],
  ['of the user where it is set there', { globalLanguageValue: false }, 1],
  ['of the workspace where it is set there', { workspaceValue: false }, 2],
  ['of the workspace where its language has it', { globalValue: false, workspaceLanguageValue: false }, 2],
  ['of the folder where it is set there', { workspaceFolderValue: false }, 3],
  ['of the folder before the workspace', { workspaceValue: true, workspaceFolderLanguageValue: false }, 3],
])('switches a language on in the settings %s', async (_, set, target) => {
  editor.enabled = set as Record<string, boolean>;
  await setEnabled({ uri: { scheme: 'file', fsPath: '/code/a.go' }, languageId: 'go' } as never, true);
  expect(editor.updated).toEqual([['enabled', true, target, true]]);
});
