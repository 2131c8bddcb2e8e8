import { beforeEach, expect, it, vi } from 'vitest';
import { openCorpus, pathOf } from '../../extension/host/configuration.ts';

/** What stands in the settings of a user and of the workspace that is open. */
const editor = vi.hoisted(() => ({
  isTrusted: true,
  user: {} as Record<string, boolean>,
  workspace: {} as Record<string, boolean>,
}));

// VS Code merges the objects of a setting, the workspace's last.
vi.mock('vscode', () => ({
  workspace: {
    get isTrusted() {
      return editor.isTrusted;
    },
    workspaceFolders: [{ uri: { scheme: 'file', fsPath: '/code' } }],
    getConfiguration: (section: string) => ({
      get: () => (section === 'files' ? { ...editor.user, ...editor.workspace } : undefined),
      inspect: () => ({ defaultValue: {}, globalValue: editor.user, workspaceValue: editor.workspace }),
    }),
  },
}));

beforeEach(() => {
  editor.isTrusted = true;
  editor.user = { '**/private': true };
  editor.workspace = { '**/private': false, '**/fixtures': true };
});

it('lets a trusted workspace take back what its user has excluded', () => {
  expect(openCorpus().exclude).toEqual(['**/fixtures']);
});

it('lets an untrusted workspace only leave more files out', () => {
  editor.isTrusted = false;
  expect(openCorpus().exclude.toSorted()).toEqual(['**/fixtures', '**/private']);
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
