import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure, only } from './answers.ts';
import { nihilo, root } from './commandProcess.ts';

let scratch = '';
let code = '';
let model = '';

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-complete-'));
  code = path.join(scratch, 'code');
  model = path.join(scratch, 'model');
  cpSync(path.join(root, 'extension', 'cli'), path.join(code, 'cli'), { recursive: true });
  const small = ['--preset', 'pencil', '--vocab', '300', '--threads', '2'];
  expect((await nihilo('train', code, '--out', model, '--steps', '20', ...small)).code).toBe(0);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('nihilo complete', () => {
  it('gives a text whose tokens and probability agree', async () => {
    const ended = await nihilo(
      'complete',
      `${code}/cli/cli.ts:1:8`,
      '--model',
      model,
      '--min-probability',
      '0',
      '--json',
    );
    expect(ended.code).toBe(0);
    const { text, probability, tokens, milliseconds } = only(ended.stdout) as {
      text: string;
      probability: number;
      tokens: { id: number; text: string; logit: number; probability: number }[];
      milliseconds: number;
    };
    expect(typeof text).toBe('string');
    expect(milliseconds).toBeGreaterThan(0);
    const product = tokens.reduce((so, token) => so * token.probability, 1);
    expect(probability).toBeCloseTo(text === '' ? 0 : product, 12);
  });
});

describe('nihilo complete --folder', () => {
  const line = "const gate = registerMonotoneHandler('alpha', beta);";
  let folder = '';
  let place = '';

  beforeAll(() => {
    folder = path.join(scratch, 'counted');
    cpSync(path.join(code, 'cli'), folder, { recursive: true });
    for (const name of ['one.ts', 'two.ts', 'three.ts']) writeFileSync(path.join(folder, name), `${line}\n`);
    const file = path.join(scratch, 'new.ts');
    writeFileSync(file, 'const gate = registerM');
    place = `${file}:1:23`;
  });

  it.each([
    ['counts alone', []],
    ['counts and a model that knows nothing yet', ['--model']],
  ])('%s know a line of the folder by its beginning', async (_who, option) => {
    const args = option.length === 0 ? [] : ['--model', model];
    const ended = await nihilo(
      'complete',
      place,
      '--folder',
      folder,
      ...args,
      '--min-probability',
      '0',
      '--json',
    );
    expect(ended.code).toBe(0);
    expect(`const gate = registerM${String(only(ended.stdout)['text'])}`).toBe(line);
  });

  it('refuses what nobody could answer, and says what to do', async () => {
    expectFailure(await nihilo('complete', place), 2, /needs --folder to count, --model, or both/);
    const drawing = await nihilo('complete', place, '--folder', folder, '--temperature', '1');
    expectFailure(drawing, 2, /leave out --folder, or --temperature/);
  });

  it.each(['--top-k', '--top-p'])(
    'refuses %s where nothing is drawn, and says what draws',
    async (option) => {
      const ended = await nihilo('complete', place, '--model', model, option, '1');
      expectFailure(ended, 2, /--temperature 0 draws nothing.+ask for a --temperature above 0/);
    },
  );
});

describe('nihilo complete with a temperature', () => {
  it('draws its tokens from the seed: the same from the same, others from others', async () => {
    const draw = async (seed: number): Promise<string> => {
      const place = `${code}/cli/cli.ts:1:8`;
      const sampling = ['--min-probability', '0', '--temperature', '1', '--seed', String(seed)];
      const ended = await nihilo('complete', place, '--model', model, '--json', ...sampling);
      expect(ended.code).toBe(0);
      const { tokens } = only(ended.stdout) as { tokens: { id: number }[] };
      return tokens.map(({ id }) => id).join();
    };
    const first = await draw(1);
    expect(await draw(1)).toBe(first);
    // Ids, because a text ends before the first byte that is no UTF-8, and of a model this raw most texts are empty.
    const others = [await draw(2), await draw(3), await draw(4), await draw(5)];
    expect(new Set([first, ...others]).size).toBeGreaterThan(1);
  });
});
