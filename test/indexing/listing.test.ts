import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTexts } from '../../extension/corpus/corpus.ts';
import { writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Lister } from '../../extension/indexing/listing.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import type { CorpusEntry, CorpusQuery } from '../../extension/protocol/corpus.ts';
import type { CorpusRequest } from '../../extension/protocol/training.ts';
import { tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { fakeSecrets } from '../corpus/fakeSecrets.ts';
import { withTree } from '../corpus/folderTree.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { untrainedState } from '../engine/untrainedState.ts';

const code = 'export const one = 1;\nexport const two = 2;\n';
const [, secret] = fakeSecrets['an npm token']!;
const tree = {
  'a.ts': code,
  'src/b.ts': `${code}const token = '${secret}';\n`,
  'src/empty.ts': '',
  'src/old/c.ts': `${code}c\n`,
  '.env': 'A=1\n',
  'node_modules/x/index.js': `${code}x\n`,
};

function query(folder: string, change: Partial<CorpusQuery> = {}): CorpusQuery {
  const corpus = { folders: [folder], exclude: ['src/old'] };
  return { corpus, checkpoint: `${folder}-none`, edition: 1, side: 'learnt', folder: '', from: 0, ...change };
}

/** A model that says it was trained on these folders. */
async function writeModel(folder: string, corpus: CorpusRequest): Promise<void> {
  const tokenizer = trainTokenizer([new TextEncoder().encode(code)], 270);
  const config = presetConfig('pencil', tokenizer.vocabSize);
  await writeCheckpoint(nodeFiles, folder, {
    config,
    tensors: randomTensors(config, 1),
    tokenizerJson: tokenizerToJson(tokenizer),
    trainerState: untrainedState({ provenance: { corpora: [corpus], readAtMs: Date.now() } }),
    optimizer: null,
  });
}

/** Every file and folder of a side, however deep. */
async function all(lister: Lister, asked: CorpusQuery): Promise<CorpusEntry[]> {
  const { entries } = await lister.page(asked);
  const below = entries
    .filter(({ path: name, reason }) => name.endsWith('/') && reason === null)
    .map((entry) => all(lister, { ...asked, folder: entry.path }));
  return [...entries, ...(await Promise.all(below)).flat()];
}

describe('a listing of the corpus', () => {
  it('has exactly the files that an index reads, with the bytes of their texts, and says what was taken out of them', async () => {
    await withTree(tree, async (folder) => {
      const asked = query(folder);
      const files = (await all(new Lister(nodeFiles), asked)).filter(({ path: name }) => !name.endsWith('/'));
      const { texts } = await readTexts(nodeFiles, asked.corpus, {});
      expect(files.map(({ path: name, bytes }) => [name, bytes]).sort()).toEqual(
        texts.map(({ path: name, bytes }) => [name, bytes.length]).sort(),
      );
      expect(files.find(({ path: name }) => name === 'src/b.ts')?.secrets).toBe(1);
    });
  });

  it('gives the reason and the size of everything that is left out', async () => {
    await withTree(tree, async (folder) => {
      const left = await all(new Lister(nodeFiles), query(folder, { side: 'leftOut' }));
      expect(left.map(({ path: name, reason, bytes }) => [name, reason, bytes]).sort()).toEqual([
        ['.env', 'secret', 4],
        ['node_modules/', 'dependency', null],
        ['src/', null, 0],
        ['src/empty.ts', 'empty', 0],
        ['src/old/', 'excluded', null],
      ]);
    });
  });

  it('says of what is excluded by now that the model, which was trained before, has it, and of nothing else', async () => {
    await withTree({ ...tree, 'a2.ts': `${code}2\n` }, async (folder) => {
      const checkpoint = `${folder}-model`;
      try {
        await writeModel(checkpoint, { folders: [folder], exclude: ['a2.ts'] });
        const asked = query(folder, { checkpoint, side: 'leftOut' });
        const corpus = { folders: [folder], exclude: ['src/old', 'a2.ts', 'src/b.ts'] };
        const left = await all(new Lister(nodeFiles), { ...asked, corpus });
        expect(
          left
            .filter(({ inModel }) => inModel)
            .map(({ path: name }) => name)
            .sort(),
        ).toEqual(['src/', 'src/b.ts', 'src/old/']);
      } finally {
        rmSync(checkpoint, { recursive: true, force: true });
      }
    });
  });

  it('reads anew for another edition only, and has nothing to say against a folder without text', async () => {
    await withTree({ 'a.ts': code, 'b.ts': `${code}b\n` }, async (folder) => {
      const lister = new Lister(nodeFiles);
      const files = async (edition: number): Promise<number> =>
        (await lister.page(query(folder, { edition }))).files;
      expect(await files(1)).toBe(2);
      writeFileSync(path.join(folder, 'c.ts'), `${code}c\n`);
      expect([await files(1), await files(2)]).toEqual([2, 3]);
      for (const name of ['a.ts', 'b.ts', 'c.ts']) rmSync(path.join(folder, name));
      expect(await files(3)).toBe(0);
    });
  });
});
