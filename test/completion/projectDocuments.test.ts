import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProjectDocuments } from '../../extension/completion/projectDocuments.ts';
import type { FileChange } from '../../extension/protocol/indexing.ts';

/** Tokens are told apart by the document and its version. */
function idsOf(path: string, version: number): Uint16Array {
  return Uint16Array.from([path.charCodeAt(path.length - 1), version, 0]);
}

/** Counts how often each text is folded in; takes nothing out that is not in. */
function setUp(paths: readonly string[]) {
  const counted = new Map<string, number>();
  const found = new Set<string>();
  const key = (ids: Uint16Array): string => ids.join();
  for (const path of paths) {
    counted.set(key(idsOf(path, 0)), 1);
    found.add(path);
  }
  const counts = {
    documentTokens: 10,
    foldDocument: (ids: Uint16Array, add: boolean, from: number, to: number) => {
      expect([from, to]).toEqual([0, ids.length]);
      const times = (counted.get(key(ids)) ?? 0) + (add ? 1 : -1);
      expect(times).toBeGreaterThanOrEqual(0);
      if (times === 0) counted.delete(key(ids));
      else counted.set(key(ids), times);
    },
  };
  const finder = {
    set: (name: string) => void found.add(name),
    delete: (name: string) => void found.delete(name),
  };
  const documents = new ProjectDocuments(
    counts,
    finder,
    paths.map((path) => ({ path, ids: idsOf(path, 0) })),
  );
  const settled = {
    open: (name: string): void => {
      documents.open(name);
      documents.count(() => false);
    },
    change: (change: FileChange): boolean => {
      const all = documents.change(change);
      documents.count(() => false);
      return all;
    },
    get tokens(): number {
      return documents.tokens;
    },
  };
  const save = (path: string, version: number): FileChange => ({ path, ids: idsOf(path, version) });
  const timesOf = (path: string, version: number): number => counted.get(key(idsOf(path, version))) ?? 0;
  return { documents: settled, counted, found, save, timesOf };
}

describe('ProjectDocuments', () => {
  it('counts a document once, not at all while it is open, and twice after it was saved', () => {
    const { documents, found, save, timesOf } = setUp(['a', 'b']);
    documents.open('a');
    expect([timesOf('a', 0), timesOf('b', 0)]).toEqual([0, 1]);
    expect([...found]).toEqual(['b']);
    documents.change(save('a', 1));
    documents.change(save('b', 1));
    expect([timesOf('a', 0), timesOf('a', 1), timesOf('b', 0), timesOf('b', 1)]).toEqual([0, 0, 0, 2]);
    documents.open('b');
    expect([timesOf('a', 1), timesOf('b', 1)]).toEqual([2, 0]);
    expect([...found]).toEqual(['a']);
  });

  it('is as if a file had never been there when it is gone, and so all files below a folder', () => {
    const { documents, counted, found, save } = setUp(['a', 'd/x', 'd/y']);
    documents.change(save('a', 1));
    documents.open('d/x');
    documents.change({ path: 'a', ids: null });
    documents.change({ path: 'd', ids: null });
    documents.open('a');
    expect([counted.size, found.size, documents.tokens]).toEqual([0, 0, 0]);
  });

  it('lets only the last eight that were saved count twice', () => {
    const paths = [...'abcdefghijkl'];
    const { documents, save, timesOf } = setUp(paths);
    for (const path of paths) documents.change(save(path, 1));
    expect(paths.filter((path) => timesOf(path, 1) === 2)).toEqual(paths.slice(-8));
    expect(paths.filter((path) => timesOf(path, 1) === 1)).toEqual(paths.slice(0, -8));
  });

  it('does nothing for a file that was saved as it was', () => {
    const { documents, save, timesOf } = setUp(['a']);
    expect(documents.change(save('a', 0))).toBe(true);
    expect(timesOf('a', 0)).toBe(1);
  });

  it('leaves a document out that is longer than there is room for, and says so', () => {
    const { documents, counted } = setUp(['a']);
    expect(documents.change({ path: 'a', ids: new Uint16Array(11) })).toBe(false);
    expect(counted.size).toBe(0);
  });

  it('never counts the open document or an old version, and every other one once or twice, whatever happens', () => {
    const event = fc.record({
      path: fc.constantFrom(...'abcdefghijk'),
      what: fc.constantFrom('open', 'save', 'remove'),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { documents, counted, found, save, timesOf } = setUp([...'abc']);
        const versions = new Map<string, number>([...'abc'].map((path) => [path, 0]));
        let open: string | null = null;
        events.forEach(({ path, what }, version) => {
          if (what === 'open') documents.open((open = path));
          else if (what === 'remove') {
            documents.change({ path, ids: null });
            versions.delete(path);
          } else {
            documents.change(save(path, version + 1));
            versions.set(path, version + 1);
          }
        });
        const closed = [...versions].filter(([path]) => path !== open);
        for (const [path, version] of closed) expect([1, 2]).toContain(timesOf(path, version));
        expect(counted.size).toBe(closed.length);
        expect([...found].sort()).toEqual(closed.map(([path]) => path).sort());
        const tokens = [...counted.values()].reduce((sum, times) => sum + 3 * times, 0);
        expect(documents.tokens).toBe(tokens);
      }),
    );
  });

  it('counts in parts what has been decided, in its order, and never one part twice', () => {
    const parts: string[] = [];
    const counts = {
      documentTokens: 10_000,
      foldDocument: (ids: Uint16Array, add: boolean, from: number, to: number) => {
        parts.push(`${add ? '+' : '-'}${ids[0]} ${from}-${to}`);
      },
    };
    const finder = { set: () => {}, delete: () => {} };
    const texts = [5_000, 1_000].map((length, i) => ({
      path: `${i}`,
      ids: new Uint16Array(length).fill(i),
    }));
    const documents = new ProjectDocuments(counts, finder, texts);
    documents.open('0');
    let polls = 0;
    expect(documents.count(() => ++polls > 2)).toBe(false);
    expect(parts).toEqual(['-0 0-2048', '-0 2048-4096']);
    documents.open('1');
    expect(documents.count(() => false)).toBe(true);
    expect(parts.slice(2)).toEqual([
      '-0 4096-5000',
      '+0 0-2048',
      '+0 2048-4096',
      '+0 4096-5000',
      '-1 0-1000',
    ]);
    parts.length = 0;
    documents.setAside('0');
    documents.setAside(null);
    documents.setAside('1');
    documents.count(() => false);
    expect(parts.map((part) => part.split(' ')[0])).toEqual(['-0', '-0', '-0', '+0', '+0', '+0']);
  });
});
