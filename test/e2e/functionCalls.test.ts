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
    session = await Session.start({
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
    });
    const folder = await session.emptyFolder();
    await mkdir(path.join(folder, 'birds'));
    const files = [...birdFiles(), ['tsconfig.json', project], ['written.ts', begun]] as const;
    for (const [file, text] of files) await writeFile(path.join(folder, file), text);
    workbench = await session.open(folder);
    await workbench.statusBar(/Nihilo: counts/).waitFor();
    await workbench.runCommand('Nihilo: Train on Workspace');
    const timeout = trainingSeconds * 1_000 + 3 * patience;
    await workbench.statusBar('Nihilo: counts + transformer').waitFor({ timeout });
  });
  afterAll(() => session.stop());

  it('is answered by the language server, and what is chosen is one of the names that it returned', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.openFile('written.ts');
    await workbench.goTo(4, 1);
    // The server needs some seconds before it answers in time; each key asks anew.
    const messages = async (): Promise<number> => {
      await workbench.type('  release(new ');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await workbench.press('Escape');
      await workbench.type('Batase());');
      await workbench.press('Escape');
      await workbench.press('Enter');
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
});
