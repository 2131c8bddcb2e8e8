import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashesIn, knownHashes, otherHash } from '../../distributed/knownHashes.ts';
import { TextFolder } from '../../extension/corpus/textFolder.ts';
import { buildCounts, ended } from '../../extension/counts/buildCounts.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';

const { module } = compiled('baseline');

function digest(of: string, algorithm = 'sha1'): string {
  return createHash(algorithm).update(of).digest('hex');
}

describe('hashesIn', () => {
  it('finds digests and identifiers, not what a hand has written', () => {
    const [md5, sha1, sha256] = ['md5', 'sha1', 'sha256'].map((algorithm) => digest('a', algorithm));
    const uuid = '9b2e4f70-6d1a-4c83-b5f7-0a3d2c918e64';
    const capitals = digest('b').toUpperCase();
    const text = `x = "${md5}", '${sha1}', sha256:${sha256}; ${uuid} ${capitals}`;
    expect(hashesIn(text).map((hash) => hash.text)).toEqual([md5, sha1, sha256, uuid, capitals]);
    for (const { text: found, at } of hashesIn(text)) expect(text.startsWith(found, at)).toBe(true);
    const written = [
      '0123456789abcdef0123456789abcdef',
      'deadbeefdeadbeefdeadbeefdeadbeef',
      '00000000-0000-0000-0000-000000000001',
      '0'.repeat(64),
      `${md5}${sha1}`,
      `g${md5}`,
    ];
    expect(written.flatMap((each) => hashesIn(`"${each}"`))).toEqual([]);
  });
});

it('another hash has digits where one has some, of the same case, and what is given', () => {
  const other = otherHash('9B2E-4f', 4, 'seed');
  expect(other).toMatch(/^9B2E-[0-9A-F]{2}$/);
  expect(otherHash('9b2e', 0, 'seed')).toMatch(/^[0-9a-f]{4}$/);
  const drawn = new Set(Array.from({ length: 400 }, (_, i) => otherHash('a', 0, `seed ${i}`)));
  expect(drawn.size).toBe(16);
});

describe('knownHashes', () => {
  const files = 100;
  const share = 0.8;
  const twice = 10;
  let folder: string;
  /** in the order of reading */
  let order: readonly string[];
  const hashOf = (name: string): string => digest(`file ${name}`);
  const textOf = (name: string): string =>
    `export const name = '${name}';\nexport const revision = '${hashOf(name)}';\n`;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'nihilo-hashes-'));
    const write = (part: string, name: string, text: string): Promise<void> =>
      writeFile(path.join(folder, part, name), text);
    for (const part of ['train', 'heldOut']) await mkdir(path.join(folder, part));
    for (let i = 0; i < files; i++) await write('train', `${i + files}.ts`, textOf(`${i + files}.ts`));
    const texts = await TextFolder.list(nodeFiles, path.join(folder, 'train'));
    order = Array.from(texts.order(1, 'reading'), (i) => texts.paths[i]!);
    // Files of one size: what stands in two of them stands there in the place of another.
    for (let i = 0; i < twice; i++) await write('train', order[i + twice]!, textOf(order[i]!));
    await write('heldOut', 'other.ts', textOf('other.ts'));
    await write('heldOut', 'copy.ts', textOf(order[0]!));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('tells what was read from what was not, where the text is the same kind', async () => {
    const isCopy = (i: number): boolean => i >= twice && i < 2 * twice;
    const read = order.slice(0, share * files).filter((_, i) => !isCopy(i));
    const texts = read.map((name) => Buffer.from(textOf(name)));
    const tokenizer = trainTokenizer(texts, 400);
    const documents = texts.map((text) => ended(tokenizer.encode(text), tokenizer.endOfText));
    const model = (await buildCounts(module, tokenizer, documents, {}))!;
    const { learnt, unread, examples } = await knownHashes(model, tokenizer, folder, { share, seed: 1 });
    // A hundredth of the text on either side may have been read or not.
    expect(learnt.map(({ times, tried }) => [times, tried])).toEqual([
      [1, share * files - 1 - 2 * twice],
      [2, twice],
      [4, 0],
    ]);
    expect(unread.tried).toBe(files - share * files);
    expect(examples.length).toBe(learnt.reduce((sum, { reproduced }) => sum + reproduced, 0));
    for (const { tried, meanExposureBits } of learnt) {
      if (tried > 0) expect(meanExposureBits).toBeGreaterThan(5);
    }
    // Ranks of strings that nobody knows are uniform: a mean of 20 is above 3.5 bits with a chance below 1e-5.
    expect(unread.meanExposureBits).toBeLessThan(3.5);
  }, 60_000);
});
