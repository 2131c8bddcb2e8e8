import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashText } from '../../extension/corpus/hash.ts';
import { placeholder } from '../../extension/corpus/secrets.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { joinDocuments } from '../../extension/training/batches.ts';
import type { ShardIndex } from '../../extension/training/shards.ts';
import { fakeSecrets } from '../corpus/fakeSecrets.ts';
import { plant } from '../corpus/folderTree.ts';
import { CommandProcess, nihilo, root } from './commandProcess.ts';

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
  const key = (file: { path: string }): number => hashText(`reading ${seed} ${file.path}`);
  const documents = files
    .toSorted((a, b) => key(a) - key(b))
    .map(({ text }) => tokenizer.encode(new TextEncoder().encode(text)));
  return [...joinDocuments(documents, tokenizer.endOfText)];
}

/** The files of `texts` that have any, as the default seed orders them. */
function inReadingOrder(): string[] {
  const key = (file: string): number => hashText(`reading 1 ${file.slice('text/'.length)}`);
  return Object.keys(texts)
    .filter((file) => texts[file] !== '')
    .sort((a, b) => key(a) - key(b));
}

/** Lines of code in files of 100 kB, none of which is another's copy. */
function plantMuchText(folder: string, bytes: number): void {
  mkdirSync(inScratch(folder));
  for (let file = 0; file < bytes / 100_000; file++) {
    const lines = Array.from({ length: 3_400 }, (_, i) => `const a${i % 97} = call(${file}, ${i});\n`);
    writeFileSync(inScratch(folder, `file${file}.ts`), lines.join('').slice(0, 100_000));
  }
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

  it.each([
    ['a file that is in a shard already', 'begins'],
    ['a file that an earlier shard has the beginning of', 'ends'],
  ])('refuses to go on where %s has changed, though its size has not', async (_, end) => {
    plant(scratch, texts);
    const index = await tokenize('shards');
    const stopped = { ...index, complete: false, shards: index.shards.slice(0, 2) };
    const json = JSON.stringify(stopped);
    writeFileSync(inScratch('shards', 'shards.json'), json);
    const { from, to } = index.shards[1]!;
    // The tokens are cut within a file here and there: that both ends of the shard are is what makes this a test.
    expect(Math.min(from[1], to[1])).toBeGreaterThan(0);
    const file = inReadingOrder()[end === 'begins' ? from[0] + 1 : to[0]]!;
    const before = readFileSync(inScratch(file), 'utf8');
    writeFileSync(inScratch(file), before.replace('const', 'Const'));
    const given = ['--tokenizer', inScratch('shards', 'tokenizer.json'), '--shard-tokens', '1000'];
    const again = ['tokenize', inScratch('text'), '--shards', inScratch('shards'), ...given];
    const { code, stderr } = await nihilo(...again);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `has ${index.shards[1]!.file} of files that have changed since; choose another folder or remove it`,
    );
    expect(readFileSync(inScratch('shards', 'shards.json'), 'utf8')).toBe(json);
    writeFileSync(inScratch(file), before);
    expect((await nihilo(...again)).code).toBe(0);
    expect(JSON.parse(readFileSync(inScratch('shards', 'shards.json'), 'utf8'))).toEqual(index);
  });

  it('goes on, and learns nothing of itself, where the shards lie within the folder', async () => {
    plant(scratch, texts);
    const beside = await tokenize('beside');
    const within = await tokenize(path.join('text', 'shards'));
    expect(within).toEqual(beside);
    rmSync(inScratch('text', 'shards', 'shard-00001.bin'));
    const leftOut = { ...beside.leftOut, excluded: 1 };
    expect(await tokenize(path.join('text', 'shards'))).toEqual({ ...beside, leftOut });
  });

  it('refuses to write among the text', async () => {
    plant(scratch, texts);
    const before = readdirSync(inScratch('text'));
    const { code, stderr } = await nihilo(
      'tokenize',
      inScratch('text'),
      '--shards',
      `${inScratch('text')}/.`,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('a folder of their own');
    expect(readdirSync(inScratch('text'))).toEqual(before);
  });

  it('says what is wrong with a place for shards: a file above it, an index that is damaged', async () => {
    plant(scratch, {
      ...texts,
      taken: '',
      'damaged/shards.json': '{ "format": ',
      'other/shards.json': 'null',
    });
    const refused = async (shards: string): Promise<{ code: number | null; stderr: string }> =>
      nihilo('tokenize', inScratch('text'), '--shards', inScratch(shards));
    const blocked = await refused('taken/shards');
    expect(blocked.code).toBe(1);
    expect(blocked.stderr).toContain('got a file in its place (ENOTDIR); check the path.');
    for (const shards of ['damaged', 'other']) {
      const { code, stderr } = await refused(shards);
      expect(code).toBe(2);
      expect(stderr).toContain(`${inScratch(shards)} has a damaged shards.json; choose another folder`);
    }
  });

  it('takes a changed file as it is now where no shard has it yet', async () => {
    plant(scratch, texts);
    const index = await tokenize('shards');
    writeFileSync(
      inScratch('shards', 'shards.json'),
      JSON.stringify({ ...index, complete: false, shards: index.shards.slice(0, 2) }),
    );
    const file = inReadingOrder().at(-1)!;
    const after = texts[file]!.replace('const', 'Const');
    writeFileSync(inScratch(file), after);
    const given = ['--tokenizer', inScratch('shards', 'tokenizer.json')];
    const changed = await tokenize('shards', ...given);
    expect(changed.shards.slice(0, 2)).toEqual(index.shards.slice(0, 2));
    const tokens = tokensIn('shards', changed);
    expect(new TextDecoder().decode(tokenizerIn('shards').decode(tokens))).toContain(after);
    expect(tokensIn('anew', await tokenize('anew', ...given))).toEqual(tokens);
  });

  it('has no secret in its shards or its tokenizer, and no file that is named as secrets are', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `const value${i} = call(${i});\n`).join('');
    const secrets = Object.values(fakeSecrets);
    const planted = secrets.map(([before, secret], i) => [
      `text/service${i}/settings${i}.ts`,
      `${lines}${before}${secret}\n${lines}`,
    ]);
    const [, long] = fakeSecrets['a fine-grained GitHub token']!;
    plant(scratch, {
      ...texts,
      ...Object.fromEntries(planted),
      'text/.env': 'PASSWORD=correct-horse-1\n',
      'text/deploy/id_rsa': 'correct-horse-2\n',
      'text/.ssh/config': 'correct-horse-3\n',
      'text/.git/config': '[remote] url = correct-horse-4\n',
      'text/node_modules/left/pad.js': 'correct-horse-5\n',
      'text/.gitignore': '/local/\n',
      'text/local/notes.ts': 'correct-horse-6\n',
      'text/keys.ts': `${long}\n`,
    });
    const index = await tokenize('shards');
    const text = new TextDecoder('latin1').decode(tokenizerIn('shards').decode(tokensIn('shards', index)));
    const tokenizerJson = readFileSync(inScratch('shards', 'tokenizer.json'), 'utf8');
    for (const [, secret] of secrets) {
      expect(text).not.toContain(secret);
      expect(tokenizerJson).not.toContain(secret);
    }
    expect(text).not.toContain('correct-horse');
    expect(text.split(placeholder).length - 1).toBe(index.secrets);
    expect(index.secrets).toBe(secrets.length);
    expect(index.leftOut).toEqual({
      secret: 4,
      versionControl: 1,
      dependency: 1,
      ignored: 1,
      empty: 1,
    });
  });

  it('reads a folder that the repository around it ignores, by its own rules alone', async () => {
    plant(scratch, { '.git/HEAD': '', '.gitignore': 'build/\n/text/\n', 'text/.gitignore': 'dropped/\n' });
    plant(scratch, { 'text/build/kept.ts': 'let kept = 1;\n', 'text/dropped/gone.ts': 'let gone = 1;\n' });
    const index = await tokenize('shards');
    const text = new TextDecoder().decode(tokenizerIn('shards').decode(tokensIn('shards', index)));
    expect(text).toContain('kept');
    expect(text).not.toContain('gone');
  });

  it('holds no more memory for eight times the text', async () => {
    const [least, most] = [8_000_000, 64_000_000];
    const peaks: number[] = [];
    for (const bytes of [least, most]) {
      plantMuchText(`text${bytes}`, bytes);
      const size = ['--vocab-size', '400', '--sample-bytes', '100000', '--shard-tokens', '1000000'];
      const args = ['tokenize', inScratch(`text${bytes}`), '--shards', inScratch(`shards${bytes}`), ...size];
      const command = new CommandProcess(args, path.join(root, 'test', 'cli', 'peakProgram.ts'));
      const { code, stderr } = await command.ended;
      expect(code, stderr).toBe(0);
      peaks.push(Number(/^peak (\d+) bytes$/m.exec(stderr)![1]));
    }
    // Who held the text would hold all that there is more of it, and its tokens; half of it is what a garbage collector may leave about.
    expect(peaks[1]! - peaks[0]!).toBeLessThan((most - least) / 2);
  });

  it('leaves out what is no text, and refuses a folder without any', async () => {
    plant(scratch, texts);
    const index = await tokenize('shards');
    plant(scratch, { 'text/picture.png': Uint8Array.of(1, 0, 2, 0, 3), 'none/deeper/empty': '' });
    plant(scratch, {
      'text/picture': Uint8Array.of(1, 0, 2, 0, 3),
      'text/large.ts': 'let a = 1;\n'.repeat(100_000),
    });
    const tokenizer = ['--tokenizer', inScratch('shards', 'tokenizer.json')];
    const more = await tokenize('more', ...tokenizer);
    expect(more.bytes).toBe(index.bytes);
    expect(more.leftOut).toEqual({ empty: 1, media: 1, binary: 1, tooLarge: 1 });
    const { code, stderr } = await nihilo('tokenize', inScratch('none'), '--shards', inScratch('no'));
    expect(code).toBe(1);
    expect(stderr).toContain('There should be text files in');
  });
});
