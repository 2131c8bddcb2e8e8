import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const known = 'const puffinBurrow = openTunnel(southCliff);\n';

describe('in an editor that speaks Chinese', () => {
  let session: Session;
  let workbench: Workbench;

  beforeAll(async () => {
    session = await Session.start({ 'workbench.colorTheme': 'Dark Modern' }, { locale: 'zh-cn' });
    const folder = await session.emptyFolder();
    await writeFile(path.join(folder, 'puffin.ts'), known.repeat(6));
    workbench = await session.open(folder);
  });
  afterAll(() => session.stop());

  it('the status bar, its explanation and the menu are Chinese', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.statusBar('Nihilo: 计数').waitFor();
    const label = (): Promise<string | null> =>
      workbench.page.locator('[id*="nihilo.status"] a').first().getAttribute('aria-label');
    await expect.poll(label, { timeout: patience }).toMatch(/建议来自/);
    await workbench.statusBar('Nihilo').click();
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: '用工作区训练' }).waitFor();
    expect((await rows.allTextContents()).join(' ')).not.toMatch(/Train|Show|Open|Snooze/);
    await workbench.screenshot('chinese-menu');
    await workbench.press('Escape');
  });

  it('so are the titles of its commands', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.press('F1');
    await workbench.page.locator('.quick-input-widget input').fill('>显示菜单');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Nihilo: 显示菜单' }).waitFor();
    await workbench.screenshot('chinese-commands');
    await workbench.press('Escape');
  });
});
