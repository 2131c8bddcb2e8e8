import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { joinDocuments } from '../../extension/training/batches.ts';
import { type ShardIndex, shuffled } from '../../extension/training/shards.ts';
import { plant } from '../corpus/folderTree.ts';
import { nihilo } from './commandProcess.ts';

let scratch = '';
const inScratch = (...names: string[]): string => path.join(scratch, ...names);

beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-tokenize-'));
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** 40 files in 4 folders, an empty one among them. */
const texts: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [
    `text/language${i % 4}/package/file${i}.ts`,
    i === 7
      ? ''
      : Array.from({ length: 5 + i }, (_, line) => `const value${line} = call(${line * i});\n`).join(''),
  ]),
);

async function tokenize(out: string, ...more: string[]): Promise<ShardIndex> {
  const size = ['--vocab-size', '300', '--shard-tokens', '1000'];
  const args = ['tokenize', inScratch('text'), '--shards', inScratch(out), '--json', ...size, ...more];
  const { code, stdout, stderr } = await nihilo(...args);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as ShardIndex;
}

function tokensIn(folder: string, { shards }: ShardIndex): number[] {
  const bytes = Buffer.concat(shards.map(({ file }) => readFileSync(inScratch(folder, file))));
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
}

function tokenizerIn(folder: string): Tokenizer {
  return tokenizerFromJson(readFileSync(inScratch(folder, 'tokenizer.json'), 'utf8'));
}

/** The stream that training in one process would read of these files. */
function joined(tokenizer: Tokenizer, seed: number): number[] {
  const files = Object.entries(texts)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => ({ path: name.slice('text/'.length), text }));
  const documents = shuffled(files, seed, 'reading').map(({ text }) =>
    tokenizer.encode(new TextEncoder().encode(text)),
  );
  return [...joinDocuments(documents, tokenizer.endOfText)];
}

describe('nihilo tokenize', () => {
  it('writes all texts as one stream, cut into shards of equal size, mixed by the seed, each with its digest', async () => {
    plant(scratch, texts);
    const index = await tokenize('shards');
    const tokenizer = tokenizerIn('shards');
    const tokens = tokensIn('shards', index);
    expect(tokens).toEqual(joined(tokenizer, 1));
    expect(index).toMatchObject({ complete: true, endOfText: tokenizer.endOfText, vocabSize: 300, seed: 1 });
    expect(index.tokens).toBe(tokens.length);
    expect(index.bytes).toBe(Object.values(texts).join('').length);
    expect(index.shards.slice(0, -1).every((shard) => shard.tokens === 1_000)).toBe(true);
    expect(index.shards.length).toBeGreaterThan(3);
    for (const { file, sha256 } of index.shards) {
      const bytes = readFileSync(inScratch('shards', file));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    const other = await tokenize(
      'other',
      '--seed',
      '2',
      '--tokenizer',
      inScratch('shards', 'tokenizer.json'),
    );
    expect(other.tokenizer).toBe(index.tokenizer);
    expect(tokensIn('other', other)).toEqual(joined(tokenizer, 2));
    expect(tokensIn('other', other)).not.toEqual(tokens);
  });

  it('makes only the shards again that are missing or damaged', async () => {
    plant(scratch, texts);
    const index = await tokenize('shards');
    const before = tokensIn('shards', index);
    const [kept, damaged, missing] = index.shards.map(({ file }) => inScratch('shards', file));
    writeFileSync(damaged!, 'torn');
    rmSync(missing!);
    const [first, last] = [kept!, inScratch('shards', index.shards.at(-1)!.file)].map(
      (file) => statSync(file).ino,
    );
    expect(await tokenize('shards')).toEqual(index);
    expect(tokensIn('shards', index)).toEqual(before);
    expect([kept!, inScratch('shards', index.shards.at(-1)!.file)].map((file) => statSync(file).ino)).toEqual(
      [first, last],
    );
    expect(readdirSync(inScratch('shards')).sort()).toEqual(
      [...index.shards.map(({ file }) => file), 'shards.json', 'tokenizer.json'].sort(),
    );
  });

  it('goes on where an earlier call stopped, and leaves shards of other text as they are', async () => {
    plant(scratch, texts);
    const index = await tokenize('shards');
    const stopped = { ...index, complete: false, shards: index.shards.slice(0, 2) };
    writeFileSync(inScratch('shards', 'shards.json'), JSON.stringify(stopped));
    const kept = statSync(inScratch('shards', index.shards[1]!.file)).ino;
    expect(await tokenize('shards')).toEqual(index);
    expect(statSync(inScratch('shards', index.shards[1]!.file)).ino).toBe(kept);
    plant(scratch, { 'text/more.ts': 'let more = 1;\n' });
    const { code, stderr } = await nihilo('tokenize', inScratch('text'), '--shards', inScratch('shards'));
    expect(code).toBe(2);
    expect(stderr).toContain('has another tokenizer; choose another folder or remove it');
    expect(JSON.parse(readFileSync(inScratch('shards', 'shards.json'), 'utf8'))).toEqual(index);
    expect(tokenizerIn('shards').vocabSize).toBe(300);
  });

  it('leaves out what is no text, and refuses a folder without any', async () => {
    plant(scratch, texts);
    const index = await tokenize('shards');
    plant(scratch, { 'text/picture.png': Uint8Array.of(1, 0, 2, 0, 3), 'none/deeper/empty': '' });
    const tokenizer = ['--tokenizer', inScratch('shards', 'tokenizer.json')];
    const more = await tokenize('more', ...tokenizer);
    expect(more.bytes).toBe(index.bytes);
    const { code, stderr } = await nihilo('tokenize', inScratch('none'), '--shards', inScratch('no'));
    expect(code).toBe(1);
    expect(stderr).toContain('There should be text files in');
  });
});
