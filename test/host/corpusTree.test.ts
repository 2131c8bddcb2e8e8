import { describe, expect, it } from 'vitest';
import { childrenOf, isOpenable, nameOf, placeOf, sizeText } from '../../extension/host/corpusTree.ts';
import { type CorpusEntry, pageEntries } from '../../extension/protocol/corpus.ts';

const entry = (path: string, reason: CorpusEntry['reason'] = null): CorpusEntry => {
  return { path, files: 1, bytes: 1, secrets: 0, reason, inModel: false };
};

describe('the tree of what is learnt from', () => {
  it('shows the first entries of a large folder and a line for each further page, which opens to the rest', () => {
    const total = 2 * pageEntries + 7;
    const page = { entries: [entry('a.ts')], total, files: total, bytes: 1 };
    const [first, ...pages] = childrenOf({ side: 'learnt', folder: 'x/', from: 0 }, page);
    expect(first).toMatchObject({ kind: 'entry', entry: { path: 'a.ts' } });
    expect(pages.map((node) => (node.kind === 'page' ? [node.from, node.to] : null))).toEqual([
      [pageEntries, 2 * pageEntries],
      [2 * pageEntries, total],
    ]);
    expect(placeOf(pages[0]!)).toMatchObject({ side: 'learnt', folder: 'x/', from: pageEntries });
    expect(childrenOf({ side: 'learnt', folder: 'x/', from: pageEntries }, page)).toHaveLength(1);
  });

  it('opens folders, but none that is left out as a whole', () => {
    expect(isOpenable(entry('src/'))).toBe(true);
    expect(isOpenable(entry('src/a.ts'))).toBe(false);
    expect(isOpenable(entry('node_modules/', 'dependency'))).toBe(false);
    expect(placeOf({ kind: 'entry', side: 'leftOut', entry: entry('a.ts') })).toBe(null);
  });

  it('names files and sizes', () => {
    expect([nameOf('src/deep/'), nameOf('a.ts'), nameOf('src/b.ts')]).toEqual(['deep', 'a.ts', 'b.ts']);
    expect([0, 999, 1_000, 9_940, 9_960, 999_499, 999_600, 12_000_000].map(sizeText)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '9.9 kB',
      '10 kB',
      '999 kB',
      '1.0 MB',
      '12 MB',
    ]);
  });
});
