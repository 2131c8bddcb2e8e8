import { expect, it } from 'vitest';
import { originOf } from '../../extension/platform/address.ts';

it('tells addresses from paths of a disk', () => {
  for (const [path, origin] of [
    ['vscode-vfs://github/owner/repository/a.ts', 'vscode-vfs://github'],
    ['vscode-remote://127.0.0.1:8080/code', 'vscode-remote://127.0.0.1:8080'],
    ['vscode-userdata:///User/storage', 'vscode-userdata://'],
    ['vscode-vfs://github', 'vscode-vfs://github'],
    ['/home/code', ''],
    ['/home/a://b', ''],
    ['c:/code', ''],
    ['c://code', ''],
    ['//server/share', ''],
  ]) {
    expect(originOf(path!)).toBe(origin);
  }
});
