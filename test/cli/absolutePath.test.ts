import path from 'node:path';
import { expect, it } from 'vitest';
import { absolutePath } from '../../extension/cli/absolutePath.ts';

it('takes a dot for the current folder, and an empty path for none', () => {
  expect(absolutePath('.')).toBe(process.cwd().replaceAll(path.sep, '/'));
  expect(() => absolutePath('')).toThrow('A path should name a file or a folder and is empty');
});
