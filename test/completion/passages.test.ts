import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passagesOf, passageTokens } from '../../extension/completion/passages.ts';
import type { ProjectDocument } from '../../extension/completion/projectDocuments.ts';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';

/** Id 9 ends a text, id 1 ends a line. */
const endOfText = 9;
const lineFeeds = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
const documentOf = (name: string, length: number): ProjectDocument => ({
  path: name,
  ids: Uint16Array.from({ length: length + 1 }, (_, i) => (i === length ? endOfText : i % 5)),
});

describe('passages of a workspace', () => {
  it('are all of it where it is small, each file once, with the line on which each token begins', () => {
    const documents = [documentOf('a', 7), documentOf('b', 2 * passageTokens + 3), documentOf('empty', 0)];
    const { passages, tokens } = passagesOf(documents, lineFeeds);
    expect(tokens).toBe(documents.reduce((sum, { ids }) => sum + ids.length, 0));
    for (const { path: file, ids } of documents) {
      const own = passages.filter((passage) => passage.file === file);
      const inOrder = own.toSorted((a, b) => a.lines[0]! - b.lines[0]!);
      const text = inOrder.flatMap((passage) => [...passage.ids]);
      // What ends a text stands before it.
      expect(text).toEqual(ids.length === 1 ? [] : [endOfText, ...ids.subarray(0, -1)]);
      const lines = inOrder.flatMap((passage) => [...passage.lines]).slice(1);
      let line = 1;
      lines.forEach((here, i) => {
        expect(here).toBe(line);
        if (ids[i] === 1) line++;
      });
    }
  });

  it('of a large one are so many tokens at most, from its beginning to its end, and the first few are from everywhere', () => {
    const documents = Array.from({ length: 100 }, (_, i) => documentOf(`${i}`, passageTokens));
    const { passages } = passagesOf(documents, lineFeeds, 10 * passageTokens);
    const files = passages.map(({ file }) => Number(file));
    expect(files.toSorted((a, b) => a - b)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    const [first, second, third] = files;
    expect(Math.abs(first! - second!)).toBeGreaterThanOrEqual(20);
    expect(Math.abs(second! - third!)).toBeGreaterThanOrEqual(20);
  });

  it('know the lines of a file whose licence was left out', () => {
    const removed = { before: 1, lines: 10 };
    const [passage] = passagesOf([{ ...documentOf('a', 12), removed }], lineFeeds).passages;
    expect([...passage!.lines]).toEqual([1, 1, 1, 12, 12, 12, 12, 12, 13, 13, 13, 13, 13]);
  });
});

describe('an index', () => {
  let code: ReturnType<typeof folderOfCode>;
  let served: ServedIndex;
  beforeAll(async () => {
    code = folderOfCode('protocol');
    const [index] = await builtIndexes(code.folder, path.join(code.folder, 'none'), 1);
    served = new ServedIndex(compiled('baseline').module, index!);
  });
  afterAll(() => code.remove());

  it('tells passages whose tokens stand in the files on the lines that they name', () => {
    const tokenizer = tokenizerFromJson(served.tokenizerJson);
    const { passages } = served.passages();
    expect(passages.length).toBeGreaterThan(10);
    for (const { file, ids, lines } of passages.slice(0, 20)) {
      const text = readFileSync(path.join(code.folder, file), 'utf8').split('\n');
      const byLine = Map.groupBy([...ids.keys()], (i) => lines[i]!);
      for (const [line, places] of [...byLine].slice(1, -1)) {
        const said = new TextDecoder().decode(tokenizer.decode(places.map((i) => ids[i]!)));
        // A token may go over the end of a line: what is left of it then is the end of the next line.
        const [rest] = said.split('\n');
        expect(text[line - 1]!.endsWith(rest!), `${file}:${line} ${said}`).toBe(true);
      }
    }
  });

  it('counts each token as often as a plain loop over its documents does, after a change, too', async () => {
    const tokenizer = tokenizerFromJson(served.tokenizerJson);
    const counted = (): number[] => {
      const counts = Array.from({ length: tokenizer.vocabSize }, () => 0);
      for (const { ids } of served.passages().passages) for (const id of ids) counts[id]!++;
      return counts;
    };
    expect([...served.frequencies]).toEqual(counted());
    const ids = Uint16Array.of(
      ...tokenizer.encode(new TextEncoder().encode('egret egret\n')),
      tokenizer.endOfText,
    );
    await served.learn([{ path: 'egret.ts', ids }], async () => {});
    expect(served.passages().passages.some(({ file }) => file === 'egret.ts')).toBe(true);
    expect([...served.frequencies]).toEqual(counted());
  });
});
