import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Indexer } from '../../extension/indexing/indexer.ts';
import { loadTrust, trustFolder } from '../../extension/indexing/savedTrust.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { FileSystem } from '../../extension/platform/platform.ts';
import type { IndexerEvent, IndexRequest, WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import { tokenizerFromJson, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { untrainedState } from '../engine/untrainedState.ts';
import { folderOfCode } from './folderOfCode.ts';

const platform = nodePlatform();
const { module } = compiled('baseline');
const options = { leastProbability: 0.3, maxTokens: 24, maxMilliseconds: 60_000 };
const never = (): boolean => false;

let code: ReturnType<typeof folderOfCode>;
let checkpoint: string;

beforeAll(() => {
  code = folderOfCode('tokenizer', 'protocol');
  checkpoint = path.join(code.folder, '..', `${path.basename(code.folder)}-model`);
});
afterAll(() => {
  code.remove();
  for (const folder of [checkpoint, trustFolder(checkpoint)])
    rmSync(folder, { recursive: true, force: true });
});

function request(edition: number, relearn = false, trust = trustFolder(checkpoint)): IndexRequest {
  const corpus = { folders: [code.folder], exclude: ['**/hidden'] };
  return { corpus, checkpoint, reproducible: true, trustFolder: trust, relearn, edition };
}

async function built(asked: IndexRequest): Promise<{ indexer: Indexer; events: IndexerEvent[] }> {
  const events: IndexerEvent[] = [];
  const indexer = new Indexer(platform, (event) => events.push(event));
  await indexer.build(asked);
  return { indexer, events };
}

function indexesOf(events: readonly IndexerEvent[]): WorkspaceIndex[] {
  return events.filter((event) => event.type === 'index').map(({ index }) => index);
}

function stagesOf(events: readonly IndexerEvent[]): string[] {
  return events.filter((event) => event.type === 'stage').map(({ stage }) => stage);
}

/** A transformer that knows nothing; that is enough to be heard. */
async function writeModel(): Promise<void> {
  const tokenizer = trainTokenizer([readFileSync(path.join(code.folder, 'protocol', 'training.ts'))], 300);
  const config = presetConfig('pencil', tokenizer.vocabSize);
  await writeCheckpoint(platform.files, checkpoint, {
    config,
    tensors: randomTensors(config, 1),
    tokenizerJson: tokenizerToJson(tokenizer),
    trainerState: untrainedState(),
    optimizer: null,
  });
}

describe('an index without a model', () => {
  it('completes what the files repeat, and finds the file and the line of it', async () => {
    const { events } = await built(request(1));
    expect(stagesOf(events)).toEqual(['reading', 'tokenizing', 'counting']);
    const [index] = indexesOf(events);
    const served = new ServedIndex(module, index!);
    expect([served.predicting, served.edition]).toEqual(['counts', 1]);
    const open = { name: 'new.ts', suffix: '\n' };
    const { text, stop } = served.complete("import type { Tokenizer } from './bytePai", open, options, never);
    expect([text, stop]).toEqual(["rTokenizer.ts';", 'lineEnd']);
    const [name, line] = ['tokenizer/healing.ts', 'const carriageReturn = 0x0d;'];
    const lines = readFileSync(path.join(code.folder, name), 'utf8').split('\n');
    const before = lines.slice(0, lines.indexOf(line)).join('\n');
    expect(served.find(before, open, true)).toMatchObject({
      places: [{ file: name, line: lines.indexOf(line) }],
    });
  });

  it('tells changed files by the rules of the corpus, and those that changed while it was built behind the index', async () => {
    const events: IndexerEvent[] = [];
    const indexer = new Indexer(platform, (event) => events.push(event));
    const building = indexer.build(request(2));
    const write = (file: string, text: string): string => {
      writeFileSync(path.join(code.folder, file), text);
      return `${code.folder}/${file}`;
    };
    mkdirSync(path.join(code.folder, 'hidden'), { recursive: true });
    mkdirSync(path.join(code.folder, 'node_modules'), { recursive: true });
    const files = [
      write('fresh.ts', 'export const fresh = 1;\n'),
      write('hidden/secret.ts', 'export const hidden = 1;\n'),
      write('node_modules/library.js', 'export const library = 1;\n'),
      write('.env', 'KEY=1\n'),
      write('generated.ts', '// @generated\nexport const made = 1;\n'),
      `${code.folder}/gone.ts`,
      '/elsewhere/file.ts',
    ];
    await indexer.changed(files);
    expect(events.filter(({ type }) => type === 'changes')).toEqual([]);
    await building;
    const order = events.map(({ type }) => type).filter((type) => type === 'index' || type === 'changes');
    expect(order).toEqual(['index', 'changes']);
    const told = events.find((event) => event.type === 'changes')!;
    expect(told).toMatchObject({ edition: 2, outdated: false });
    expect(told.changes.map(({ path: name, ids }) => [name, ids !== null])).toEqual([
      ['fresh.ts', true],
      ['hidden/secret.ts', false],
      ['node_modules/library.js', false],
      ['.env', false],
      ['generated.ts', false],
      ['gone.ts', false],
    ]);
    await indexer.changed([write('.gitignore', 'ignored.ts\n'), write('ignored.ts', 'export {};\n')]);
    expect(events.at(-1)).toMatchObject({ outdated: true, changes: [{}, { path: 'ignored.ts', ids: null }] });
    await indexer.changed([`${code.folder}/tokenizer`]);
    const whole = events.at(-1)!;
    expect(whole).toMatchObject({ type: 'changes', outdated: false });
    expect(
      whole.type === 'changes' &&
        whole.changes.every(({ path: name, ids }) => /^tokenizer\/./.test(name) && ids !== null),
    ).toBe(true);
  });
});

/** Files of a file system that answers at once, but for one that is read when it may be. */
function memoryFiles(folder: string, texts: ReadonlyMap<string, string>) {
  const slow = { file: '', mayBeRead: Promise.resolve() };
  const textOf = (file: string): string => texts.get(file.slice(folder.length + 1))!;
  const files: FileSystem = {
    ...platform.files,
    list: async () => [...texts.keys()].map((name) => ({ name, type: 'file' })),
    exists: async (file) => texts.has(file.slice(folder.length + 1)),
    size: async (file) => textOf(file).length,
    read: async (file) => {
      if (file === slow.file) await slow.mayBeRead;
      return new TextEncoder().encode(textOf(file));
    },
  };
  return { files, slow };
}

it('tells a file that changes again while others are read as it is then, not as it was before', async () => {
  const folder = 'vscode-vfs://memory/code';
  const [a, b] = [`${folder}/a.ts`, `${folder}/b.ts`];
  const texts = new Map([
    ['a.ts', "import { b } from './b.ts';\n\nexport const before = b + 1;\n"],
    ['b.ts', 'export const b = 1;\n'],
  ]);
  const { files, slow } = memoryFiles(folder, texts);
  const events: IndexerEvent[] = [];
  const indexer = new Indexer(nodePlatform(files), (event) => events.push(event));
  const corpus = { folders: [folder], exclude: [] };
  await indexer.build({ ...request(30), corpus, checkpoint: null, trustFolder: null });
  const answered = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  let letRead = (): void => {};
  Object.assign(slow, { file: b, mayBeRead: new Promise<void>((resolve) => (letRead = resolve)) });
  const many = indexer.changed([a, b]);
  await answered();
  const changed = 'export const after = 2;\n';
  texts.set('a.ts', changed);
  const one = indexer.changed([a]);
  await answered();
  letRead();
  await Promise.all([many, one]);
  const tokenizer = tokenizerFromJson(indexesOf(events)[0]!.tokenizerJson);
  const told = events
    .flatMap((event) => (event.type === 'changes' ? event.changes : []))
    .findLast(({ path: name }) => name === 'a.ts');
  const ids = tokenizer.encode(new TextEncoder().encode(changed));
  expect([...told!.ids!]).toEqual([...ids, tokenizer.endOfText]);
});

describe('an index beside a model', () => {
  beforeAll(writeModel);

  it('serves with counts first, then with the transformer, and keeps how far it is trusted', async () => {
    const { events } = await built(request(3));
    expect(stagesOf(events)).toEqual(['reading', 'tokenizing', 'counting', 'weighing']);
    expect(indexesOf(events).map(({ heard }) => heard)).toEqual([false, true]);
    for (const { tokenizer, tokenizerJson } of indexesOf(events)) {
      expect(tokenizer).toBe(createHash('sha256').update(tokenizerJson).digest('hex'));
    }
  });

  it('counts alone where that was kept, to the same predictions', async () => {
    // A dependency's code, which stays as it is when ours changes.
    const folder = path.join(import.meta.dirname, '..', '..', 'node_modules', 'cheerio', 'src');
    const corpus = { folders: [folder], exclude: [] };
    const [learnt, kept] = [
      await built({ ...request(4, true), corpus }),
      await built({ ...request(5), corpus }),
    ];
    expect(stagesOf(learnt.events)).toContain('weighing');
    expect(stagesOf(kept.events)).toEqual(['reading', 'tokenizing', 'counting']);
    const indexes = [indexesOf(learnt.events)[1]!, ...indexesOf(kept.events)];
    expect(indexes.map(({ heard }) => heard)).toEqual([true, true]);
    const text = readFileSync(path.join(folder, 'api', 'css.ts'), 'utf8');
    const [one, other] = indexes.map((index) => {
      const served = new ServedIndex(module, index);
      const open = { name: 'api/css.ts', suffix: '' };
      const { tokens } = served.complete(
        text.slice(0, 400),
        open,
        { ...options, leastProbability: 0 },
        never,
      );
      return tokens;
    });
    // Documents were counted in another order, which a context's last token shows: of two tokens that are about as likely, either may be
    // chosen, and what follows is then another text.
    const parted = one!.findIndex(({ id }, i) => id !== other![i]?.id);
    const compared = parted < 0 ? one!.length : parted + 1;
    expect(compared).toBeGreaterThan(5);
    for (let i = 0; i < compared; i++) {
      expect(other![i]!.probability).toBeCloseTo(one![i]!.probability, 1);
    }
  });

  it('learns anew, with a notice, where what was kept is torn, and without one where it is of another version', async () => {
    const folder = trustFolder(checkpoint);
    const whole = readFileSync(path.join(folder, 'mixture.safetensors'));
    writeFileSync(path.join(folder, 'mixture.safetensors'), whole.subarray(0, -4));
    const torn = await built(request(6));
    expect(stagesOf(torn.events)).toContain('weighing');
    const notices = torn.events.filter((event) => event.type === 'notice');
    expect(notices.map(({ sentence }) => sentence)).toEqual([expect.stringContaining('mixture.safetensors')]);
    const seal = path.join(folder, 'mixture.json');
    writeFileSync(seal, readFileSync(seal, 'utf8').replace('"version": 1', '"version": 999'));
    const foreign = await built(request(7));
    expect(stagesOf(foreign.events)).toContain('weighing');
    expect(foreign.events.filter(({ type }) => type === 'notice')).toEqual([]);
    expect(stagesOf((await built(request(8))).events)).not.toContain('weighing');
  });

  it('serves at once with trust that comes with the model, learns that of this workspace, and keeps it elsewhere', async () => {
    const here = `${checkpoint}-here`;
    try {
      const shipped = readFileSync(path.join(trustFolder(checkpoint), 'mixture.safetensors'));
      const first = await built(request(20, false, here));
      expect(stagesOf(first.events)).toEqual(['reading', 'tokenizing', 'counting', 'weighing']);
      expect(indexesOf(first.events).map(({ heard }) => heard)).toEqual([true, true]);
      expect(readFileSync(path.join(trustFolder(checkpoint), 'mixture.safetensors'))).toEqual(shipped);
      const second = await built(request(21, false, here));
      expect(stagesOf(second.events)).toEqual(['reading', 'tokenizing', 'counting']);
      // Of a workspace a fifth as large: there is more to learn from now.
      const seal = path.join(here, 'mixture.json');
      const { tokens, ...rest } = JSON.parse(readFileSync(seal, 'utf8')) as { tokens: number };
      writeFileSync(seal, JSON.stringify({ ...rest, tokens: Math.floor(tokens / 5) }));
      expect(stagesOf((await built(request(22, false, here))).events)).toContain('weighing');
    } finally {
      rmSync(here, { recursive: true, force: true });
    }
  });

  it('forgets how far another transformer was trusted at once, be the index not finished', async () => {
    expect(stagesOf((await built(request(30))).events)).not.toContain('weighing');
    const gone = { ...request(31, true), corpus: { folders: [path.join(code.folder, 'gone')], exclude: [] } };
    await expect(built(gone)).rejects.toMatchObject({ code: 'folderUnreadable' });
    expect(stagesOf((await built(request(32))).events)).toContain('weighing');
  });

  it('leaves what ships beside a model as it is, and a folder of its name that holds something else', async () => {
    const folder = trustFolder(checkpoint);
    const seal = path.join(folder, 'mixture.json');
    const learnt = readFileSync(seal, 'utf8');
    const shipped = JSON.stringify({ ...(JSON.parse(learnt) as object), tokens: null });
    writeFileSync(seal, shipped);
    const first = await built(request(33));
    expect(stagesOf(first.events)).toContain('weighing');
    expect(readFileSync(seal, 'utf8')).toBe(shipped);
    writeFileSync(seal, learnt);
    const notes = path.join(folder, 'notes.txt');
    writeFileSync(notes, 'mine');
    const relearnt = await built(request(34, true));
    const notices = relearnt.events.filter((event) => event.type === 'notice');
    expect(notices.map(({ sentence }) => sentence)).toEqual([expect.stringContaining('holds notes.txt')]);
    expect([readFileSync(notes, 'utf8'), readFileSync(seal, 'utf8')]).toEqual(['mine', learnt]);
    rmSync(notes);
  });

  it('hears the transformer on the end of a lone file, and counts the file as a whole', async () => {
    const lone = folderOfCode('tokenizer/healing.ts');
    try {
      const corpus = { folders: [lone.folder], exclude: [] };
      const { events } = await built({ ...request(9, true), corpus });
      const [first, second] = indexesOf(events).map((index) => new ServedIndex(module, index));
      expect(indexesOf(events).map(({ heard, starts }) => [heard, starts.length])).toEqual([
        [false, 2],
        [true, 2],
      ]);
      const text = readFileSync(path.join(lone.folder, 'tokenizer', 'healing.ts'), 'utf8');
      // Within what was held out, and before it.
      for (const at of [text.length - 45, text.length / 2]) {
        for (const served of [first!, second!]) {
          const asked = { ...options, leastProbability: 0, maxTokens: 4 };
          const before = text.slice(0, at);
          const { text: rest } = served.complete(before, { name: 'new.ts', suffix: '' }, asked, never);
          expect(text.startsWith(before + rest)).toBe(true);
        }
      }
    } finally {
      lone.remove();
    }
  });

  it('counts a lone file as a whole when it is longer than any document has room for otherwise', async () => {
    const lone = folderOfCode('tokenizer/healing.ts');
    try {
      const file = path.join(lone.folder, 'tokenizer', 'healing.ts');
      writeFileSync(file, readFileSync(file, 'utf8').repeat(30));
      const { events } = await built({
        ...request(10, true),
        corpus: { folders: [lone.folder], exclude: [] },
      });
      const [, second] = indexesOf(events);
      const { documentTokens } = second!.counts.capacity;
      expect([second!.heard, second!.starts[1]]).toEqual([true, documentTokens]);
      expect(documentTokens).toBeGreaterThan(32_768);
    } finally {
      lone.remove();
    }
  });

  it('learns on from what comes with the base where the model began with it, and from nothing where its tokens are others', async () => {
    const own = `${checkpoint}-own`;
    const { baseModel } = platform;
    const base = await readCheckpoint(platform.files, baseModel);
    const shipped = await loadTrust(platform.files, trustFolder(baseModel), base.tokenizerJson);
    try {
      await writeCheckpoint(platform.files, own, { ...base, optimizer: null }, 'I8');
      const corpus = { folders: [path.join(code.folder, 'tokenizer')], exclude: [] };
      await built({ ...request(40, true, trustFolder(own)), checkpoint: own, corpus });
      const learnt = await loadTrust(platform.files, trustFolder(own), base.tokenizerJson);
      // Over its code tree: of the few files here another would be made.
      expect(learnt!.frequencies).toEqual(shipped!.frequencies);
      expect(learnt!.trust).not.toEqual(shipped!.trust);
      await built(request(41, true));
      const { tokenizerJson } = await readCheckpoint(platform.files, checkpoint);
      const other = await loadTrust(platform.files, trustFolder(checkpoint), tokenizerJson);
      expect(other!.frequencies.reduce((sum, count) => sum + count)).toBe(other!.tokens);
    } finally {
      for (const folder of [own, trustFolder(own)]) rmSync(folder, { recursive: true, force: true });
    }
  });

  it('learns anew whom to trust where the model was trained since, in whatever window, and not where it has learnt from saves', async () => {
    const before = await readCheckpoint(platform.files, checkpoint);
    const replaced = (seconds: number): Promise<void> =>
      writeCheckpoint(platform.files, checkpoint, {
        ...before,
        tensors: randomTensors(before.config, seconds),
        trainerState: { ...before.trainerState, seconds },
        optimizer: null,
      });
    const corpus = { folders: [path.join(code.folder, 'tokenizer')], exclude: [] };
    const learns = async (edition: number): Promise<boolean> =>
      stagesOf((await built({ ...request(edition), corpus })).events).includes('weighing');
    const { seconds } = before.trainerState;
    await built({ ...request(50, true), corpus });
    await replaced(seconds);
    expect(await learns(51)).toBe(false);
    await replaced(seconds + 60);
    expect([await learns(52), await learns(53)]).toEqual([true, false]);
  });
});
