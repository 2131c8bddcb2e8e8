import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCorpus, readTextsAt } from '../../extension/corpus/corpus.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { withTree } from './folderTree.ts';

const code = 'export const one = 1;\nexport const two = 2;\nexport const three = 3;\n';
const tree = {
  '.gitignore': 'build/\n*.log\n',
  'a.ts': code,
  'src/b.ts': `${code}b\n`,
  'src/deep/.gitignore': 'secret*\n',
  'src/deep/c.ts': `${code}c\n`,
  'src/deep/secret.ts': `${code}d\n`,
  'build/out.ts': `${code}e\n`,
  'run.log': `${code}f\n`,
  'docs/g.md': `${code}g\n`,
  'empty.ts': '',
  'node_modules/x/index.js': `${code}h\n`,
  'package-lock.json': '{}\n',
  'image.png': new Uint8Array([137, 80, 78, 71, 0, 0]),
};

describe('readTextsAt', () => {
  it('reads exactly the files that readCorpus reads, under the same paths and with the same bytes', async () => {
    await withTree(tree, async (folder) => {
      const request = { folders: [folder], exclude: ['docs'] };
      const { documents } = await readCorpus(nodeFiles, request, { seed: 1 });
      const read = new Map<string, string>();
      for (const name of Object.keys(tree)) {
        const [text] = await readTextsAt(nodeFiles, request, path.join(folder, name));
        if (text !== undefined) read.set(text.path, Buffer.from(text.bytes).toString());
      }
      const expected = documents.map((text) => [text.path, Buffer.from(text.bytes).toString()] as const);
      expect([...read].sort()).toEqual([...expected].sort());
      const rules = ['.gitignore', 'src/deep/.gitignore'];
      expect([...read.keys()].sort()).toEqual([...rules, 'a.ts', 'src/b.ts', 'src/deep/c.ts'].sort());
    });
  });

  it('knows nothing of a file outside the folders', async () => {
    await withTree(tree, async (folder) => {
      const request = { folders: [path.join(folder, 'src')], exclude: [] };
      expect(await readTextsAt(nodeFiles, request, path.join(folder, 'a.ts'))).toEqual([]);
    });
  });

  it('names a file of one of several folders as readCorpus does', async () => {
    await withTree(tree, async (folder) => {
      const request = { folders: [path.join(folder, 'src'), path.join(folder, 'docs')], exclude: [] };
      const [text] = await readTextsAt(nodeFiles, request, path.join(folder, 'src/b.ts'));
      expect(text?.path).toBe('src/b.ts');
    });
  });
});

describe('readCorpus', () => {
  it('leaves out what is known, and what was changed later', async () => {
    await withTree(tree, async (folder) => {
      const request = { folders: [folder], exclude: [] };
      const known = [new TextEncoder().encode(code)];
      const { documents, leftOut } = await readCorpus(nodeFiles, request, { seed: 1, known });
      expect(documents.map((text) => text.path)).not.toContain('a.ts');
      expect(leftOut).toContainEqual({ path: 'a.ts', reason: 'known' });
      await expect(readCorpus(nodeFiles, request, { seed: 1, unchangedSinceMs: 0 })).rejects.toMatchObject({
        code: 'corpusEmpty',
      });
      const later = { seed: 1, unchangedSinceMs: Date.now() + 60_000 };
      const all = await readCorpus(nodeFiles, request, later);
      expect(all.documents.map((text) => text.path)).toContain('a.ts');
    });
  });
});
