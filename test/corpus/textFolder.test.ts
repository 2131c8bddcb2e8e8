import { describe, expect, it } from 'vitest';
import { readAnyTexts } from '../../extension/corpus/corpus.ts';
import { summarizeCounts, summarizeReasons } from '../../extension/corpus/leftOut.ts';
import { type ReadFile, TextFolder } from '../../extension/corpus/textFolder.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { FileEntry } from '../../extension/platform/platform.ts';
import { inEnglish } from '../../extension/protocol/sentence.ts';
import { fakeSecrets } from './fakeSecrets.ts';
import { withTree } from './folderTree.ts';

const { files } = nodePlatform();
const code = (name: string): string => `let ${name} = 1;\n`.repeat(20);
const [, secret] = fakeSecrets['a fine-grained GitHub token']!;

const tree = {
  '.gitignore': 'ignored/\n',
  '.git/config': code('config'),
  '.hidden.ts': code('hidden'),
  'a.ts': code('a'),
  'b/c.ts': `${code('c')}// ${secret}\n`,
  'b/key.ts': `${secret}\n`,
  'b/.env': 'A=1\n',
  'b/ignored/d.ts': code('d'),
  'vendor/e.ts': code('e'),
  'f.min.js': code('f'),
  'g.js': `let g = ${'1+'.repeat(10_000)}1;\n`,
  'h.ts': `// @generated\n${code('h')}`,
  'i.ts': '',
  'j.ts': code('j').repeat(10_000),
  'k.txt': Uint8Array.of(1, 0, 2),
  'l.png': code('l'),
  'm/package-lock.json': code('m'),
  'n.ts': `\uFEFF/* Copyright (c) 2020 somebody. All rights reserved. */\n${code('n')}`,
};

describe('TextFolder', () => {
  it('has the texts of a workspace’s corpus, to the byte, and leaves out as much for the same reasons', async () => {
    await withTree(tree, async (folder) => {
      const corpus = await readAnyTexts(files, { folders: [folder], exclude: [] }, {});
      const texts = await TextFolder.list(files, folder);
      const read: (ReadFile & { path: string })[] = [];
      for (const [i, path] of texts.paths.entries()) read.push({ path, ...(await texts.read(i)) });
      const counts = { ...texts.leftOut };
      for (const { reason } of read) if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1;
      const kept = read.filter(({ text }) => text !== null);
      expect(Object.fromEntries(kept.map(({ path, text }) => [path, text]))).toEqual(
        Object.fromEntries(corpus.texts.map(({ path, bytes }) => [path, bytes])),
      );
      expect(kept.map(({ path }) => path).sort()).toEqual([
        '.gitignore',
        '.hidden.ts',
        'a.ts',
        'b/c.ts',
        'n.ts',
      ]);
      expect(kept.find(({ path }) => path === 'b/c.ts')!.secrets).toBe(1);
      const words = (sentence: string): string[] => sentence.split(', ').sort();
      expect(words(inEnglish(summarizeCounts(counts, Infinity)))).toEqual(
        words(inEnglish(summarizeReasons(corpus.leftOut, Infinity))),
      );
    });
  });

  it('leaves out a file that has grown too large, or has gone, since it was listed', async () => {
    await withTree({ 'a.ts': code('a') }, async (folder) => {
      const grown = { ...files, read: async () => new Uint8Array(2_000_000).fill(97) };
      const texts = await TextFolder.list(grown, folder);
      expect(await texts.read(0)).toMatchObject({ text: null, reason: 'tooLarge' });
      const gone = { ...files, read: (file: string) => files.read(`${file}.gone`) };
      const others = await TextFolder.list(gone, folder);
      expect(await others.read(0)).toEqual({ raw: null, text: null, secrets: 0, reason: 'unreadable' });
    });
  });

  it('has an order that paths, seed and purpose alone decide', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `f${i}/x.ts`);
    const plain = Object.fromEntries(names.map((name) => [name, code('x')]));
    await withTree(plain, async (folder) => {
      const backwards = { ...files, list: async (at: string) => (await files.list(at)).toReversed() };
      const ordered = async (...[from, seed, purpose]: [typeof files, number, 'reading' | 'tokenizer']) => {
        const texts = await TextFolder.list(from, folder);
        return Array.from(texts.order(seed, purpose), (i) => texts.paths[i]);
      };
      const first = await ordered(files, 1, 'reading');
      expect(first.toSorted()).toEqual(names.toSorted());
      expect(await ordered(backwards, 1, 'reading')).toEqual(first);
      expect(await ordered(files, 2, 'reading')).not.toEqual(first);
      expect(await ordered(files, 1, 'tokenizer')).not.toEqual(first);
    });
  });

  it('lists a folder of more folders than a call may have arguments', async () => {
    const many = 150_000;
    const wide = {
      ...files,
      exists: async () => false,
      size: async () => 1,
      list: async (at: string): Promise<FileEntry[]> =>
        at === '/wide'
          ? Array.from({ length: many }, (_, i) => ({ name: `f${i}`, type: 'folder' }))
          : [{ name: 'a.ts', type: 'file' }],
    };
    const { paths } = await TextFolder.list(wide, '/wide');
    expect(paths).toHaveLength(many);
  });
});
