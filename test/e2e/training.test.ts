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

  it('never holds the thread that all extensions share for 50 ms', async () => {
    const stalls = await session.stalls(trained.folder);
    // The probe works: loading the editor's own extensions holds the thread.
    expect(stalls).not.toEqual([]);
    const during = stalls.filter(({ at }) => at >= trained.from && at <= trained.to);
    for (const { at, milliseconds, oursMs } of during) {
      console.log(
        `${at - trained.from} ms after the command: held ${milliseconds.toFixed(0)} ms, ${oursMs.toFixed(0)} of them by Nihilo`,
      );
    }
    expect(during.filter(({ oursMs }) => oursMs > 50)).toEqual([]);
  });

  it('refuses a second training in one sentence and goes on with the first', async (context) => {
    const workbench = await session.open(await session.folderOfCode());
    keepOnFailure(workbench, context);
    await startTraining(workbench);
    await workbench.runCommand(train);
    await workbench.notification(/already|running/).waitFor();
    await workbench.screenshot('second-training');
    await workbench.notification(learning).waitFor();
    await workbench.runCommand('Nihilo: Stop Training');
    await workbench.notification(learning).waitFor({ state: 'hidden' });
    await workbench.close();
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
});

async function startTraining(workbench: Workbench): Promise<void> {
  await workbench.runCommand(train);
  await workbench.notification(learning).waitFor();
}
