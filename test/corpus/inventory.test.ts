import { describe, expect, it } from 'vitest';
import { Inventory } from '../../extension/corpus/inventory.ts';
import { type CorpusEntry, pageEntries } from '../../extension/protocol/corpus.ts';

function learnt(path: string, bytes = 10, secrets = 0): CorpusEntry {
  return { path, files: 1, bytes, secrets, reason: null, inModel: false };
}

describe('Inventory', () => {
  it('shows a folder at a time, folders first, with the files and bytes of all that is in it', () => {
    const inventory = new Inventory(
      [learnt('b.ts', 1), learnt('src/deep/c.ts', 20, 2), learnt('src/a.ts', 300), learnt('a.ts', 4_000)],
      [],
    );
    const top = inventory.page({ side: 'learnt', folder: '', from: 0 });
    expect(top).toMatchObject({ total: 3, files: 4, bytes: 4_321 });
    expect(top.entries.map(({ path, files, bytes, secrets }) => [path, files, bytes, secrets])).toEqual([
      ['src/', 2, 320, 2],
      ['a.ts', 1, 4_000, 0],
      ['b.ts', 1, 1, 0],
    ]);
    const below = inventory.page({ side: 'learnt', folder: 'src/', from: 0 });
    expect(below.entries.map(({ path }) => path)).toEqual(['src/deep/', 'src/a.ts']);
    expect(inventory.page({ side: 'learnt', folder: 'src/none/', from: 0 }).total).toBe(0);
    expect(inventory.page({ side: 'leftOut', folder: '', from: 0 }).total).toBe(0);
  });

  it('keeps the reason of what is left out, and tells in a folder that something below is still in the model', () => {
    const left = (path: string, reason: CorpusEntry['reason'], inModel = false): CorpusEntry => {
      return { path, files: path.endsWith('/') ? 0 : 1, bytes: null, secrets: 0, reason, inModel };
    };
    const { entries, files } = new Inventory(
      [],
      [left('node_modules/', 'dependency'), left('src/old.ts', 'excluded', true), left('.env', 'secret')],
    ).page({ side: 'leftOut', folder: '', from: 0 });
    expect(entries.map(({ path, reason, inModel }) => [path, reason, inModel])).toEqual([
      ['node_modules/', 'dependency', false],
      ['src/', null, true],
      ['.env', 'secret', false],
    ]);
    expect(files).toBe(2);
  });

  it('gives every one of 50,000 files of a folder on exactly one page, none of which is longer than another allows', () => {
    const paths = Array.from({ length: 50_000 }, (_, i) => `all/file${i}.ts`);
    const inventory = new Inventory(
      paths.map((path) => learnt(path)),
      [],
    );
    const seen: string[] = [];
    for (let from = 0; from < paths.length; from += pageEntries) {
      const page = inventory.page({ side: 'learnt', folder: 'all/', from });
      expect(page.entries.length).toBeLessThanOrEqual(pageEntries);
      expect(page.total).toBe(paths.length);
      for (const { path } of page.entries) seen.push(path);
    }
    expect(seen).toEqual([...paths].sort());
  });
});
