import { describe, expect, it } from 'vitest';
import { CountsAndCache } from '../../extension/counts/countsAndCache.ts';
import { callShare } from '../../extension/calling/textWithCalls.ts';
import { type Application, applicationOf, scoreCalls } from '../../extension/evaluation/calls.ts';
import { heldOutText } from '../../extension/evaluation/heldOutText.ts';
import { splitByFolders } from '../../extension/evaluation/split.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';

const encoder = new TextEncoder();
const training = ['const heronry = open();\n', 'run(heronry);\n'].map((text) =>
  encoder.encode(text.repeat(9)),
);
const tokenizer = trainTokenizer(training, 300);
const heldOut = 'run(puffinry);\nrun(puffinry);\n';
const texts = [heldOutText(tokenizer, 'new.ts', encoder.encode(heldOut), null)];

/** Asks everywhere, or nowhere; a message tells it nothing. */
class Asking extends CountsAndCache {
  readonly asks: number;
  readonly context: readonly number[] = [];

  constructor(asks: number) {
    super(
      training.map((bytes) => Uint16Array.from([...tokenizer.encode(bytes), tokenizer.endOfText])),
      tokenizer.vocabSize,
    );
    this.asks = asks;
  }

  consult(): void {}
}

async function report(asks: number, application: Application) {
  const isSeen = (name: string): boolean => name === 'run';
  const task = { tokenizer, texts, application, isSeen };
  return (await scoreCalls(new Asking(asks), task, () => Promise.resolve()))!;
}
const knowing: Application = { names: () => ['puffinry'] };

describe('what function calling is worth', () => {
  it('is a name that no training text has, where the model asks and the application knows it', async () => {
    const { all, elsewhere, unseen, needless } = await report(callShare, knowing);
    expect(all).toMatchObject({ places: 2, asked: 1, told: 0.5 });
    expect(elsewhere.places).toBe(1);
    expect(unseen).toEqual({
      places: 1,
      without: 0,
      withCalls: 1,
      asked: 1,
      told: 1,
      limited: 1,
      read: 1,
    });
    expect(needless).toBe(1);
  });

  it('is nothing where the model does not ask, or nobody knows', async () => {
    const silent = await report(0, knowing);
    expect(silent.unseen).toMatchObject({ withCalls: 0, asked: 0, told: 0 });
    expect(silent.needless).toBe(0);
    const { all, elsewhere } = await report(callShare, { names: () => [] });
    expect(elsewhere.places).toBe(0);
    expect(all.withCalls).toBe(all.without);
  });

  it('is told of what the other texts define, never of what the text itself has behind the place', () => {
    const text = 'export class Puffin {\n}\n';
    const application = applicationOf([
      { path: 'a.ts', bytes: encoder.encode(text) },
      { path: 'b.ts', bytes: encoder.encode('export class Heron {\n}\n') },
    ]);
    expect(application.names('a.ts', '', 'names')).toEqual(['Heron']);
    expect(application.names('c.ts', 'new Puffin', 'names')).toEqual(['Puffin', 'Heron']);
  });
});

describe('a split by folders', () => {
  it('holds out whole folders, with at least a tenth of the text and at most three', async () => {
    const code = folderOfCode('tokenizer', 'counts', 'engine', 'prediction', 'protocol', 'corpus');
    const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));
    const bytes = (some: readonly { readonly bytes: Uint8Array }[]): number =>
      some.reduce((sum, one) => sum + one.bytes.length, 0);
    const chosen = new Set<string>();
    for (const seed of [1, 2, 3, 4]) {
      const request = { folders: [code.folder], exclude: [] };
      const split = await splitByFolders(nodePlatform().files, request, seed, () => {});
      const held = new Set(split.heldOut.map((text) => folderOf(text.path)));
      for (const text of split.training) expect(held).not.toContain(folderOf(text.path));
      const share = bytes(split.heldOut) / (bytes(split.heldOut) + bytes(split.training));
      expect(share).toBeGreaterThan(0.09);
      expect(share).toBeLessThanOrEqual(0.31);
      for (const folder of held) chosen.add(folder);
    }
    expect(chosen.size).toBeGreaterThan(1);
    code.remove();
  });

  it('says so where there is only one folder', async () => {
    const code = folderOfCode('tokenizer');
    const request = { folders: [code.folder], exclude: [] };
    const splitting = splitByFolders(nodePlatform().files, request, 1, () => {});
    await expect(splitting).rejects.toThrow(/--split files/);
    code.remove();
  });
});
