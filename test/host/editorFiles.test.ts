import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pathOf, uriAt } from '../../extension/host/configuration.ts';
import { editorFiles as files } from '../../extension/host/editorFiles.ts';
import { previousFolder } from '../../extension/platform/platform.ts';
import type { Address } from './diskAsEditor.ts';

const editor = vi.hoisted(() => ({
  refuses: (_path: string): boolean => false,
  stats: [] as string[],
  opened: '',
}));

vi.mock('vscode', async () => {
  const { Address, diskAsEditor, EditorFileError } = await import('./diskAsEditor.ts');
  const fs = diskAsEditor((written) => editor.refuses(written));
  const inOpened = (uri: Address): boolean => uri.path.startsWith(editor.opened);
  return {
    Uri: Address,
    FileSystemError: EditorFileError,
    FileType: { File: 1, Directory: 2 },
    workspace: {
      fs: { ...fs, stat: (uri: Address) => (editor.stats.push(uri.path), fs.stat(uri)) },
      get workspaceFolders() {
        return [{ uri: Address.from({ scheme: 'vscode-vfs', authority: 'github', path: editor.opened }) }];
      },
      getWorkspaceFolder: (uri: Address) => (inOpened(uri) ? {} : undefined),
    },
  };
});

let root: string;
const address = (name: string): string => `memory://${root}/${name}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = async (file: string): Promise<string> => new TextDecoder().decode(await files.read(file));

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-editor-files-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('goes from a path to its address and back', () => {
  for (const place of [
    'vscode-vfs://github/owner/a b.ts',
    'vscode-remote://127.0.0.1:80/code/ü#1.ts',
    'vscode-userdata:///User/model',
    '/home/code/a.ts',
  ]) {
    expect(pathOf(uriAt(place))).toBe(place);
  }
});

describe('the files of the editor', () => {
  it('replace a folder as a whole, and leave nothing beside it', async () => {
    const folder = address('model');
    await files.replaceFolder(
      folder,
      new Map([
        ['a', [bytes('1')]],
        ['b', [bytes('2')]],
      ]),
    );
    await files.replaceFolder(folder, new Map([['a', [bytes('3')]]]));
    expect(await files.list(folder)).toEqual([{ name: 'a', type: 'file' }]);
    expect(await text(`${folder}/a`)).toBe('3');
    expect(readdirSync(root)).toEqual(['model']);
  });

  it('replace a file as a whole, and leave the old one, and nothing beside it, where that fails', async () => {
    const file = address('model.gguf');
    for (const content of ['1', '2']) await files.replaceFile(file, [bytes(content)]);
    editor.refuses = (written) => written.includes('model.gguf');
    await expect(files.replaceFile(file, [bytes('3')])).rejects.toMatchObject({ code: 'storageFailed' });
    editor.refuses = () => false;
    expect(await text(file)).toBe('2');
    expect(readdirSync(root).filter((name) => name.includes('gguf'))).toEqual(['model.gguf']);
  });

  it('leave the old folder where the new one cannot be written, and say why', async () => {
    const folder = address('kept');
    await files.replaceFolder(folder, new Map([['a', [bytes('old')]]]));
    editor.refuses = (written) => written.endsWith('/b');
    const replacing = files.replaceFolder(
      folder,
      new Map([
        ['a', [bytes('new')]],
        ['b', [bytes('new')]],
      ]),
    );
    await expect(replacing).rejects.toMatchObject({
      code: 'storageFailed',
      message: expect.stringMatching(/kept.*NoPermissions/) as string,
    });
    editor.refuses = () => false;
    expect(await text(`${folder}/a`)).toBe('old');
    expect(readdirSync(root).filter((name) => name.includes('.kept'))).toEqual([]);
  });

  it('put a folder back that a crash left under its other name, and remove it with all that could bring it back', async () => {
    const folder = address('crashed');
    await files.replaceFolder(previousFolder(folder), new Map([['a', [bytes('old')]]]));
    await files.recoverFolder(folder);
    expect(await text(`${folder}/a`)).toBe('old');
    await files.replaceFolder(previousFolder(folder), new Map([['a', [bytes('older')]]]));
    await files.removeFolder(folder);
    await files.recoverFolder(folder);
    expect(await files.exists(folder)).toBe(false);
    expect(existsSync(path.join(root, 'crashed'))).toBe(false);
  });

  it('follow no link, and say what is not there', async () => {
    symlinkSync(root, path.join(root, 'link'));
    expect(await files.list(`memory://${root}`)).toContainEqual({ name: 'link', type: 'other' });
    expect(await files.exists(address('nothing'))).toBe(false);
    await expect(files.read(address('nothing'))).rejects.toMatchObject({ code: 'storageFailed' });
    await expect(files.list(address('nothing'))).rejects.toMatchObject({ code: 'folderUnreadable' });
  });

  it('ask for nothing around what is opened of a virtual workspace', async () => {
    editor.opened = `${root}/owner/repository`;
    editor.stats.length = 0;
    for (const above of ['/owner/.git', '/.git', '/owner/other/.git']) {
      expect(await files.exists(`vscode-vfs://github${root}${above}`)).toBe(false);
    }
    expect(editor.stats).toEqual([]);
    expect(await files.exists(`vscode-vfs://github${root}/owner/repository/.git`)).toBe(false);
    expect(editor.stats).toEqual([`${root}/owner/repository/.git`]);
  });
});
