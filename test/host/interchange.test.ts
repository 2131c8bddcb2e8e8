import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../extension/engine/safetensors.ts';
import { importModel } from '../../extension/host/interchange.ts';
import { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { exportModel } from '../../extension/interchange/exportModel.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { model as ours } from '../interchange/tinyExport.ts';

const editor = vi.hoisted(() => ({
  isTrusted: true,
  /** that the dialog answers; undefined: it is closed */
  chosen: undefined as string | undefined,
  /** the button of the question whether to replace; undefined: it is cancelled */
  button: undefined as string | undefined,
  opened: 0,
  shown: [] as [kind: string, sentence: string, options?: unknown][],
}));

vi.mock('vscode', () => ({
  ProgressLocation: { Notification: 15 },
  env: { language: 'en' },
  l10n: {
    t: (phrase: string, ...values: unknown[]) =>
      phrase.replace(/\{(\d+)\}/g, (_, i) => String(values[Number(i)])),
  },
  window: {
    showOpenDialog: async () => {
      editor.opened++;
      return editor.chosen === undefined ? undefined : [{ scheme: 'file', fsPath: editor.chosen }];
    },
    showWarningMessage: async (sentence: string, options?: unknown) => {
      editor.shown.push(['warning', sentence, options]);
      return editor.button;
    },
    showInformationMessage: async (sentence: string) => void editor.shown.push(['information', sentence]),
    showErrorMessage: async (sentence: string) => void editor.shown.push(['error', sentence]),
    withProgress: (_: unknown, task: (progress: unknown, stop: unknown) => unknown) =>
      task({ report: () => {} }, { onCancellationRequested: () => ({ dispose: () => {} }) }),
  },
  workspace: {
    get isTrusted() {
      return editor.isTrusted;
    },
  },
}));

const platform = nodePlatform();
const log = { info: () => {}, error: () => {} } as never;
const tensorName = 'model.layers.0.mlp.up_proj.weight';

let root: string;
let own: string;
let model: WorkspaceModel;

/** A workspace whose model was trained here, and a folder with another model. */
beforeEach(async () => {
  Object.assign(editor, { isTrusted: true, chosen: undefined, button: undefined, opened: 0, shown: [] });
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-import-'));
  own = path.join(root, 'model');
  await writeCheckpoint(nodeFiles, own, ours);
  await exportTo('theirs', () => {});
  model = new WorkspaceModel(platform, own, {
    corpus: () => ({ folders: [], exclude: [] }),
    reproducible: () => false,
    base: () => null,
  });
  await model.load();
});

afterEach(async () => {
  await model.dispose();
  rmSync(root, { recursive: true, force: true });
});

const into = (name: string): string => path.join(root, name);
const imported = (): Promise<boolean> => nodeFiles.exists(`${own}-imported`);

/** @param change of what is written */
async function exportTo(name: string, change: (tensors: Map<string, Tensor>) => unknown): Promise<void> {
  const request = { type: 'export', model: own, format: 'huggingface', dtype: 'f32' } as const;
  await exportModel(nodeFiles, { ...request, out: into(name) }, () => {});
  const file = into(`${name}/model.safetensors`);
  const tensors = decodeSafetensors(await nodeFiles.read(file), file);
  change(tensors);
  await nodeFiles.replaceFile(file, encodeSafetensors(tensors));
}

async function expectOwnModel(): Promise<void> {
  expect(model.state).toMatchObject({ state: 'ready', origin: 'trained' });
  expect((await readCheckpoint(nodeFiles, own)).tensors).toEqual(ours.tensors);
}

describe('the command that imports a model', () => {
  it('in Restricted Mode opens no dialog, says why and leaves the model that was there', async () => {
    Object.assign(editor, { isTrusted: false, chosen: into('theirs'), button: 'Import' });
    await importModel(model, platform, log);
    expect(editor.opened).toBe(0);
    expect(editor.shown.map(([kind, sentence]) => [kind, sentence])).toEqual([
      ['warning', 'In Restricted Mode no model is imported; trust the workspace first.'],
    ]);
    await expectOwnModel();
    expect(await imported()).toBe(false);
  });

  it('asks before it replaces a model that was trained here, and leaves it where that is cancelled', async () => {
    editor.chosen = into('theirs');
    await importModel(model, platform, log);
    expect(editor.shown).toEqual([
      [
        'warning',
        'Replace the model that has learnt from this workspace?',
        expect.objectContaining({ modal: true }),
      ],
    ]);
    await expectOwnModel();
    expect(await imported()).toBe(false);
  });

  it('asks nothing and leaves the model where no folder is chosen', async () => {
    await importModel(model, platform, log);
    expect([editor.opened, editor.shown]).toEqual([1, []]);
    await expectOwnModel();
  });

  it.each<[string, (tensors: Map<string, Tensor>) => unknown, string]>([
    [
      'has a number that is none',
      (all) => (all.get(tensorName)!.data[7] = NaN),
      'in finite numbers and holds NaN at 7',
    ],
    ['is missing', (all) => all.delete(tensorName), 'and does not hold it'],
  ])('names the tensor that %s, and leaves the model that was there', async (_what, change, said) => {
    await exportTo('bad', change);
    Object.assign(editor, { chosen: into('bad'), button: 'Import' });
    await importModel(model, platform, log);
    const [, [kind, sentence] = []] = editor.shown;
    expect(kind).toBe('error');
    expect(sentence).toContain(`model.safetensors should hold ${tensorName} of shape [32, 8] ${said}`);
    expect(sentence).toContain('Choose another folder');
    await expectOwnModel();
    expect(await imported()).toBe(false);
  });

  it('puts the model in the place of the one that was there, and keeps it where a later one is refused', async () => {
    await exportTo('bad', (all) => all.delete(tensorName));
    Object.assign(editor, { chosen: into('theirs'), button: 'Import' });
    await importModel(model, platform, log);
    expect(editor.shown.at(-1)).toEqual(['information', expect.stringMatching(/^The model is imported/)]);
    expect(model.state).toMatchObject({ state: 'ready', origin: 'imported' });
    expect(await nodeFiles.exists(own)).toBe(false);
    editor.chosen = into('bad');
    await importModel(model, platform, log);
    expect(editor.shown.at(-1)![0]).toBe('error');
    expect(model.state).toMatchObject({ state: 'ready', origin: 'imported' });
    expect((await readCheckpoint(nodeFiles, `${own}-imported`)).tensors).toEqual(ours.tensors);
  });
});
