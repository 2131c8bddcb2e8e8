import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { birdFiles } from '../calling/birds.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const trainingSeconds = 30;
/** The language server knows the names of a project, whether a window shows its files or not. */
const project = '{ "include": ["**/*.ts"] }\n';
const begun = 'export function flock(): void {\n  release(new Bakomi());\n  rest(2);\n\n}\n';

describe('function calling', () => {
  let session: Session;
  let workbench: Workbench;

  beforeAll(async () => {
    const settings = {
      'nihilo.functionCalling': true,
      'nihilo.base': 'off',
      'nihilo.training.preset': 'small',
      'nihilo.training.seconds': trainingSeconds,
      'nihilo.training.threads': 2,
      'workbench.colorTheme': 'Dark Modern',
      // An entry of the list that is selected is not in the document, and nobody is asked about it.
      'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
      'editor.suggestOnTriggerCharacters': false,
      'editor.parameterHints.enabled': false,
    };
    session = await Session.start(settings, { restricted: true });
    const folder = await session.emptyFolder();
    await mkdir(path.join(folder, 'birds'));
    const files = [...birdFiles(), ['tsconfig.json', project], ['written.ts', begun]] as const;
    for (const [file, text] of files) await writeFile(path.join(folder, file), text);
    workbench = await session.open(folder);
    await workbench.statusBar(/Nihilo: counts/).waitFor();
    await workbench.runCommand('Nihilo: Train on Workspace');
    const timeout = trainingSeconds * 1_000 + 3 * patience;
    await workbench.statusBar('Nihilo: counts + transformer').waitFor({ timeout });
  }, 200_000);
  afterAll(() => session.stop());

  it('is wholly off in Restricted Mode: nobody is asked at places where the model would', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.statusBar('Restricted Mode').waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.openFile('written.ts');
    await workbench.goTo(4, 1);
    const asked = (await session.completions()).length;
    for (let i = 0; i < 2; i++) await writeRelease();
    const since = async (): Promise<number> => (await session.completions()).length - asked;
    await expect.poll(since, { timeout: patience }).toBeGreaterThanOrEqual(2);
    expect(await session.logged(/asked for names/)).toEqual([]);
    await workbench.save();
  });

  it('is answered by the language server, and what is chosen is one of the names that it returned', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.trustFolder();
    await workbench.statusBar('Restricted Mode').waitFor({ state: 'hidden' });
    await workbench.openFile('written.ts');
    // Only now the server starts; what is written before, the model need not ask for behind it.
    await workbench.page.locator('.monaco-breadcrumb-item', { hasText: 'flock' }).waitFor();
    // The server needs some seconds before it answers in time; each key asks anew.
    const messages = async (): Promise<number> => {
      await writeRelease();
      return (await session.functionCalls()).length;
    };
    await expect.poll(messages, { timeout: 2 * patience, interval: 500 }).toBeGreaterThan(0);
    await workbench.screenshot('function-call');
    for (const { tool, returned, text, chosen } of await session.functionCalls()) {
      expect(returned).toBeGreaterThan(0);
      expect(text.startsWith(`<|call|>${tool}`)).toBe(true);
      expect(text.endsWith('<|end|>')).toBe(true);
      const shown = text.slice(text.indexOf('<|result|>') + '<|result|>'.length, -'<|end|>'.length);
      const names = shown.split(',').map((name) => name.trim());
      for (const { name } of chosen) expect(names).toContain(name);
    }
  });

  it('fails nowhere', async () => {
    expect(await session.failures()).toEqual([]);
  });

  /** Writes a line up to where the name of another file stands, waits there as somebody who thinks, and ends it. */
  async function writeRelease(): Promise<void> {
    await workbench.type('  release(new ');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await workbench.press('Escape');
    await workbench.type('Batase());');
    await workbench.press('Escape');
    await workbench.press('Enter');
  }
});
