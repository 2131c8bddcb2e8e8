import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure, only } from './answers.ts';
import { nihilo, root } from './commandProcess.ts';

let scratch = '';
const inScratch = (name: string): string => path.join(scratch, name);
const size = ['--preset', 'pencil', '--vocab', '300', '--threads', '1'];

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-interchange-cli-'));
  cpSync(path.join(root, 'extension', 'tokenizer'), inScratch('code'), { recursive: true });
  const { code } = await nihilo(
    'train',
    inScratch('code'),
    '--out',
    inScratch('model'),
    '--steps',
    '40',
    ...size,
  );
  expect(code).toBe(0);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const hand = (...args: string[]) => nihilo('export', ...args, '--model', inScratch('model'));

describe('nihilo export and nihilo import', () => {
  it('make a model elsewhere that all commands take, from its Hugging Face folder alone', async () => {
    const exported = await hand(inScratch('hf'), '--format', 'huggingface', '--json');
    expect(only(exported.stdout)).toMatchObject({ out: inScratch('hf'), vocabSize: 300 });
    const imported = await nihilo('import', inScratch('hf'), '--out', inScratch('back'));
    expect(imported.stdout).toMatch(/back: \d+ parameters, 300 tokens, [1-9]\d*\.\d [kM]B\n/);
    const weights = (folder: string): Buffer => readFileSync(inScratch(`${folder}/model.safetensors`));
    expect(weights('back').equals(weights('model'))).toBe(true);
    const place = `${inScratch('code')}/latin1.ts:2:10`;
    const [own, theirs] = await Promise.all(
      ['model', 'back'].map((folder) => nihilo('inspect', place, '--model', inScratch(folder), '--json')),
    );
    expect(only(theirs!.stdout)['top']).toEqual(only(own!.stdout)['top']);
    const completed = await nihilo(
      'complete',
      place,
      '--folder',
      inScratch('code'),
      '--model',
      inScratch('back'),
      '--json',
    );
    expect(completed.code).toBe(0);
  });

  it('let a training, a fine-tuning and an evaluation begin with what was imported', async () => {
    const begun = await nihilo(
      'train',
      inScratch('code'),
      '--out',
      inScratch('begun'),
      '--base',
      inScratch('back'),
      '--steps',
      '3',
      '--threads',
      '1',
      '--json',
    );
    expect(only(begun.stdout)).toMatchObject({ preset: 'base', steps: 3 });
    const tokenizer = (folder: string): Buffer => readFileSync(inScratch(`${folder}/tokenizer.json`));
    expect(tokenizer('begun').equals(tokenizer('back'))).toBe(true);
    const tune = ['finetune', path.join(root, 'extension/counts'), '--model', inScratch('back')];
    const limits = ['--out', inScratch('tuned'), '--steps', '3', '--threads', '1', '--json'];
    expectFailure(await nihilo(...tune, ...limits), 1, /name a folder of such text with --replay/);
    const tuned = await nihilo(...tune, ...limits, '--replay', inScratch('code'));
    expect(only(tuned.stdout)).toMatchObject({ steps: 3 });
    const evaluated = await nihilo(
      'evaluate',
      inScratch('code'),
      '--base',
      inScratch('back'),
      '--seconds',
      '0',
      '--json',
    );
    expect(evaluated.code).toBe(0);
  });

  it('refuse what is in the way, and a preset beside --base', async () => {
    expect((await hand(inScratch('x.gguf'), '--format', 'gguf', '--dtype', 'q8_0')).code).toBe(0);
    expect(readFileSync(inScratch('x.gguf')).subarray(0, 4).toString()).toBe('GGUF');
    expectFailure(await hand(inScratch('x.gguf'), '--format', 'gguf'), 2, /x\.gguf is there already/);
    expectFailure(await hand(inScratch('model'), '--format', 'huggingface'), 2, /new or an empty folder/);
    const q8 = hand(inScratch('q8'), '--format', 'huggingface', '--dtype', 'q8_0');
    expectFailure(await q8, 2, /which only GGUF has/);
    writeFileSync(inScratch('code/note.txt'), 'note');
    const into = nihilo('import', inScratch('hf'), '--out', inScratch('code'));
    expectFailure(await into, 2, /--out should be a new folder/);
    const both = nihilo(
      'train',
      inScratch('code'),
      '--out',
      inScratch('none'),
      '--base',
      inScratch('back'),
      '--preset',
      'small',
    );
    expectFailure(await both, 2, /--preset should be base/);
    expectFailure(await nihilo('import', inScratch('code'), '--out', inScratch('none')), 1, /config\.json/);
    expect(existsSync(inScratch('none'))).toBe(false);
  });
});
