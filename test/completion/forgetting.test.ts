import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Predictor } from '../../extension/completion/predictor.ts';
import { Indexer } from '../../extension/indexing/indexer.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import { letters } from '../corpus/fakeSecrets.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';
import { giveWay } from './alone.ts';

const platform = nodePlatform();
const unique = `unlikely${letters(10, 5)}`;
const lines = Array.from({ length: 6 }, (_, i) => `export const part${i} = ${unique}(${i});\n`).join('');

let code: ReturnType<typeof folderOfCode>;
beforeAll(() => {
  code = folderOfCode('tokenizer', 'protocol');
  writeFileSync(path.join(code.folder, 'protocol', 'forgotten.ts'), lines);
});
afterAll(() => code.remove());

async function index(exclude: readonly string[]): Promise<WorkspaceIndex> {
  let built: WorkspaceIndex | null = null;
  const indexer = new Indexer(platform, (event) => {
    if (event.type === 'index') built = event.index;
  });
  const corpus = { folders: [code.folder], exclude };
  const rest = { checkpoint: null, reproducible: true, trustFolder: null, relearn: false, edition: 7 };
  await indexer.build({ corpus, ...rest });
  return built!;
}

describe('a file that is forgotten', () => {
  const options = { leastProbability: 0.02, maxTokens: 24, maxMilliseconds: 60_000 };
  const open = { name: 'new.ts', suffix: '\n' };
  const before = `export const part1 = ${unique.slice(0, 9)}`;
  const completed = async (predictor: Predictor): Promise<string> =>
    (await predictor.complete(before, open, options, () => false)).text;

  it('takes its words out of what is completed, and its lines out of what is found again, at once', async () => {
    const predictor = new Predictor(platform);
    await predictor.useIndex(await index([]), giveWay);
    expect(await completed(predictor)).toContain(unique.slice(9));
    expect(predictor.find(lines.slice(0, 60), open, true)?.places[0]?.file).toBe('protocol/forgotten.ts');
    expect(await predictor.learn(null, [{ path: 'protocol/forgotten.ts', ids: null }], giveWay)).toBe(false);
    expect(await completed(predictor)).not.toContain(unique.slice(9));
    expect(predictor.find(lines.slice(0, 60), open, true)?.places[0]?.file).not.toBe('protocol/forgotten.ts');
  });

  it('does not come back with the next index, whose vocabulary knows nothing of it either', async () => {
    const next = await index(['protocol/forgotten.ts']);
    const predictor = new Predictor(platform);
    await predictor.useIndex(next, giveWay);
    expect(await completed(predictor)).not.toContain(unique.slice(9));
    expect(next.tokenizerJson).not.toContain(unique.slice(8, 13));
  });
});
