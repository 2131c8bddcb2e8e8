import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const minified = 'bundle.min.js';

describe('what is surprising, where there is no model yet', () => {
  let session: Session;
  let workbench: Workbench;
  beforeAll(async () => {
    session = await Session.start({
      'nihilo.base': 'off',
      'nihilo.training.seconds': 5,
      'workbench.colorTheme': 'Dark Modern',
    });
    const folder = await session.folderOfCode();
    const engine = path.join(folder, 'engine');
    const texts = await Promise.all(
      (await readdir(engine)).map((name) => readFile(path.join(engine, name), 'utf8')),
    );
    await writeFile(path.join(folder, minified), texts.join('').replaceAll(/\s+/g, ' ').slice(0, 60_000));
    workbench = await session.open(folder);
    await workbench.statusBar('Nihilo: counts').waitFor();
  });
  afterAll(() => session.stop());

  const marks = () => workbench.page.locator('.monaco-editor [class*="ced-"]');

  it('is told so, with what to do', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(minified);
    await workbench.runCommand('Nihilo: Mark What Is Surprising');
    const told = workbench.notification('Nihilo has no model yet that anything could surprise');
    await told.waitFor();
    await workbench.screenshot('surprise-no-model');
    expect(await marks().count()).toBe(0);
    await told.getByRole('button', { name: 'Train on Workspace' }).click();
  });

  it('is marked as soon as there is one, also in a line of 60 kB, and others are answered meanwhile', async (context) => {
    keepOnFailure(workbench, context);
    await expect.poll(() => marks().count(), { timeout: 2 * patience }).toBeGreaterThan(0);
    await workbench.screenshot('surprise-minified');
    await workbench.runCommand('Nihilo: Open Inspector');
    await workbench.webview().locator('.prediction[aria-busy="false"]').waitFor({ timeout: patience });
  });
});
