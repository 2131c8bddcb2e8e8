import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrainerState } from '../../extension/engine/checkpoint.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { readUnchanged } from '../../extension/training/knownText.ts';
import { learntCorpora, withoutRepetition } from '../../extension/training/provenance.ts';
import { trainPencil } from './pencilTraining.ts';

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

describe('a training', () => {
  const source = new URL('../../extension/', import.meta.url).pathname;
  const learnt = async (model: string) =>
    (await readTrainerState(files, model)).provenance!.corpora.map(({ folders, readAtMs }) => ({
      folder: folders[0],
      readAtMs,
    }));

  it('remembers the folders of the model that it goes on from, or begins with, with their times', async () => {
    const [code, other, first] = [join(root, 'code'), join(root, 'protocol'), join(root, 'first')];
    cpSync(join(source, 'corpus'), code, { recursive: true });
    cpSync(join(source, 'protocol'), other, { recursive: true });
    await trainPencil(code, first, { stop: { steps: 5 } });
    const before = await learnt(first);
    expect(before.map(({ folder }) => folder)).toEqual([code]);
    const resumed = join(root, 'resumed');
    cpSync(first, resumed, { recursive: true });
    await trainPencil(other, resumed, { resume: true, stop: { steps: 10 } });
    const both = await learnt(resumed);
    expect(both).toEqual([before[0], { folder: other, readAtMs: expect.any(Number) }]);
    expect(both[1]!.readAtMs).toBeGreaterThan(before[0]!.readAtMs!);
    // Read again, whole.
    await trainPencil(code, resumed, { resume: true, stop: { steps: 15 } });
    const again = await learnt(resumed);
    expect(again.map(({ folder }) => folder)).toEqual([code, other]);
    expect(again[0]!.readAtMs).toBeGreaterThan(both[1]!.readAtMs!);

    const based = join(root, 'based');
    const base = { preset: 'base', vocabSize: undefined, stop: { steps: 2 } } as const;
    await trainPencil(other, based, { ...base, base: first });
    expect((await learnt(based)).map(({ folder }) => folder)).toEqual([code, other]);
    // As the base that is shipped.
    const state = join(first, 'trainer_state.json');
    writeFileSync(state, JSON.stringify({ ...JSON.parse(readFileSync(state, 'utf8')), provenance: null }));
    await trainPencil(other, based, { ...base, base: first });
    expect((await learnt(based)).map(({ folder }) => folder)).toEqual([other]);
  });
});
