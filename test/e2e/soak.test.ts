import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const keys = 2_000;
/** What one-time work has taken by then is not what typing takes. */
const settledAfter = 600;

/** A person who types fast, and a window that trains meanwhile. */
describe(`${keys} keys of a real file, typed while a training runs`, () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;

  beforeAll(async () => {
    session = await Session.start({
      'nihilo.training.seconds': 900,
      'nihilo.training.threads': 1,
      // What is typed is what shall stand there: the editor adds nothing by itself.
      'editor.autoIndent': 'none',
      'editor.autoClosingBrackets': 'never',
      'editor.autoClosingQuotes': 'never',
      'editor.autoClosingComments': 'never',
      'editor.formatOnType': false,
      'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
      'editor.suggestOnTriggerCharacters': false,
      'editor.acceptSuggestionOnEnter': 'off',
      'editor.parameterHints.enabled': false,
    });
    folder = await session.folderOfCode();
    await writeFile(path.join(folder, 'soak.ts'), '');
    workbench = await session.open(folder);
  });
  afterAll(() => session.stop());

  it('all stand there, and are answered without a failure', async (context) => {
    keepOnFailure(workbench, context);
    const source = await readFile(path.join(folder, 'engine', 'decoder.ts'), 'utf8');
    const text = source.slice(0, keys);
    await workbench.statusBar('Nihilo: counts').waitFor();
    await workbench.runCommand('Nihilo: Train on Workspace');
    await workbench.notification(/bits per byte/).waitFor({ timeout: 2 * patience });
    await workbench.openFile('soak.ts');
    const before = (await session.completionTimes()).length;
    await type(text.slice(0, settledAfter));
    const settledMb = await extensionHostMb();
    await type(text.slice(settledAfter));
    const grownMb = (await extensionHostMb()) - settledMb;
    await workbench.press('Escape');
    await workbench.save();
    expect(await readFile(path.join(folder, 'soak.ts'), 'utf8')).toBe(text);

    const times = (await session.completionTimes()).slice(before).toSorted((a, b) => a - b);
    const percentile = (share: number): string => times[Math.ceil(share * times.length) - 1]!.toFixed(1);
    console.log(
      `${times.length} asks: median ${percentile(0.5)}, p95 ${percentile(0.95)}, worst ${percentile(1)} ms; ${grownMb.toFixed(1)} MB more after the first ${settledAfter} keys`,
    );
    await workbench.screenshot('soak');
    // The editor asks where somebody pauses, the more often the slower it is itself: 151 to 321 times where this was tried.
    expect(times.length).toBeGreaterThan(keys / 40);
    expect(await session.failures()).toEqual([]);
    expect((await session.stalls(folder)).filter(({ oursMs }) => oursMs > 20)).toEqual([]);
  });

  async function type(text: string): Promise<void> {
    for (const character of text) {
      if (character === '\n') await workbench.press('Enter');
      else await workbench.page.keyboard.type(character, { delay: 45 });
    }
  }
});

/** What the process of the extensions holds: with the training's thread, which takes and gives back more than typing can. */
async function extensionHostMb(): Promise<number> {
  const sizes: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!line.includes('--type=extensionHost')) continue;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    sizes.push(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024);
  }
  return Math.max(...sizes);
}
