import { execFile } from 'node:child_process';
import { copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const command = path.join(repository, 'dist', 'cli.js');

/** The pictures of the README show what a model of three minutes does; the claims below hold for one of seconds. */
const updatesPictures = process.env['NIHILO_UPDATE_SCREENSHOTS'] === '1';
const trainingSeconds = updatesPictures ? 180 : 25;

/** A file of the project without one of its lines, which the test writes again; many other files have the same line. */
const file = 'engine/checkpoint.ts';
const line = "import { NihiloError } from '../protocol/errors.ts';";
/** typed before a completion is waited for */
const given = 'import { NihiloError }';

/** Nothing in the project is like it. */
const foreign = 'const puffinBurrow = openTunnel(southCliff);';

/** Typed key by key; a key asks for a completion. */
const prose = 'const message = describe(error); if (message !== undefined) return message;';
const isEnough = (times: readonly number[]): boolean => times.length >= prose.length / 2;

/** Another file, which the split does not hold out. */
const learntFile = 'engine/decoder.ts';

const themes = [
  { label: 'Light Modern', uiTheme: 'vs', kind: 'vscode-light' },
  { label: 'Dark Modern', uiTheme: 'vs-dark', kind: 'vscode-dark' },
  { label: 'Dark High Contrast', uiTheme: 'hc-black', kind: 'vscode-high-contrast' },
  { label: 'Light High Contrast', uiTheme: 'hc-light', kind: 'vscode-high-contrast-light' },
] as const;

interface InspectJson {
  readonly tokens: readonly { readonly id: number }[];
  readonly top: readonly { readonly id: number; readonly logit: number; readonly probability: number }[];
}

describe('a model trained in the editor', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;
  let before: string;
  let after: string;

  beforeAll(async () => {
    session = await Session.start({
      'nihilo.training.seconds': trainingSeconds,
      'nihilo.training.threads': 2,
      'workbench.colorTheme': 'Dark Modern',
    });
    folder = await session.folderOfCode();
    const source = await readFile(path.join(folder, file), 'utf8');
    expect(source).toContain(`${line}\n`);
    [before, after] = source.split(line) as [string, string];
    await writeFile(path.join(folder, file), before + after);
    workbench = await session.open(folder);
  });
  afterAll(() => session.stop());

  it('is not needed: a line is completed before any training, from what the other files repeat', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.statusBar('Nihilo: counts').waitFor();
    await workbench.openFile(file);
    await workbench.goTo(before.split('\n').length, 1);
    await workbench.type(given);
    const { typed, ghost } = await workbench.typeUntilGhostText(line.slice(given.length));
    await workbench.screenshot('counts-ghost-text');
    expect(line.startsWith(given + typed + ghost)).toBe(true);
    expect(await session.models()).toEqual([]);
    await workbench.press('Escape');
    await workbench.runCommand('File: Revert File');
  });

  it('is not needed to learn from a file that something else has written', async (context) => {
    keepOnFailure(workbench, context);
    await writeFile(path.join(folder, 'engine', 'puffin.ts'), `${foreign}\n`.repeat(4));
    await workbench.openFile(file);
    await workbench.goTo(before.split('\n').length, 1);
    // Shorter, and the base model has a guess of its own.
    const begun = 'const puffinBurrow = open';
    await workbench.type(begun);
    const { typed, ghost } = await workbench.typeUntilGhostText(foreign.slice(begun.length));
    expect(foreign).toContain(begun + typed + ghost);
    await rm(path.join(folder, 'engine', 'puffin.ts'));
    await workbench.press('Escape');
    await workbench.runCommand('File: Revert File');
  });

  it('comes from one command, which shows the loss and can be cancelled', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Train on Workspace');
    const notification = workbench.notification(/bits per byte/);
    await notification.waitFor();
    await workbench.screenshot('training-notification');
    expect(await notification.getByRole('button', { name: 'Cancel' }).count()).toBe(1);
    await expect
      .poll(() => session.models(), { timeout: trainingSeconds * 1_000 + patience })
      .toHaveLength(1);
    await workbench.statusBar('Nihilo: counts + transformer').waitFor({ timeout: 2 * patience });
  });

  it('completes a line as ghost text, and Tab writes exactly that text into the document', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.openFile(file);
    await workbench.goTo(before.split('\n').length, 1);
    await workbench.type(given);
    const { typed, ghost } = await workbench.typeUntilGhostText(line.slice(given.length));
    await picture('ghost-text', 420);
    await workbench.press('Tab');
    await workbench.save();
    const written = await readFile(path.join(folder, file), 'utf8');
    expect(written).toBe(before + given + typed + ghost + after);
  });

  it('learns a file that is saved, or takes it back where held-out text would cost more', async (context) => {
    keepOnFailure(workbench, context);
    const earlier = (await session.saves()).length;
    await workbench.openFile(learntFile);
    await workbench.goTo(1, 1);
    for (let copy = 1; copy <= 4; copy++) {
      await workbench.type(`const tunnel${copy} = openTunnel(southCliff, ${copy});`);
      await workbench.press('Escape');
      await workbench.press('Enter');
    }
    await workbench.save();
    const learnt = async () => (await session.saves()).slice(earlier).at(-1) ?? null;
    await expect.poll(learnt, { timeout: patience }).not.toBeNull();
    const { steps, share, newTokens, heldOut } = (await learnt())!;
    expect(steps).toBeGreaterThan(0);
    expect(newTokens).toBeGreaterThan(0);
    if (share > 0) expect(heldOut.after).toBeLessThanOrEqual(heldOut.before);
    await workbench.openFile(file);
    await workbench.goTo(before.split('\n').length, 1);
    await workbench.press('End');
  });

  it('is fine-tuned by a command, which says what became of new and of old text', async (context) => {
    keepOnFailure(workbench, context);
    const added = path.join(folder, 'specs');
    await cp(path.join(repository, 'test', 'engine'), added, { recursive: true });
    await workbench.runCommand('Nihilo: Fine-Tune on Workspace');
    const told = workbench.notification(/bits per byte on its held-out part|The model stays as it was/);
    await told.waitFor({ timeout: trainingSeconds * 1_000 + 2 * patience });
    await workbench.screenshot('fine-tuned');
    await rm(added, { recursive: true });
    await workbench.statusBar('Nihilo: counts + transformer').waitFor({ timeout: 2 * patience });
  });

  it('is shown by the Inspector with the numbers of `nihilo inspect`', async (context) => {
    keepOnFailure(workbench, context);
    const place = await workbench.cursor();
    await workbench.runCommand('Nihilo: Open Inspector');
    const inspector = new InspectorPanel(workbench);
    await inspector.showing(file, place);
    const [tokenIds, rows] = [await inspector.tokenIds(), await inspector.rows()];

    const expected = await inspect(`${path.join(folder, file)}:${place.line}:${place.column}`);
    expect(tokenIds).toEqual(expected.tokens.map(({ id }) => id));
    // The editor's predictor goes on from the tokens that it has read, the command reads all at once: the same sums in
    // another order. Cached and uncached logits agree within 1e-4.
    const expectedById = new Map(expected.top.map((token) => [token.id, token]));
    for (const { id, logit, probability } of rows.filter((row) => row.id !== null)) {
      expect(Math.abs(logit! - expectedById.get(id!)!.logit)).toBeLessThanOrEqual(1e-4);
      expect(Math.abs(probability - expectedById.get(id!)!.probability)).toBeLessThanOrEqual(1e-6);
    }
  });

  it('gives each position probabilities that add up to 1, exactly and as printed', async (context) => {
    keepOnFailure(workbench, context);
    const inspector = new InspectorPanel(workbench);
    for (let i = 0; i < 6; i++) {
      const rows = await inspector.rows();
      expect(rows).toHaveLength(21);
      expect(Math.abs(rows.reduce((sum, row) => sum + row.probability, 0) - 1)).toBeLessThanOrEqual(1e-6);
      const decimals = rows[0]!.shown.split('.')[1]!.length;
      const total = await inspector.total();
      expect(rows.reduce((sum, row) => sum + Number(row.shown), 0).toFixed(decimals)).toBe(total);
      expect(Number(total)).toBe(1);
      await inspector.choosePrevious();
    }
    await picture('inspector', 900);
  });

  for (const { label, uiTheme, kind } of themes) {
    it(`is shown by the Inspector in the colours of ${label}`, async (context) => {
      keepOnFailure(workbench, context);
      await workbench.useTheme(label, uiTheme);
      const body = new InspectorPanel(workbench).frame.locator('body');
      await expect.poll(() => body.getAttribute('data-vscode-theme-kind'), { timeout: patience }).toBe(kind);
      await workbench.screenshot(`inspector-${uiTheme}`);
    });
  }

  it('answers within 100 ms in 95 of 100 times, in the least disturbed of three rounds of typing', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('View: Focus First Editor Group');
    await workbench.goTo(before.split('\n').length, 1);
    await workbench.press('End');
    const rounds: number[] = [];
    while (rounds.length < 3 && !rounds.some((p95) => p95 <= 100)) rounds.push(await p95OfTyping());
    expect(Math.min(...rounds)).toBeLessThanOrEqual(100);
  });

  /** Milliseconds. A round is one line typed at a person's pace. */
  async function p95OfTyping(): Promise<number> {
    const earlier = (await session.completionTimes()).length;
    const times = async () => (await session.completionTimes()).slice(earlier).toSorted((a, b) => a - b);
    await workbench.press('Enter');
    await workbench.type(prose);
    await expect.poll(times, { timeout: patience }).toSatisfy(isEnough);
    const sorted = await times();
    const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1]!;
    console.log(
      `${sorted.length} completions: p95 ${p95.toFixed(1)} ms, worst ${sorted.at(-1)!.toFixed(1)} ms`,
    );
    return p95;
  }

  /** More rows than the Inspector's 20, because two of nearly the same probability may change places. */
  async function inspect(place: string): Promise<InspectJson> {
    const [model] = await session.models();
    const args = ['inspect', place, '--model', model!, '--top', '40', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...args]);
    return JSON.parse(stdout) as InspectJson;
  }

  /** @param height in pixels, from the top of the window */
  async function picture(name: string, height: number): Promise<void> {
    const screenshot = await workbench.screenshot(name, height);
    if (updatesPictures) await copyFile(screenshot, path.join(repository, 'media', `${name}.png`));
  }
});
