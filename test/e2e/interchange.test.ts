import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import type { Workbench } from './workbench.ts';

describe('a model that goes out and comes back', () => {
  let session: Session;
  let workbench: Workbench;
  let exported: string;

  beforeAll(async () => {
    session = await Session.start({ 'workbench.colorTheme': 'Dark Modern' });
    exported = path.join(await session.emptyFolder(), 'exported');
    workbench = await session.open(await session.folderOfCode());
    await workbench.statusBar('counts + base').waitFor();
  });
  afterAll(() => session.stop());

  it('is exported to a place that is chosen, as files that other programs read', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Export Model…');
    await workbench.choose('Hugging Face folder, f32');
    await workbench.answerFileDialog(exported);
    await workbench.notification('The model is exported to').waitFor();
    const names = [
      'ATTRIBUTIONS.md',
      'README.md',
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ];
    expect((await readdir(exported)).toSorted()).toEqual(names);
    await workbench.screenshot('exported');
  });

  it('is imported from a folder that is chosen, and completes in the place of the base', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Import Model…');
    await workbench.answerFileDialog(exported);
    await workbench.notification('The model is imported').waitFor();
    await workbench.statusBar('counts + imported').waitFor();
    expect((await session.models()).map((folder) => path.basename(folder))).toEqual(['model-imported']);
    await workbench.screenshot('imported');
    expect(await session.failures()).toEqual([]);
  });
});
