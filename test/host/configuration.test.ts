import { expect, it, vi } from 'vitest';
import { pathOf } from '../../extension/host/configuration.ts';

vi.mock('vscode', () => ({}));

it('turns the backslashes of a Windows path into slashes, and leaves those in a name elsewhere', () => {
  for (const [fsPath, expected] of [
    [String.raw`c:\code\my model`, 'c:/code/my model'],
    [String.raw`\\server\share\code`, '//server/share/code'],
    ['/home/code', '/home/code'],
    [String.raw`/home/one\name/code`, String.raw`/home/one\name/code`],
  ]) {
    expect(pathOf({ fsPath } as never)).toBe(expected);
  }
});
