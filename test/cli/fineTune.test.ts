import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nihilo, root } from './commandProcess.ts';

let scratch = '';
let model = '';
const inScratch = (name: string): string => path.join(scratch, name);

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-fine-tune-'));
  model = inScratch('model');
  for (const folder of ['protocol', 'corpus'])
    cpSync(path.join(root, 'extension', folder), inScratch(`old/${folder}`), { recursive: true });
  cpSync(path.join(root, 'extension', 'tokenizer'), inScratch('fresh'), { recursive: true });
  const size = ['--preset', 'pencil', '--vocab', '300', '--threads', '1'];
  const { code } = await nihilo('train', inScratch('old'), '--out', model, '--steps', '300', ...size);
  expect(code).toBe(0);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const fineTune = (folder: string, ...more: string[]) =>
  nihilo('finetune', folder, '--model', model, '--threads', '1', '--steps', '40', ...more);

describe('nihilo finetune', () => {
  it('prints what became of both texts, as JSON and for people, and leaves --model alone beside --out', async () => {
    const before = readFileSync(path.join(model, 'model.safetensors'));
    const out = inScratch('tuned');
    const json = await fineTune(inScratch('fresh'), '--out', out, '--json');
    expect(json.code).toBe(0);
    const report = JSON.parse(json.stdout);
    const { kept, newText, oldText } = report.fineTuning;
    expect(kept).toBe(true);
    expect(newText.after).toBeLessThan(newText.before);
    expect(oldText.after).toBeLessThanOrEqual(1.02 * oldText.before);
    expect(report).toMatchObject({ checkpoint: out, preset: 'pencil', steps: 40 });
    expect(readFileSync(path.join(model, 'model.safetensors')).equals(before)).toBe(true);
    const people = await fineTune(inScratch('fresh'), '--out', inScratch('told'), '--report');
    expect(people.stdout).toMatch(
      /Keystrokes +-?\d+ % saved in text of \d+ files? that was not learnt from; counting alone -?\d+ %/,
    );
    expect(people.stdout).toMatch(/New held-out +\d+\.\d{3} → \d+\.\d{3} bits per byte/);
    const place = `${inScratch('fresh')}/byteStrings.ts:1:4`;
    const completed = await nihilo('complete', place, '--model', out, '--json');
    expect(completed.code).toBe(0);
  });

  it('replaces the model itself without --out; then nothing of the text is new', async () => {
    const own = inScratch('own');
    cpSync(model, own, { recursive: true });
    const args = ['finetune', inScratch('fresh'), '--model', own, '--threads', '1', '--steps', '40'];
    expect((await nihilo(...args)).code).toBe(0);
    const again = await nihilo(...args);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/needs text that the model does not know yet\..+known to the model already/);
  });

  it('forgets how far the model before was trusted beside the counts, and nothing else that has its name', async () => {
    const own = inScratch('trusted');
    cpSync(model, own, { recursive: true });
    const place = `${inScratch('fresh')}/byteStrings.ts:1:4`;
    const complete = ['complete', place, '--model', own, '--folder'];
    // How far it is trusted in another folder is kept for nobody.
    expect((await nihilo(...complete, inScratch('fresh'))).code).toBe(0);
    expect(existsSync(`${own}-mixture`)).toBe(false);
    expect((await nihilo(...complete, inScratch('old'))).code).toBe(0);
    expect(existsSync(`${own}-mixture/mixture.json`)).toBe(true);
    const tune = ['finetune', inScratch('fresh'), '--threads', '1', '--steps', '2', '--model', own];
    expect((await nihilo(...tune)).code).toBe(0);
    expect(existsSync(`${own}-mixture`)).toBe(false);
    const named = inScratch('named');
    mkdirSync(`${named}-mixture`);
    writeFileSync(`${named}-mixture/notes.txt`, 'mine');
    expect((await nihilo(...tune.slice(0, -1), model, '--out', named)).code).toBe(0);
    expect(readFileSync(`${named}-mixture/notes.txt`, 'utf8')).toBe('mine');
  });

  it('refuses a folder that is no model, and an --out that holds something else', async () => {
    mkdirSync(inScratch('empty'));
    const none = await nihilo('finetune', inScratch('fresh'), '--model', inScratch('empty'));
    expect(none.code).not.toBe(0);
    expect(none.stderr).toMatch(/There should be a trained model in .+ and there is none/);
    mkdirSync(inScratch('full'));
    writeFileSync(inScratch('full/mine.txt'), 'mine');
    const full = await fineTune(inScratch('fresh'), '--out', inScratch('full'));
    expect(full.code).toBe(2);
    expect(full.stderr).toContain('holds mine.txt');
  });
});
