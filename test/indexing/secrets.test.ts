import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { readTextsAt } from '../../extension/corpus/corpus.ts';
import { placeholder } from '../../extension/corpus/secrets.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { splitByFiles } from '../../extension/evaluation/split.ts';
import { Indexer } from '../../extension/indexing/indexer.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { IndexerEvent } from '../../extension/protocol/indexing.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { prepareCorpus } from '../../extension/training/preparation.ts';
import { fakeSecrets, letters } from '../corpus/fakeSecrets.ts';
import { compiled } from '../engine/compiled.ts';
import { folderOfCode } from './folderOfCode.ts';

const platform = nodePlatform();
const [, secret] = fakeSecrets['a GitHub token']!;
/** so much of it is nowhere by chance */
const part = secret.slice(6, 14);
const line = `export const key = '${secret}';\n`;

let code: ReturnType<typeof folderOfCode>;

beforeAll(() => {
  code = folderOfCode('tokenizer', 'protocol');
  // In every file, so that it is in training and in held-out text, often enough to become a token.
  for (const folder of ['tokenizer', 'protocol']) {
    for (const name of ['errors.ts', 'model.ts', 'training.ts', 'healing.ts', 'heap.ts', 'characters.ts']) {
      const file = path.join(code.folder, folder, name);
      try {
        writeFileSync(file, readFileSync(file, 'utf8') + line);
      } catch {
        // It is in the other folder.
      }
    }
  }
});
afterAll(() => code.remove());

function textOf(tokenizer: Tokenizer, ids: Iterable<number>): string {
  const bytes = [...ids].flatMap((id) => (id >= tokenizer.endOfText ? [] : [...tokenizer.tokenBytes(id)]));
  return Buffer.from(bytes).toString();
}

function expectRedacted(text: string): void {
  expect(text).toContain(placeholder);
  expect(text).not.toContain(part);
}

describe('a secret in files', () => {
  it('is in no token that is trained on or judged by, and in no word of the vocabulary', async () => {
    const steps = { onReading: () => {}, onCorpus: () => {}, shouldStop: () => false };
    const request = { corpus: { folders: [code.folder], exclude: [] }, seed: 1, calls: true };
    const model = (): ReturnType<typeof presetConfig> => presetConfig('pencil', 1_000);
    const { tokenizer, streams, heldOut } = await prepareCorpus(platform, request, model, null, steps);
    for (const stream of streams) expectRedacted(textOf(tokenizer, stream));
    for (const { ids } of heldOut) expect(textOf(tokenizer, ids)).not.toContain(part);
    for (let id = 0; id < tokenizer.endOfText; id++)
      expect(Buffer.from(tokenizer.tokenBytes(id)).toString()).not.toContain(part.slice(0, 4));
  });

  it('is in no text that an evaluation learns from or scores, nor in what is learnt at a save', async () => {
    const corpus = { folders: [code.folder], exclude: [] };
    const { training, heldOut } = await splitByFiles(platform.files, corpus, 1, () => {});
    expectRedacted([...training, ...heldOut].map(({ bytes }) => Buffer.from(bytes).toString()).join(''));
    const [saved] = await readTextsAt(platform.files, corpus, path.join(code.folder, 'protocol/errors.ts'));
    expectRedacted(Buffer.from(saved!.bytes).toString());
    expect(saved!.secrets).toBe(1);
  });

  it('is in no token of the index, of a file that changes, or of the document that is open', async () => {
    const events: IndexerEvent[] = [];
    const indexer = new Indexer(platform, (event) => events.push(event));
    const corpus = { folders: [code.folder], exclude: [] };
    const rest = { checkpoint: null, reproducible: true, trustFolder: null, relearn: false, edition: 1 };
    await indexer.build({ corpus, ...rest });
    const { index } = events.find((event) => event.type === 'index')!;
    const tokenizer = tokenizerFromJson(index.tokenizerJson);
    expectRedacted(textOf(tokenizer, index.tokens));
    await indexer.changed([path.join(code.folder, 'protocol/model.ts')]);
    const change = events.findLast((event) => event.type === 'changes')!;
    expectRedacted(textOf(tokenizer, change.changes[0]!.ids!));

    const served = new ServedIndex(compiled('baseline').module, index);
    const options = { leastProbability: 0, maxTokens: 64, maxMilliseconds: 60_000 };
    const [token, name] = [`ghp_${letters(36, 99)}`, letters(24, 98)];
    const text = `const ${name} = '${token}';\nuse(${name}, '${token}');\n`;
    const open = { name: 'new.ts', suffix: `\nuse(${name}, '${token}');\n` };
    const { text: known } = served.complete(`${text}use(${name.slice(0, 8)}`, open, options, () => false);
    // What is no secret is learnt from the same line at once.
    expect(known).toContain(name.slice(8));
    const { text: secretText } = served.complete(
      `${text}use(${name}, '${token.slice(0, 10)}`,
      open,
      options,
      () => false,
    );
    expect(known + secretText).not.toContain(token.slice(10, 16));
  });
});
