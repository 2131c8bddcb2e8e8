import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../extension/platform/node.ts';
import { readUnchanged } from '../../extension/training/knownText.ts';
import { learntCorpora, withoutRepetition } from '../../extension/training/provenance.ts';

const { files } = nodePlatform();
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-provenance-'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('what is in the weights', () => {
  it('was read when each corpus says, or when all were', () => {
    const corpora = [
      { folders: ['/a'], exclude: [] },
      { folders: ['/b'], exclude: [], readAtMs: 5 },
    ];
    const times = learntCorpora({ corpora, readAtMs: 7 }).map(({ readAtMs }) => readAtMs);
    expect(times).toEqual([7, 5]);
    expect(learntCorpora(null)).toEqual([]);
  });

  it('has the later time of the same folders, unless the later reading left out what the earlier one had', () => {
    const read = (folder: string, exclude: string[], readAtMs: number) => ({
      folders: [folder],
      exclude,
      readAtMs,
    });
    const [a, b] = [read('/a', ['x', 'y'], 1), read('/b', [], 2)];
    expect(withoutRepetition([a, b, read('/a', ['x'], 3)])).toEqual([read('/a', ['x'], 3), b]);
    expect(withoutRepetition([a, b, read('/b', ['x'], 3)])).toEqual([a, b]);
    expect(withoutRepetition([a, read('/a', ['y', 'z'], 3)])).toEqual([read('/a', ['y'], 1)]);
  });

  it('is what was changed in no folder since that folder was read', async () => {
    const corpora = ['one', 'other'].map((name, i) => {
      const folder = join(root, name);
      mkdirSync(folder);
      for (const [j, file] of ['early.txt', 'middle.txt', 'late.txt'].entries()) {
        writeFileSync(join(folder, file), `${name} ${file}\n`.repeat(j + 1));
        utimesSync(join(folder, file), 10 * (j + 1), 10 * (j + 1));
      }
      return { folders: [folder], exclude: [], readAtMs: [15_000, 25_000][i]! };
    });
    const found = await readUnchanged(files, corpora, 1);
    const names = found.map((documents) => [...new Set(documents.map(({ path }) => path))].toSorted());
    expect(names).toEqual([['early.txt'], ['early.txt', 'middle.txt']]);
  });
});
