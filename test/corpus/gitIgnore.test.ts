import { renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exclusion } from '../../extension/corpus/globs.ts';
import { walkRoot } from '../../extension/corpus/walk.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { plant, type Tree, withTree } from './folderTree.ts';
import { makeRepository, notIgnoredByGit } from './gitOracle.ts';

const { files } = nodePlatform();

async function notIgnored(folder: string): Promise<string[]> {
  const walk = await walkRoot(files, { folder, prefix: '' }, new Set(), exclusion([]), () => {});
  return walk.candidates.map((candidate) => candidate.path).sort();
}

/** Few names, so that patterns meet them; some that read like patterns. All ASCII: to git `?` is a byte, here it is a character. */
const name = fc.constantFrom(
  'a',
  'b',
  'ab',
  'abc',
  'A',
  'x.ts',
  'y.ts',
  '#a',
  '!a',
  'a b',
  'a ',
  '[a]',
  'a*',
  '.x',
  'B-',
  'a\nb',
  '\\a',
);

/** One element of a pattern between two slashes. */
const element = fc.oneof(
  { weight: 4, arbitrary: name },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '*',
      '?',
      'a*',
      '*b',
      'a?',
      '*.ts',
      '[ab]',
      '[!a]',
      '[^a]b',
      '[a-c]*',
      '[[:alpha:]]',
      '[]a]',
      'a\\*',
      '\\a',
      '\\#a',
      '\\!a',
      '\\[a]',
      'a\\ ',
    ),
  },
  { weight: 2, arbitrary: fc.constant('**') },
);

const pattern = fc
  .record({
    negated: fc.boolean(),
    anchored: fc.boolean(),
    elements: fc.array(element, { minLength: 1, maxLength: 4 }),
    folder: fc.boolean(),
    ending: fc.constantFrom('', '', '', ' ', '  ', '\r', '\\', '\t'),
  })
  .map(
    ({ negated, anchored, elements, folder, ending }) =>
      `${negated ? '!' : ''}${anchored ? '/' : ''}${elements.join('/')}${folder ? '/' : ''}${ending}`,
  );

const line = fc.oneof(
  { weight: 8, arbitrary: pattern },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '# comment',
      '#',
      ' ',
      '/',
      '//',
      '!',
      '!/',
      'a//b',
      '*',
      '!*',
      '!*/',
      '/*',
      '[',
      '[a',
      '\\',
    ),
  },
);

const rules = fc
  .array(line, { maxLength: 5 })
  .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`));

const folderPath = fc.array(name, { maxLength: 3 }).map((names) => names.join('/'));

interface Planted {
  readonly tree: Tree;
  readonly exclude: string;
}

/** A tree of files with `.gitignore` in some folders; a path that is both a file and a folder stays a folder. */
const planted: fc.Arbitrary<Planted> = fc
  .record({
    paths: fc.array(fc.tuple(folderPath, name), { minLength: 1, maxLength: 60 }),
    rules: fc.array(fc.tuple(folderPath, rules), { minLength: 1, maxLength: 6 }),
    exclude: rules,
  })
  .map(({ paths, rules, exclude }) => {
    const texts = new Map(paths.map(([folder, file]) => [path.posix.join(folder, file), 'text']));
    for (const [folder, text] of rules) texts.set(path.posix.join(folder, '.gitignore'), text);
    const all = [...texts.keys()];
    const tree = Object.fromEntries(
      [...texts].filter(([file]) => !all.some((other) => other.startsWith(`${file}/`))),
    );
    return { tree, exclude };
  });

describe('.gitignore', () => {
  it('keeps exactly the files that git would add, for random trees and rules, from the top or from a folder within', async () => {
    const property = fc.asyncProperty(planted, ({ tree, exclude }) =>
      withTree(tree, async (top) => {
        makeRepository(top, exclude);
        const byGit = notIgnoredByGit(top);
        expect(await notIgnored(top)).toEqual(byGit);
        // Opened on its own, a folder shows the same files; one that git ignores as a whole is opened all the same.
        const folder = byGit.map((file) => path.posix.dirname(file)).find((above) => above !== '.');
        if (folder === undefined) return;
        const below = byGit.filter((file) => file.startsWith(`${folder}/`));
        expect(await notIgnored(`${top}/${folder}`)).toEqual(
          below.map((file) => file.slice(folder.length + 1)),
        );
      }),
    );
    await fc.assert(property, { numRuns: Number(process.env['RUNS'] ?? 60) });
  });

  it('reads each kind of line in a folder below the top as git does', async () => {
    const lines = [
      [
        'a',
        'a ',
        'a\\ ',
        'a\\  ',
        'a\\\\ ',
        'a\t',
        'a\r',
        ' a',
        '\\a',
        'a\\',
        '#a',
        '\\#a',
        '!a',
        '\\!a',
        '*\n!a',
        '\\\\a',
      ],
      [
        '/a',
        '/*',
        '*/',
        '/',
        '//',
        '///a',
        '//a',
        'b/',
        'b//',
        'b/a',
        '/b/a',
        'b/*',
        'b/**',
        'b/**/',
        '**/a',
        '/**/a',
      ],
      [
        '**',
        '**/',
        '/**',
        '/**/',
        '***',
        '*\n!*/',
        '*\n!b',
        '*\n!b/',
        'b\n!b/a',
        'b/*\n!b/a',
        'b/**/a',
        'b/b/**/b/a',
      ],
      [
        '[ab]',
        '[!a]',
        '[^a]*',
        '[a',
        'a[',
        '[]]',
        '[[:lower:]]',
        '?',
        '??',
        '\\?',
        '\\*',
        '*a',
        'a*',
        '*.*',
        '!',
        '!/',
        '',
      ],
    ].flat();
    const names = 'a|a |a\\|\\a| a|a\t|a\r|#a|!a|b/a|b/b/a|b/b/b/a|aa|x.y|*|?|]|[a'.split('|');
    const tree = Object.fromEntries(
      lines.flatMap((text, i) => [
        [`${i}/[a]*/.gitignore`, `${text}\n`],
        ...names.map((file) => [`${i}/[a]*/${file}`, 'text']),
      ]),
    );
    await withTree(tree, async (top) => {
      makeRepository(top);
      const [ours, byGit] = [await notIgnored(top), notIgnoredByGit(top)].map((kept) =>
        lines.map((text, i) => ({ text, kept: kept.filter((file) => file.startsWith(`${i}/`)) })),
      );
      expect(ours).toEqual(byGit);
    });
  });

  const texts = { 'a/b/x.ts': '', 'a/y.ts': '', 'a/y.txt': '', 'z.ts': '', 'z.txt': '' };

  it('is honoured without a repository, from the opened folder on', async () => {
    await withTree({ ...texts, 'a/.gitignore': '*.ts\n' }, async (folder) => {
      expect(await notIgnored(folder)).toEqual(['a/.gitignore', 'a/y.txt', 'z.ts', 'z.txt']);
      expect(await notIgnored(`${folder}/a/b`)).toEqual(['x.ts']);
    });
  });

  it('reaches down from above the opened folder, except that this folder itself is never ignored', async () => {
    await withTree({ ...texts, '.gitignore': 'a/\n*.txt\n' }, async (top) => {
      makeRepository(top);
      expect(await notIgnored(top)).toEqual(['.gitignore', 'z.ts']);
      expect(await notIgnored(`${top}/a`)).toEqual(['b/x.ts', 'y.ts']);
      expect(await notIgnored(`${top}/a/b`)).toEqual(['x.ts']);
    });
  });

  it('ends where another repository begins, as for git', async () => {
    await withTree(
      { ...texts, '.gitignore': '*.ts\n', 'a/b/x.txt': '', 'a/.gitignore': 'b/*.txt' },
      async (top) => {
        makeRepository(top);
        makeRepository(`${top}/a/b`, 'nothing\n');
        expect(await notIgnored(top)).toEqual([
          '.gitignore',
          'a/.gitignore',
          'a/b/x.ts',
          'a/b/x.txt',
          'a/y.txt',
          'z.txt',
        ]);
        expect(await notIgnored(`${top}/a/b`)).toEqual(notIgnoredByGit(`${top}/a/b`));
      },
    );
  });

  it('is a file: a link to one counts for nothing', async () => {
    await withTree({ ...texts, rules: '*.ts\n' }, async (top) => {
      makeRepository(top);
      symlinkSync('rules', path.join(top, '.gitignore'));
      expect(await notIgnored(top)).toEqual(notIgnoredByGit(top).filter((file) => file !== '.gitignore'));
      expect(await notIgnored(top)).toContain('z.ts');
    });
  });

  it('is read with a byte order mark, CRLF and letters beyond ASCII', async () => {
    const tree = {
      'ä/ö.ts': '',
      'ä/.gitignore': '\ufeffö.ts\r\nx\r\n',
      'ä/x': '',
      'ö.ts': '',
      'ü ü/ö.ts': '',
      '.gitignore': '/ü ü\n',
    };
    await withTree(tree, async (top) => {
      makeRepository(top);
      expect(await notIgnored(top)).toEqual(['.gitignore', 'ä/.gitignore', 'ö.ts']);
      expect(await notIgnored(top)).toEqual(notIgnoredByGit(top));
    });
  });

  it('compares letters as core.ignorecase says', async () => {
    for (const ignoreCase of [true, false]) {
      await withTree({ 'BUILD/a.js': '', 'src/X.TS': '', '.gitignore': 'build\n*.ts\n' }, async (top) => {
        makeRepository(top);
        plant(top, {
          '.git/config': `[core]\n\trepositoryformatversion = 0\n\tignorecase = ${ignoreCase}\n`,
        });
        expect(await notIgnored(top)).toEqual(notIgnoredByGit(top));
        expect(await notIgnored(top)).toHaveLength(ignoreCase ? 1 : 3);
      });
    }
  });

  it('goes with the repository’s own exclude file, also from a linked worktree and a submodule', async () => {
    await withTree({ 'main/x.ts': '' }, async (place) => {
      const main = `${place}/main`;
      makeRepository(main, '*.txt\n');
      plant(`${main}/.git/worktrees/side`, {
        HEAD: 'ref: refs/heads/side\n',
        commondir: '../..\n',
        gitdir: `${place}/side/.git\n`,
      });
      plant(`${place}/side`, { '.git': `gitdir: ${main}/.git/worktrees/side\n`, 'a.txt': '', 'a.ts': '' });
      expect(await notIgnored(`${place}/side`)).toEqual(['a.ts']);
      expect(notIgnoredByGit(`${place}/side`)).toEqual(['a.ts']);
      makeRepository(`${main}/module`, '*.log2\n');
      renameSync(`${main}/module/.git`, `${main}/.git/modules`);
      plant(`${main}/module`, { '.git': 'gitdir: ../.git/modules\n', 'b.txt': '', 'b.log2': '' });
      expect(await notIgnored(`${main}/module`)).toEqual(['b.txt']);
      expect(notIgnoredByGit(`${main}/module`)).toEqual(['b.txt']);
      expect(await notIgnored(main)).toEqual(['module/b.txt', 'x.ts']);
    });
  });
});
