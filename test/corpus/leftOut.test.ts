import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../extension/corpus/corpus.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { withTree } from './folderTree.ts';

const code = 'export const one = 1;\nexport const two = 2;\nexport const three = 3;\n';
const tree = {
  'a.ts': code,
  'src/b.ts': `${code}b\n`,
};

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
