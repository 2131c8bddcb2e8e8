import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimModelFolder } from '../../extension/cli/modelFolder.ts';

let root = '';
beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), 'nihilo-model-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const state = JSON.stringify({ step: 1, sha256: { 'config.json': '00', 'model.safetensors': '00' } });

function folderWith(files: Record<string, string>): string {
  const folder = path.join(root, 'out');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

describe('a folder that training will replace', () => {
  it.each([
    ['is empty', {}],
    ['holds a model', { 'trainer_state.json': state, 'config.json': '{}', 'model.safetensors': '' }],
    ['holds a torn model', { 'trainer_state.json': state }],
  ])('is taken when it %s', async (_, files) => {
    await expect(claimModelFolder(folderWith(files))).resolves.toBeUndefined();
  });

  it('is taken when it does not exist, nor its parents', async () => {
    await expect(claimModelFolder(path.join(root, 'a', 'b', 'c'))).resolves.toBeUndefined();
  });

  it.each([
    ['something else', { 'thesis.txt': 'years of work' }, 'thesis.txt'],
    [
      'a model and something else',
      { 'trainer_state.json': state, 'config.json': '{}', 'notes.md': '' },
      'notes.md',
    ],
    ["another program's model", { 'config.json': '{}', 'model.safetensors': '' }, 'config.json'],
    ["another program's state", { 'trainer_state.json': '{"epoch": 3}' }, 'trainer_state.json'],
    ['a state that is no JSON', { 'trainer_state.json': '{' }, 'trainer_state.json'],
  ])('is refused when it holds %s, by its name', async (_, files, name) => {
    await expect(claimModelFolder(folderWith(files))).rejects.toMatchObject({
      code: 'argumentInvalid',
      message: expect.stringContaining(` holds ${name}; choose another or empty it.`),
    });
  });

  it.each(['file', 'file/below', 'file/far/below'])('is refused when it is %s', async (name) => {
    writeFileSync(path.join(root, 'file'), '');
    await expect(claimModelFolder(path.join(root, name))).rejects.toMatchObject({
      code: 'storageFailed',
      message: expect.stringMatching(
        /^--out should be a folder that can be written and .+ can't be \(E\w+\)/,
      ),
    });
  });
});
