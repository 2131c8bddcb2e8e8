import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const trainingSeconds = 5;

/** What the user leaves out, and the one file that may be learnt from. */
const known = 'const puffinBurrow = openTunnel(southCliff);';
const hidden = {
  private: 'const otterHolt = digChannel(riverBank);',
  retired: 'const heronNest = weave(reeds);',
};
/** A file that a training learns from, and a save then. */
const learntFile = 'engine/decoder.ts';

describe('Restricted Mode, in a folder whose settings would have more of everything', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;
  let own: CountingServer;
  let foreign: CountingServer;
  /** that are learnt from in Restricted Mode */
  let restrictedFiles: number;
  const row = (name: string | RegExp): Locator => workbench.learntRow(name);

  beforeAll(async () => {
    [own, foreign] = await Promise.all([CountingServer.start(), CountingServer.start()]);
    session = await Session.start(
      {
        'workbench.colorTheme': 'Dark Modern',
        'nihilo.base': 'off',
        'nihilo.eagerness': 'high',
        'nihilo.exclude': { '**/private': true },
        'files.exclude': { '**/retired': true },
        '[plaintext]': { 'nihilo.enabled': false },
        'nihilo.training.seconds': trainingSeconds,
        'nihilo.training.threads': 1,
        'nihilo.training.preset': 'pencil',
      },
      { restricted: true },
    );
    await session.server.setMachine({ 'nihilo.remote.endpoint': own.url });
    folder = await session.folderOfCode();
    await writeFile(path.join(folder, 'puffin.ts'), `${known}\n`.repeat(6));
    for (const [name, line] of Object.entries(hidden)) {
      await mkdir(path.join(folder, name));
      await writeFile(path.join(folder, name, 'text.ts'), `${line}\n`.repeat(6));
    }
    await writeFile(path.join(folder, 'written.ts'), '\n');
    await writeFile(path.join(folder, 'notes.txt'), '\n');
    await mkdir(path.join(folder, '.vscode'));
    const widening = {
      'nihilo.exclude': { '**/private': false },
      'files.exclude': { '**/retired': false },
      '[plaintext]': { 'nihilo.enabled': true },
      'nihilo.base': 'on',
      'nihilo.training.seconds': 600,
      'nihilo.training.threads': 2,
      'nihilo.training.preset': 'small',
      'nihilo.training.whenIdle': 1,
      'nihilo.functionCalling': true,
      'nihilo.remote.endpoint': foreign.url,
    };
    await writeFile(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(widening));
    workbench = await session.open(folder);
  });
  afterAll(async () => {
    await Promise.all([own.close(), foreign.close()]);
    await session.stop();
  });

  it('completes from what the user lets be learnt, in the languages that the user has chosen, without another model', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.statusBar('Restricted Mode').waitFor();
    await workbench.statusBar('Nihilo: counts').waitFor();
    await workbench.openFile('written.ts');
    await workbench.goTo(1, 1);
    const begun = 'const puffinBurrow = open';
    await workbench.type(begun);
    const { typed, ghost } = await workbench.typeUntilGhostText(known.slice(begun.length));
    expect(known).toContain(begun + typed + ghost);
    await workbench.screenshot('restricted', 400);
    await workbench.press('Escape');
    await workbench.runCommand('File: Revert File');
    await workbench.openFile('notes.txt');
    await workbench.statusBar('Nihilo: off here').waitFor();
    expect(await session.logged(/model ready/)).toEqual([]);
  });

  it('learns from no file that the user leaves out', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Show What Is Learnt From');
    // The other tree makes room: what is scrolled out of sight is not there.
    await workbench.page
      .locator('.pane-header', { hasText: path.basename(folder) })
      .first()
      .click();
    await row('Learnt from').click();
    await row('Left out').click();
    restrictedFiles = await learntFiles();
    for (const name of Object.keys(hidden))
      await row(name).filter({ hasText: 'excluded by settings' }).waitFor();
    await workbench.screenshot('restricted-corpus');
  });

  it('trains when it is told to, for as long and with as much as the user has set, and learns from no save', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Train on Workspace');
    await workbench.notification('The model is ready').waitFor({ timeout: 2 * patience });
    const loaded = (): Promise<string[]> => session.logged(/model ready: /);
    await expect.poll(loaded, { timeout: patience }).toHaveLength(1);
    const [report] = await session.logged(/ training ended: /);
    const { preset, threads, seconds } = JSON.parse(/\{.*\}$/.exec(report!)![0]) as Record<string, unknown>;
    expect({ preset, threads }).toEqual({ preset: 'pencil', threads: 1 });
    // Between its limit and that of the workspace lies all that a slow machine may take.
    expect(seconds).toBeLessThan(10 * trainingSeconds);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await saveLine();
  });

  it('asks nobody: no server, no language server; and nothing was trained by itself', async () => {
    expect([own.asked, foreign.asked]).toEqual([0, 0]);
    expect(await session.logged(/remote: off in Restricted Mode$/)).not.toEqual([]);
    expect(await session.logged(/asked for names|nobody types: training/)).toEqual([]);
  });

  it('ends when the folder is trusted: its settings hold, and what is saved is learnt', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.trustFolder();
    await workbench.statusBar('Restricted Mode').waitFor({ state: 'hidden' });
    // Another file closes the editor in which the folder was trusted, which lies above all others.
    await workbench.openFile('notes.txt');
    await workbench.statusBar('Nihilo: counts').waitFor();
    for (const name of Object.keys(hidden)) await row(name).waitFor({ state: 'hidden' });
    const more = Object.keys(hidden).length;
    await expect.poll(learntFiles, { timeout: patience }).toBe(restrictedFiles + more);
    await workbench.screenshot('trusted-corpus');
    await saveLine();
    await expect.poll(async () => (await session.saves()).length, { timeout: patience }).toBeGreaterThan(0);
    // The save before the folder was trusted would have been learnt before this one.
    expect(await session.saves()).toHaveLength(1);
  });

  it('has kept the user’s server back, not turned it down; the workspace’s is never asked', async (context) => {
    keepOnFailure(workbench, context);
    // A server takes the transformer's place: before there is one, nobody is asked.
    await workbench.statusBar('Nihilo: counts + transformer').waitFor({ timeout: 2 * patience });
    await workbench.openFile('written.ts');
    await workbench.goTo(1, 1);
    await workbench.type(known.slice(0, 10));
    await expect.poll(() => own.asked, { timeout: patience }).toBeGreaterThan(0);
    expect(foreign.asked).toBe(0);
  });

  async function learntFiles(): Promise<number> {
    return Number(/(\d+) files/.exec((await row('Learnt from').textContent()) ?? '')?.[1]);
  }

  async function saveLine(): Promise<void> {
    await workbench.openFile(learntFile);
    await workbench.goTo(1, 1);
    await workbench.runCommand('Insert Line Above');
    await workbench.type(known);
    await workbench.press('Escape');
    await workbench.save();
  }
});

/** A server of completions that has none, and counts who asks. */
class CountingServer {
  asked = 0;
  readonly #server = createServer((_, response) => {
    this.asked++;
    response.writeHead(503).end();
  });

  static async start(): Promise<CountingServer> {
    const counting = new CountingServer();
    await new Promise<void>((resolve) => counting.#server.listen(0, '127.0.0.1', resolve));
    return counting;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
