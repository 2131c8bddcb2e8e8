import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import type { Workbench } from './workbench.ts';

describe('a sheet that is saved', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;
  beforeAll(async () => {
    session = await Session.start({ 'workbench.colorTheme': 'Dark Modern' });
    folder = await session.folderOfCode();
    workbench = await session.open(folder);
    await workbench.runCommand('Nihilo: Start from Nothing');
    const inspector = new InspectorPanel(workbench);
    await inspector.settled('learning');
    await inspector.frame.locator('.num[data-of="loss"]').first().focus();
    await workbench.press('p');
    await inspector.frame.locator('.sheet').waitFor();
  });
  afterAll(() => session.stop());

  const button = (name: string) => workbench.webview().locator('.sheet').getByRole('button', { name });

  it('says in one sentence why it could not be written', async (context) => {
    keepOnFailure(workbench, context);
    await button('CSV').click();
    await workbench.answerFileDialog('/proc/nihilo/pencil.csv');
    await workbench.notification(/pencil\.csv should have been written and could not be/).waitFor();
    await workbench.screenshot('sheet-not-written');
  });

  it('says where to print it, where the editor is a page and can’t open a file', async (context) => {
    keepOnFailure(workbench, context);
    const file = path.join(folder, 'pencil.html');
    await button('Print').click();
    await workbench.answerFileDialog(file);
    await workbench.notification(/can’t open it to be printed: download it/).waitFor();
    expect(await readFile(file, 'utf8')).toContain('<table class="sheet">');
  });
});
