import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOfPath, pathInWorkspace, workspaceRoots } from '../../extension/corpus/roots.ts';

/** Few names, so that many paths end, or begin, alike. */
const path = fc
  .array(fc.constantFrom('app', 'api', 'lib'), { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join('/')}`);

describe('the folders of a workspace', () => {
  it('have names by which each file is called as no other is, and found', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 5 }), path, (folders, file) => {
        const name = pathInWorkspace(folders, file);
        if (name !== null) expect(fileOfPath(workspaceRoots(folders), name)).toBe(file);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['the last of their paths', ['/code/app', '/code/lib'], ['app/', 'lib/']],
    ['so many that they differ', ['/code/app', '/work/app'], ['code/app/', 'work/app/']],
    [
      'one more where a file of one would be called as one of another',
      ['/home/app', '/work/app/api', '/work/lib/api'],
      ['home/app/', 'app/api/', 'lib/api/'],
    ],
    [
      'no more where it is the other’s file',
      ['/work/app', '/work/app/api', '/work/lib/api'],
      ['app/', 'app/api/', 'lib/api/'],
    ],
    ['none where there is one', ['/code/app'], ['']],
  ])('have as names %s', (_, folders, prefixes) => {
    expect(workspaceRoots(folders).map(({ prefix }) => prefix)).toEqual(prefixes);
  });
});
