import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeSecrets } from '../corpus/fakeSecrets.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

describe('the tree of what is learnt from', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;
  const row = (name: string | RegExp): Locator => workbench.learntRow(name);

  beforeAll(async () => {
    session = await Session.start({ 'workbench.colorTheme': 'Dark Modern', 'nihilo.training.threads': 1 });
    folder = await session.folderOfCode();
    const [, token] = fakeSecrets['a GitHub token']!;
    await writeFile(path.join(folder, '.env'), 'TOKEN=abc\n');
    await writeFile(
      path.join(folder, 'client.ts'),
      `export const token = '${token}';\n`.padStart(400, '// the client\n'),
    );
    await mkdir(path.join(folder, 'node_modules', 'x'), { recursive: true });
    await writeFile(path.join(folder, 'node_modules', 'x', 'index.js'), 'module.exports = 1;\n');
    workbench = await session.open(folder);
  });
  afterAll(() => session.stop());

  const rules = async (): Promise<Record<string, boolean>> => {
    try {
      const settings = JSON.parse(await readFile(path.join(folder, '.vscode', 'settings.json'), 'utf8'));
      return settings['nihilo.exclude'] ?? {};
    } catch {
      return {};
    }
  };

  it('shows what is learnt from with sizes and secrets that were removed, and what is left out with the reason', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Show What Is Learnt From');
    // The other tree makes room: what is scrolled out of sight is not there.
    await workbench.page
      .locator('.pane-header', { hasText: path.basename(folder) })
      .first()
      .click();
    await row(/Learnt from.*files, .*B/).waitFor();
    await row('corpus').waitFor();
    await row('client.ts').filter({ hasText: '1 secret removed' }).waitFor();
    await row('Left out').click();
    await row('.env').filter({ hasText: 'may hold secrets' }).waitFor();
    await row('node_modules').filter({ hasText: 'third-party code' }).waitFor();
    await workbench.screenshot('corpus-tree');
  });

  it('leaves a file out by a right click and lets it in again by another', async (context) => {
    keepOnFailure(workbench, context);
    const choose = async (name: string, action: string): Promise<void> => {
      await row(name).click({ button: 'right' });
      const item = workbench.page.locator('.monaco-menu .action-menu-item', { hasText: action }).first();
      await item.hover();
      // A menu takes no click that is as short as the one that has opened it.
      await item.click({ delay: 250 });
      await item.waitFor({ state: 'hidden' });
    };
    await choose('client.ts', "Don't Learn From This");
    await expect.poll(rules, { timeout: patience }).toEqual({ 'client.ts': true });
    await row('client.ts').filter({ hasText: 'excluded by settings' }).waitFor();
    await choose('client.ts', 'Learn From This Again');
    await expect.poll(rules, { timeout: patience }).toEqual({});
    await row('client.ts').filter({ hasText: '1 secret removed' }).waitFor();
  });

  it('forgets the file that is open, says so, and opens a file by a click', async (context) => {
    keepOnFailure(workbench, context);
    await row('client.ts').click();
    await workbench.page.locator('.tab.active', { hasText: 'client.ts' }).waitFor();
    await workbench.runCommand('Nihilo: Forget This File');
    await workbench.notification('client.ts no more').waitFor();
    await expect.poll(rules, { timeout: patience }).toEqual({ 'client.ts': true });
    await row('client.ts').filter({ hasText: 'excluded by settings' }).waitFor();
    await workbench.screenshot('corpus-forgotten');
  });

  it('audits: the counts can reproduce none of the secrets that are in the files', async (context) => {
    keepOnFailure(workbench, context);
    await writeFile(path.join(folder, 'other.ts'), await readFile(path.join(folder, 'client.ts')));
    await workbench.runCommand('Nihilo: Audit for Secrets');
    await workbench.notification('can reproduce 0 of 1 secrets').waitFor();
    const stalls = await session.stalls(folder);
    expect(stalls.filter(({ oursMs }) => oursMs > 20)).toEqual([]);
  });
});
