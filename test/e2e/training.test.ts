import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const train = 'Nihilo: Train on Workspace';

/** What a training that has begun to learn shows; before that it reads files, which takes a moment. */
const learning = /training, \d+\.\d+ bits per byte/;

describe('training in the editor', () => {
  let session: Session;
  /** one whole training, from the command to its end */
  let trained: { readonly folder: string; readonly from: number; readonly to: number };
  /** where one is running, from test to test */
  let running: Workbench;

  beforeAll(async () => {
    // Long enough that each of them is still running when it is stopped.
    session = await Session.start({ 'nihilo.training.seconds': 600, 'nihilo.training.preset': 'small' });
  });
  afterAll(() => session.stop());

  it('says in one sentence that a folder must be open', async (context) => {
    const workbench = await session.open();
    keepOnFailure(workbench, context);
    await workbench.runCommand(train);
    await workbench
      .notification('Training needs an open folder with code and none is open; open a folder')
      .waitFor();
    await workbench.close();
  });

  it('says in one sentence that an empty folder holds nothing to learn from', async (context) => {
    const workbench = await session.open(await session.emptyFolder());
    keepOnFailure(workbench, context);
    await workbench.runCommand(train);
    await workbench.notification(/needs|expected/i).waitFor();
    await workbench.screenshot('empty-workspace');
    expect(await workbench.statusBar('Nihilo').textContent()).not.toMatch(/training/i);
    await workbench.close();
  });

  it('keeps the best model so far when it is cancelled', async (context) => {
    const folder = await session.folderOfCode();
    const workbench = await session.open(folder);
    keepOnFailure(workbench, context);
    const before = (await session.models()).length;
    const from = Date.now();
    await startTraining(workbench);
    await workbench.notification(/on held-out files/).waitFor();
    await workbench.notification(learning).getByRole('button', { name: 'Cancel' }).click();
    await workbench.notification('Training stopped; the best model so far is kept').waitFor();
    await expect.poll(() => session.models(), { timeout: patience }).toHaveLength(before + 1);
    trained = { folder, from, to: Date.now() };
    await workbench.close();
  });

  it('never holds the thread that all extensions share for 20 ms', async () => {
    const stalls = await session.stalls(trained.folder);
    // The probe works: loading the editor's own extensions holds the thread.
    expect(stalls).not.toEqual([]);
    const during = stalls.filter(({ at }) => at >= trained.from && at <= trained.to);
    for (const { at, milliseconds, oursMs } of during) {
      console.log(
        `${at - trained.from} ms after the command: held ${milliseconds.toFixed(0)} ms, ${oursMs.toFixed(0)} of them by Nihilo`,
      );
    }
    expect(during.filter(({ oursMs }) => oursMs > 20)).toEqual([]);
  });

  it('says how long it will take, and its link opens the log', async (context) => {
    running = await session.open(await session.folderOfCode());
    keepOnFailure(running, context);
    await startTraining(running);
    await running.notification(/, \d+:\d\d left/).waitFor();
    await running.notification(learning).getByRole('link', { name: 'show log' }).click();
    const lines = running.page.locator('.panel .view-line');
    await lines.filter({ hasText: 'progress: {"step":' }).first().waitFor();
    await running.screenshot('training-log');
    await running.runCommand('View: Hide Panel');
  });

  it('takes no step while it is paused from the menu, in which suggestions come as always, and goes on then', async (context) => {
    keepOnFailure(running, context);
    await chooseFromMenu('Pause Training');
    await running.statusBar('Nihilo: paused').waitFor();
    await running.notification(/paused/).waitFor();
    await running.screenshot('training-paused');
    // The step that was under way is still told of.
    await write('engine/checkpoint.ts');
    const paused = await reports();
    await write('engine/decoder.ts');
    expect(await reports()).toBe(paused);
    await running.runCommand('Nihilo: Resume Training');
    await expect.poll(reports, { timeout: patience }).toBeGreaterThan(paused);
    await running.notification(learning).waitFor();
    expect(await running.notification(/paused/).count()).toBe(0);
  });

  it('is offered no second time while it runs, but can be stopped', async (context) => {
    keepOnFailure(running, context);
    await running.press('F1');
    const input = running.page.locator('.quick-input-widget input');
    const rows = (label: string) =>
      running.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${label}"]`);
    await input.fill('>Nihilo: Stop Training');
    await rows('Nihilo: Stop Training').first().waitFor();
    await input.fill(`>${train}`);
    await rows('Nihilo: Stop Training').first().waitFor({ state: 'hidden' });
    expect(await rows(train).count()).toBe(0);
    await running.press('Escape');
    await running.runCommand('Nihilo: Stop Training');
    await running.notification(learning).waitFor({ state: 'hidden' });
    await running.close();
  });

  it('leaves nothing torn when the window is closed: the folder opens and trains again', async (context) => {
    const folder = await session.folderOfCode();
    const closed = await session.open(folder);
    keepOnFailure(closed, context);
    await startTraining(closed);
    await closed.close();
    const workbench = await session.open(folder);
    keepOnFailure(workbench, context);
    await workbench.statusBar(/Nihilo/).waitFor();
    await startTraining(workbench);
    await workbench.close();
  });

  async function chooseFromMenu(action: string): Promise<void> {
    await running.statusBar('Nihilo').click();
    await running.page.locator('.quick-input-list .monaco-list-row', { hasText: action }).click();
  }

  /** A line above all others of a file, up to a suggestion. */
  async function write(file: string): Promise<void> {
    await running.openFile(file);
    await running.goTo(1, 1);
    // A key is lost where the editor has not yet got the keyboard back.
    await running.runCommand('Insert Line Above');
    await running.typeUntilGhostText("import { NihiloError } from '../protocol/errors.ts';");
    await running.press('Escape');
  }

  /** How often the log tells of steps. */
  async function reports(): Promise<number> {
    return (await session.logged(/ progress: \{"step":/)).length;
  }
});

async function startTraining(workbench: Workbench): Promise<void> {
  await workbench.runCommand(train);
  await workbench.notification(learning).waitFor();
}
