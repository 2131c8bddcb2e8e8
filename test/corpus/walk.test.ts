import { symlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LeftOut } from '../../extension/corpus/leftOut.ts';
import { workspaceRoots } from '../../extension/corpus/roots.ts';
import { exclusion, ruleWhen } from '../../extension/corpus/globs.ts';
import { walkRoot } from '../../extension/corpus/walk.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { withTree } from './folderTree.ts';

const { files } = nodePlatform();

async function walk(
  folder: string,
  exclude: readonly string[] = [],
): Promise<{ paths: string[]; leftOut: LeftOut[] }> {
  const { candidates, leftOut } = await walkRoot(
    files,
    { folder, prefix: '' },
    new Set(),
    exclusion(exclude),
    () => {},
  );
  return {
    paths: candidates.map(({ path }) => path).sort(),
    leftOut: leftOut.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

describe('exclusion', () => {
  it.each([
    ['**/*.js', ['a.js', 'b/a.js', 'b/.c/a.js'], ['a.ts', 'a.jsx', 'js']],
    ['*.js', ['a.js', '.js'], ['b/a.js']],
    ['**/build', ['build', 'a/build', '.a/build'], ['builds', 'a/build.ts']],
    ['build/', ['build'], ['a/build']],
    ['./build', ['build'], ['a/build']],
    ['build/**', ['build/a', 'build/a/b', 'build/.a'], ['a/build']],
    ['{a,b}/*.{js,ts}', ['a/x.js', 'b/y.ts'], ['c/x.js', 'a/b/x.js', 'a/x.tsx']],
    ['{**/*.js,**/notes}', ['a.js', 'b/a.js', 'notes', 'b/notes'], ['a.ts']],
    ['a/{**/b,c{,d}}', ['a/b', 'a/x/b', 'a/c', 'a/cd'], ['b', 'a/d']],
    [String.raw`[{]a,b\{c,d}`, ['{a,b{c,d}'], ['a', 'bc']],
    ['{a,b', ['{a,b'], ['a', 'b']],
    ['**/[a-c]?.ts', ['ax.ts', 'd/bé.ts'], ['dx.ts', 'a.ts']],
    ['**/[!a]*.md', ['b.md'], ['a.md']],
    ['!a', ['!a'], ['b']],
    ['a(b)', ['a(b)'], ['ab']],
    ['a|b', ['a|b'], ['a', 'b']],
    ['@(a)+(b)', ['@(a)+(b)'], ['ab', '@a+b']],
    ['**/[+(]*.ts', ['+a.ts', 'a/(b.ts'], ['a.ts']],
    ['', [], ['a', 'b/c']],
  ])('%s', (pattern, matched, others) => {
    const excluded = exclusion([pattern]);
    expect(matched.filter((path) => !excluded(path))).toEqual([]);
    expect(others.filter((path) => excluded(path))).toEqual([]);
  });
});

describe('walkRoot', () => {
  it('leaves out what hangs on the name of another where that lies beside it', async () => {
    const tree = {
      'a.ts': '',
      'a.js': '',
      'b.js': '',
      'b/b.ts': '',
      'c/a.js': '',
      'c/a.spec.js': '',
      'c/a.spec.ts': '',
      'c/.js': '',
      'c/.ts': '',
      'lib.js/x.ts': '',
      'lib.ts': '',
    };
    await withTree(tree, async (folder) => {
      const { paths, leftOut } = await walk(folder, [ruleWhen('**/*.js', '$(basename).ts'), 'nothing']);
      expect(paths).toEqual(['a.ts', 'b.js', 'b/b.ts', 'c/.js', 'c/.ts', 'c/a.js', 'c/a.spec.ts', 'lib.ts']);
      expect(leftOut).toEqual(
        ['a.js', 'c/a.spec.js', 'lib.js/'].map((path) => ({ path, reason: 'excluded' })),
      );
    });
  });

  it('names each thing left out once, a folder for all that is in it', async () => {
    const tree = {
      'src/a.ts': '',
      'src/logo.png': '',
      'src/gen/x.ts': '',
      'node_modules/b/c.js': '',
      'env/pyvenv.cfg': '',
      'env/lib/d.py': '',
      'tmp/e.ts': '',
      '.git/HEAD': '',
      '.gitignore': 'tmp/\n',
      '.env': '',
      'yarn.lock': '',
    };
    await withTree(tree, async (folder) => {
      expect(await walk(folder, ['**/gen'])).toEqual({
        paths: ['.gitignore', 'src/a.ts'],
        leftOut: [
          { path: '.env', reason: 'secret' },
          { path: '.git/', reason: 'versionControl' },
          { path: 'env/', reason: 'dependency' },
          { path: 'node_modules/', reason: 'dependency' },
          { path: 'src/gen/', reason: 'excluded' },
          { path: 'src/logo.png', reason: 'media' },
          { path: 'tmp/', reason: 'ignored' },
          { path: 'yarn.lock', reason: 'lockFile' },
        ],
      });
    });
  });

  it('opens a folder that would be left out within another', async () => {
    await withTree({ 'node_modules/a.ts': '', 'node_modules/pyvenv.cfg': '' }, async (folder) => {
      expect((await walk(`${folder}/node_modules`)).paths).toEqual(['a.ts', 'pyvenv.cfg']);
    });
  });

  it('follows no link: not in a circle, not out of the folder, not to a file', async () => {
    await withTree({ 'a/b/x.ts': '' }, async (folder) => {
      symlinkSync('..', `${folder}/a/b/circle`);
      symlinkSync('/', `${folder}/out`);
      symlinkSync('a/b/x.ts', `${folder}/y.ts`);
      symlinkSync('nowhere', `${folder}/z.ts`);
      const found = await walk(folder);
      expect(found.paths).toEqual(['a/b/x.ts']);
      expect(found.leftOut.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
        'a/b/circle link',
        'out link',
        'y.ts link',
        'z.ts link',
      ]);
    });
  });

  it('finds files of any name', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .map((text) => `${text.replaceAll(/[/\0]/g, '_')}_`)
      .filter((text) => Buffer.byteLength(text) <= 200);
    const property = fc.asyncProperty(
      fc.uniqueArray(fc.tuple(name, name), { selector: (pair) => pair.join('/') }),
      (pairs) => {
        const paths = pairs.map((pair) => pair.join('/'));
        return withTree(Object.fromEntries(paths.map((path) => [path, ''])), async (folder) => {
          expect((await walk(folder)).paths).toEqual(paths.toSorted());
        });
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  it('leaves out a subfolder that can not be read, and fails for the root with what to do', async () => {
    await withTree({ 'a/x.ts': '', 'b/y.ts': '' }, async (folder) => {
      const gone = {
        ...files,
        list: (path: string) => files.list(path.endsWith('/b') ? `${path}/none` : path),
      };
      const found = await walkRoot(gone, { folder, prefix: 'p/' }, new Set(), exclusion([]), () => {});
      expect(found).toEqual({
        candidates: [{ file: `${folder}/a/x.ts`, path: 'p/a/x.ts', place: 'a/x.ts' }],
        leftOut: [{ path: 'p/b/', reason: 'unreadable' }],
      });
      for (const root of [`${folder}/none`, `${folder}/a/x.ts`]) {
        await expect(walk(root)).rejects.toMatchObject({
          code: 'folderUnreadable',
          message: expect.stringMatching(/^Expected to read the folder .*, got .*; check the path\.$/),
        });
      }
    });
  });
});

describe('workspaceRoots', () => {
  it('takes each folder once, however it is written', () => {
    expect(workspaceRoots(['/w/a/', '/w/a', '/w/a//'])).toEqual([{ folder: '/w/a', prefix: '' }]);
    expect(workspaceRoots(['C:\\w\\a\\'])).toEqual([{ folder: 'C:/w/a', prefix: '' }]);
    expect(workspaceRoots(['/'])).toEqual([{ folder: '/', prefix: '' }]);
    expect(workspaceRoots([])).toEqual([]);
  });

  it('tells several folders apart by the shortest end of their paths', () => {
    const prefixes = (...folders: string[]): string[] => workspaceRoots(folders).map(({ prefix }) => prefix);
    expect(prefixes('/w/b', '/w/a')).toEqual(['a/', 'b/']);
    expect(prefixes('/v/web', '/w/web', '/w/api')).toEqual(['v/web/', 'api/', 'w/web/']);
    expect(prefixes('/web', '/x/web')).toEqual(['web/', 'x/web/']);
  });

  it('never gives two folders the same prefix, nor one that begins another’s files', () => {
    const folder = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
      .map((names) => `/${names.join('/')}`);
    const property = fc.property(fc.array(folder, { maxLength: 8 }), (folders) => {
      const roots = workspaceRoots(folders);
      expect(roots.map((root) => root.folder)).toEqual([...new Set(folders)].sort());
      expect(new Set(roots.map(({ prefix }) => prefix)).size).toBe(roots.length);
    });
    fc.assert(property);
  });

  it('asks no other machine because a file says that the repository is there', async () => {
    const elsewhere = '//machine.example/share/git';
    const trees = [
      { '.git': `gitdir: ${elsewhere}\n`, 'a.ts': '' },
      { '.git': `gitdir: /\\machine.example\\share\n`, 'a.ts': '' },
      { '.git': 'gitdir: settings\n', 'settings/commondir': `${elsewhere}\n`, 'a.ts': '' },
    ];
    for (const tree of trees) {
      await withTree(tree, async (folder) => {
        const asked: string[] = [];
        const told = {
          ...files,
          exists: (target: string) => (asked.push(target), files.exists(target)),
          size: (target: string) => (asked.push(target), files.size(target)),
        };
        const root = { folder, prefix: '' };
        const { candidates } = await walkRoot(told, root, new Set(), exclusion([]), () => {});
        expect(candidates.map(({ path }) => path)).toContain('a.ts');
        expect(asked.length).toBeGreaterThan(0);
        expect(asked.filter((target) => !target.startsWith(folder) && /machine/.test(target))).toEqual([]);
      });
    }
  });
});
