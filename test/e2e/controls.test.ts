import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

/** A file of the project without one of its lines, which the test writes again; many other files have the same line. */
const file = 'engine/checkpoint.ts';
const line = "import { NihiloError } from '../protocol/errors.ts';";
const given = 'import { NihiloError }';
const trainingSeconds = 5;
const python = 'puffin_burrow = open_tunnel(south_cliff)';

describe('the controls', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;
  let before: string;

  beforeAll(async () => {
    session = await Session.start({
      'nihilo.training.seconds': trainingSeconds,
      'nihilo.completion.exclude': { '**/sampler.ts': true },
      'workbench.colorTheme': 'Dark Modern',
    });
    folder = await session.folderOfCode();
    const source = await readFile(path.join(folder, file), 'utf8');
    const [head, tail] = source.split(line) as [string, string];
    before = head;
    await writeFile(path.join(folder, file), head + tail);
    await writeFile(path.join(folder, 'puffin.py'), `${python}\n`.repeat(6));
    await writeFile(path.join(folder, 'written.py'), '\n');
    workbench = await session.open(folder);
    await workbench.statusBar('Nihilo: counts').waitFor();
  });
  afterAll(() => session.stop());

  const status = async (): Promise<string> =>
    (await workbench.page
      .locator('.statusbar-item[id="nihilo.nihilo.nihilo.status"] a, [id*="nihilo.status"] a')
      .first()
      .getAttribute('aria-label')) ?? '';

  it('say why there is no suggestion at the cursor', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('engine/random.ts');
    // export ty|pe
    await workbench.goTo(2, 10);
    await workbench.type('x');
    await expect.poll(status, { timeout: patience }).toContain('inside a word');
    await workbench.runCommand('Nihilo: Show Menu');
    await workbench.page.locator('.quick-input-widget input[placeholder*="inside a word"]').waitFor();
    await workbench.screenshot('controls-menu');
    await workbench.press('Escape');
    await workbench.runCommand('File: Revert File');
  });

  it('say that a file is excluded from suggestions, and by what', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('engine/sampler.ts');
    await workbench.statusBar('Nihilo: off here').waitFor();
    expect(await status()).toContain('nihilo.completion.exclude has "**/sampler.ts"');
  });

  it('snooze suggestions through the editor, and say until when', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(file);
    await workbench.runCommand('Nihilo: Snooze Suggestions');
    await workbench.page.locator('.quick-input-list .monaco-list-row[aria-label="5 minutes"]').click();
    await workbench.statusBar('Nihilo: snoozed').waitFor();
    expect(await status()).toContain('snoozed until');
    await workbench.runCommand('Nihilo: End Snooze');
    await workbench.statusBar('Nihilo: counts').waitFor();
  });

  it('turn suggestions off for one language, in the user’s settings, and on again from the menu; another goes on', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(file);
    await workbench.runCommand('Nihilo: Turn Suggestions On or Off for This Language');
    await workbench.statusBar('Nihilo: off here').waitFor();
    await expect
      .poll(status, { timeout: patience })
      .toContain('nihilo.enabled is off for the language typescript');
    await expect.poll(usersTypescript, { timeout: patience }).toEqual({ 'nihilo.enabled': false });
    await workbench.goTo(before.split('\n').length, 1);
    const asked = (await session.completions()).length;
    await workbench.type(given);
    expect(await workbench.ghostText()).toBe('');
    expect(await session.completions()).toHaveLength(asked);
    await workbench.runCommand('File: Revert File');
    await workbench.openFile('written.py');
    await workbench.statusBar('Nihilo: counts').waitFor();
    await workbench.type('puffin_burrow = open_t');
    await workbench.runCommand('Trigger Inline Suggestion');
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).not.toBe('');
    await workbench.press('Escape');
    await workbench.runCommand('File: Revert File');
    await workbench.openFile(file);
    await workbench.statusBar('Nihilo: off here').click();
    const action = workbench.page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'Turn On for typescript',
    });
    await action.waitFor();
    await workbench.screenshot('controls-language');
    await action.click();
    await workbench.statusBar('Nihilo: counts').waitFor();
    await expect.poll(usersTypescript, { timeout: patience }).toEqual({ 'nihilo.enabled': true });
    expect(existsSync(path.join(folder, '.vscode'))).toBe(false);
  });

  it('turn a language on where the workspace has turned it off: in the workspace’s settings', async (context) => {
    keepOnFailure(workbench, context);
    await configure({ '[typescript]': { 'nihilo.enabled': false } });
    await workbench.openFile(file);
    await workbench.statusBar('Nihilo: off here').waitFor();
    await workbench.runCommand('Nihilo: Turn Suggestions On or Off for This Language');
    await workbench.statusBar('Nihilo: counts').waitFor();
    const workspaces = path.join(folder, '.vscode', 'settings.json');
    const written = async (): Promise<unknown> => JSON.parse(await readFile(workspaces, 'utf8'));
    await expect.poll(written, { timeout: patience }).toEqual({ '[typescript]': { 'nihilo.enabled': true } });
    await configure({});
  });

  /** What the user's settings say of one language. */
  async function usersTypescript(): Promise<unknown> {
    const settings = await readFile(path.join(session.server.userData, 'User', 'settings.json'), 'utf8');
    return (JSON.parse(settings) as Record<string, unknown>)['[typescript]'];
  }

  /** The workspace's own settings, which the editor watches. */
  async function configure(settings: Record<string, unknown>): Promise<void> {
    await mkdir(path.join(folder, '.vscode'), { recursive: true });
    await writeFile(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
  }

  it('keep suggestions away until they are asked for, where that is wanted', async (context) => {
    keepOnFailure(workbench, context);
    await configure({ 'nihilo.completion.trigger': 'manual' });
    await workbench.openFile(file);
    await expect.poll(status, { timeout: patience }).toContain('when you ask for them');
    await workbench.goTo(before.split('\n').length, 1);
    const asked = (await session.completions()).length;
    await workbench.type(given);
    expect(await workbench.ghostText()).toBe('');
    // The editor has asked all the time: nothing was computed.
    expect(await session.completions()).toHaveLength(asked);
    await workbench.runCommand('Trigger Inline Suggestion');
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).toContain('from');
    await workbench.screenshot('controls-manual');
    await workbench.press('Escape');
    await configure({});
    await workbench.statusBar('Nihilo: counts').waitFor();
    await workbench.runCommand('File: Revert File');
  });

  it('train by themselves where nobody types, and stop at the next key', async (context) => {
    keepOnFailure(workbench, context);
    await configure({ 'nihilo.training.whenIdle': 1, 'nihilo.training.seconds': 600 });
    const training = workbench.statusBar(/Nihilo: (reading files|tokenizing|preparing|training)/);
    const isTraining = () => training.isVisible();
    await training.waitFor({ timeout: 2 * patience });
    const begun = (): Promise<string[]> => session.logged(/nobody types: training$/);
    await expect.poll(begun, { timeout: patience }).toHaveLength(1);
    await workbench.screenshot('controls-idle');
    await workbench.goTo(before.split('\n').length, 1);
    // Neither a look around nor the cursor ends it.
    expect(await isTraining()).toBe(true);
    await workbench.page.keyboard.type('/');
    await expect.poll(isTraining, { timeout: patience }).toBe(false);
    await configure({});
    await workbench.runCommand('File: Revert File');
    expect(await session.failures()).toEqual([]);
  });

  it('count a suggestion that is accepted, and show it', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(file);
    await workbench.goTo(before.split('\n').length, 1);
    await workbench.type(given);
    const { ghost } = await workbench.typeUntilGhostText(line.slice(given.length));
    await workbench.press('Tab');
    await workbench.runCommand('Nihilo: Show Statistics');
    const page = workbench.webview();
    const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name} \\d`) });
    await row('accepted').waitFor();
    expect(await row('accepted').textContent()).toMatch(/accepted\s*1\s/);
    expect(await row('shown, for long enough to be read').textContent()).toMatch(/read\s*[1-9]/);
    expect(await row('keystrokes saved').textContent()).toMatch(
      new RegExp(`saved\\s*${ghost.length - 1}\\s`),
    );
    await workbench.screenshot('controls-statistics');
  });

  it('report after a training how good the model is, in words and as a table', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Train on Workspace');
    const report = workbench.notification(/would have saved \d+ % of your keystrokes/);
    await report.waitFor({ timeout: 3 * patience });
    await workbench.screenshot('controls-report');
    await report.getByRole('button', { name: 'Show Report' }).click();
    const page = workbench.webview();
    await page.getByRole('row', { name: /^counts \+ transformer/ }).waitFor();
    await page.getByRole('row', { name: /^counts alone/ }).waitFor();
    await page.getByRole('row', { name: /^word-based suggestions/ }).waitFor();
    await workbench.screenshot('controls-report-card');
  });

  it('go on with a training that has come to its end, for as long again', async (context) => {
    keepOnFailure(workbench, context);
    const steps = async (): Promise<number[]> =>
      (await session.logged(/ held-out: /)).map((line) => Number(/"step":(\d+)/.exec(line)![1]));
    const last = Math.max(...(await steps()));
    const before = (await steps()).length;
    await workbench.runCommand('Nihilo: Train Further');
    const report = workbench.notification(/would have saved \d+ % of your keystrokes/);
    await expect.poll(async () => (await steps()).length, { timeout: 3 * patience }).toBeGreaterThan(before);
    await report.waitFor({ timeout: 3 * patience });
    // No step is made twice.
    expect((await steps()).slice(before).every((step) => step >= last)).toBe(true);
    expect(await session.failures()).toEqual([]);
  });
});
