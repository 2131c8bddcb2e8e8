import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errors, type Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

/** Files that are there to be learnt from; no window opens them. */
const known = 'const puffinBurrow = openTunnel(southCliff);\n';
const prose = 'The bittern hides in the reedbank.\n';

/** Files that are written in. */
const begun = 'const value = [1, 2].join();\n';

describe('the list of suggestions, other providers, and what the editor closes by itself', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;

  beforeAll(async () => {
    const settings = {
      'workbench.colorTheme': 'Dark Modern',
      // What repeats so often is sure, whatever else a model knows.
      'nihilo.base': 'off',
      'nihilo.eagerness': 'high',
      // The list comes when it is asked for, so that nothing but a test opens it.
      'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
      'editor.suggestOnTriggerCharacters': false,
      'editor.parameterHints.enabled': false,
    };
    session = await Session.start(settings, { extensions: ['secondProvider'] });
    folder = await session.folderOfCode();
    await writeFile(path.join(folder, 'puffin.ts'), known.repeat(24));
    await writeFile(path.join(folder, 'bittern.txt'), prose.repeat(24));
    await writeFile(path.join(folder, 'tunnel.ts'), '\n');
    await writeFile(path.join(folder, 'written.ts'), begun);
    await writeFile(path.join(folder, 'written.txt'), '\n');
    await writeFile(path.join(folder, 'selected.txt'), '\n');
    await writeFile(path.join(folder, 'race.ts'), '\n');
    workbench = await session.open(folder);
    await workbench.statusBar(/Nihilo: counts/).waitFor();
  });
  afterAll(() => session.stop());

  it('replaces a bracket that the editor has closed where the suggestion goes on behind it', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('tunnel.ts');
    await workbench.goTo(1, 1);
    await workbench.type('const puffinBurrow = openTunnel(sou');
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).toContain('thCliff');
    await workbench.screenshot('auto-closed-bracket', 300);
    await workbench.press('Tab');
    await workbench.save();
    const written = await readFile(path.join(folder, 'tunnel.ts'), 'utf8');
    expect(written.trimEnd()).toBe(known.trimEnd());
  });

  it('has likely words where nobody else has any, marked as ours', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('written.txt');
    await workbench.goTo(1, 1);
    await workbench.type('The bitt');
    expect(await (await askFor('bittern')).textContent()).toContain('Nihilo');
    await workbench.screenshot('word-suggestion', 300);
    await workbench.press('Enter');
    await workbench.save();
    expect((await readFile(path.join(folder, 'written.txt'), 'utf8')).trimEnd()).toBe('The bittern');
  });

  it('has none of ours where a language server has some', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('written.ts');
    await workbench.goTo(1, begun.indexOf('join') + 1);
    await workbench.type('rev');
    await askFor('reverse');
    expect(await rows(/Nihilo/).count()).toBe(0);
    await workbench.press('Escape');
  });

  it('is continued by what follows the selected entry, which both stand there when they are accepted', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('selected.txt');
    await workbench.goTo(1, 1);
    await workbench.type('The bit');
    await askFor('bittern');
    const rest = prose.slice('The bittern'.length).trimEnd();
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).toBe(`tern${rest}`);
    await workbench.screenshot('selected-entry', 300);
    await workbench.press('Tab');
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).toBe(rest);
    await workbench.press('Tab');
    await workbench.save();
    expect((await readFile(path.join(folder, 'selected.txt'), 'utf8')).trimEnd()).toBe(prose.trimEnd());
  });

  it('leaves room for another extension’s text: ours is one choice beside it, and is written once', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('race.ts');
    await workbench.goTo(1, 1);
    await workbench.type('const puffinBur');
    const [ours, others] = ['thCliff', 'anotherCliff'];
    const shown = new Set<string>();
    const isOurs = async (): Promise<boolean> => {
      const ghost = await workbench.ghostText();
      for (const one of [ours, others]) if (ghost.includes(one)) shown.add(one);
      return ghost.includes(ours) && shown.size === 2;
    };
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).not.toBe('');
    const cycled = async (): Promise<boolean> => {
      if (await isOurs()) return true;
      await workbench.press('Alt+]');
      return false;
    };
    await expect.poll(cycled, { timeout: patience, interval: 500 }).toBe(true);
    await workbench.screenshot('second-provider', 300);
    await workbench.press('Tab');
    await workbench.save();
    expect((await readFile(path.join(folder, 'race.ts'), 'utf8')).trimEnd()).toBe(known.trimEnd());
    expect(await session.failures()).toEqual([]);
  });

  function rows(text: string | RegExp): Locator {
    return workbench.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: text });
  }

  /** Asks for the list until it has an entry: a language server takes a while to start, and so does what is counted. */
  async function askFor(text: string): Promise<Locator> {
    const row = rows(text).first();
    const end = Date.now() + patience;
    while (Date.now() < end && (await row.count()) === 0) {
      await workbench.press('Escape');
      await workbench.press('Control+Space');
      await row.waitFor({ timeout: 5_000 }).catch((error: unknown) => {
        if (!(error instanceof errors.TimeoutError)) throw error;
      });
    }
    expect(await row.count()).toBe(1);
    return row;
  }
});
