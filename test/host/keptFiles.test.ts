import { expect, test } from 'vitest';
import { isWithinReach, keptFiles } from '../../extension/host/keptFiles.ts';

test('what is saved is proposed under a name of its own, which says what kind of file it is', () => {
  const all = Object.values(keptFiles);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, format } of all) expect(name.endsWith(`.${format}`)).toBe(true);
});

test.each([
  ['file', undefined, false, true],
  ['file', 'ssh-remote', false, false],
  ['file', undefined, true, false],
  ['vscode-remote', 'wsl', false, false],
  ['memfs', undefined, false, false],
])(
  'a file of %s with remote %s, in a browser: %s, is within reach of a browser here: %s',
  (scheme, remoteName, isWeb, isHere) => {
    expect(isWithinReach({ scheme }, { remoteName, isWeb })).toBe(isHere);
  },
);
