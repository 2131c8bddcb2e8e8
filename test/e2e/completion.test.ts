import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const command = path.join(repository, 'dist', 'cli.js');

/** New code in a file of its own; its last line is empty and waits for `line`. */
const file = 'engine/fresh.ts';
const beginning = "import type { Platform } from '../platform/platform.ts';\n";
/** Frequent in the code that is trained on, so that a model of a few seconds expects how it goes on. */
const line = "import { NihiloError } from '../protocol/errors.ts';";

/** Typed key by key; each key asks for a completion. */
const prose = 'const message = describe(error); if (message !== undefined) return message;';
const isEnough = (times: readonly number[]): boolean => times.length >= prose.length / 2;

interface InspectJson {
  readonly tokens: readonly { readonly id: number }[];
  readonly top: readonly { readonly id: number; readonly logit: number; readonly probability: number }[];
  readonly others: { readonly count: number; readonly probability: number };
}

describe('a model trained in the editor', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;

  beforeAll(async () => {
    session = await Session.start({ 'nihilo.training.seconds': 25, 'nihilo.training.threads': 2 });
    folder = await session.folderOfCode();
    await writeFile(path.join(folder, file), beginning);
    workbench = await session.open(folder);
  });
  afterAll(() => session.stop());

  it('comes from one command, which shows the loss and can be cancelled', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Train on Workspace');
    const notification = workbench.notification(/bits per byte/);
    await notification.waitFor();
    await workbench.screenshot('training-notification');
    expect(await notification.getByRole('button', { name: 'Cancel' }).count()).toBe(1);
    await expect.poll(() => session.models(), { timeout: patience }).toHaveLength(1);
    await notification.waitFor({ state: 'hidden' });
  });

  it('completes a line as ghost text, and Tab writes exactly that text into the document', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(file);
    await workbench.goTo(2, 1);
    const { typed, ghost } = await workbench.typeUntilGhostText(line);
    await workbench.screenshot('ghost-text');
    await workbench.press('Tab');
    await workbench.save();
    expect(await readFile(path.join(folder, file), 'utf8')).toBe(beginning + typed + ghost);
  });

  it('answers within 100 ms in 95 of 100 times', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.press('Enter');
    await workbench.type(prose);
    await expect.poll(() => session.completionTimes(), { timeout: patience }).toSatisfy(isEnough);
    const times = (await session.completionTimes()).toSorted((a, b) => a - b);
    const p95 = times[Math.ceil(0.95 * times.length) - 1]!;
    console.log(
      `completions: ${times.length}, p95 ${p95.toFixed(1)} ms, worst ${times.at(-1)!.toFixed(1)} ms`,
    );
    expect(p95).toBeLessThanOrEqual(100);
    await workbench.save();
  });

  it('is shown by the Inspector with the very numbers of `nihilo inspect`', async (context) => {
    keepOnFailure(workbench, context);
    const place = await workbench.cursor();
    await workbench.runCommand('Nihilo: Open Inspector');
    const inspector = new InspectorPanel(workbench);
    await inspector.showing(file, place);
    const [tokenIds, rows] = [await inspector.tokenIds(), await inspector.rows()];

    const [model] = await session.models();
    const args = [
      'inspect',
      `${path.join(folder, file)}:${place.line}:${place.column}`,
      '--model',
      model!,
      '--json',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...args]);
    const expected = JSON.parse(stdout) as InspectJson;
    expect(tokenIds).toEqual(expected.tokens.map(({ id }) => id));
    expect(rows.map(({ id, logit, probability }) => ({ id, logit, probability }))).toEqual([
      ...expected.top.map(({ id, logit, probability }) => ({ id, logit, probability })),
      { id: null, logit: null, probability: expected.others.probability },
    ]);
  });

  it('gives each position probabilities that add up to 1, exactly and as printed', async (context) => {
    keepOnFailure(workbench, context);
    const inspector = new InspectorPanel(workbench);
    for (let i = 0; i < 4; i++) {
      const rows = await inspector.rows();
      expect(rows).toHaveLength(21);
      expect(Math.abs(rows.reduce((sum, row) => sum + row.probability, 0) - 1)).toBeLessThanOrEqual(1e-6);
      const decimals = rows[0]!.shown.split('.')[1]!.length;
      expect(rows.reduce((sum, row) => sum + Number(row.shown), 0).toFixed(decimals)).toBe(
        await inspector.total(),
      );
      expect(Number(await inspector.total())).toBe(1);
      await inspector.choosePrevious();
    }
  });

  for (const [label, uiTheme] of [
    ['Light Modern', 'vs'],
    ['Dark Modern', 'vs-dark'],
    ['Dark High Contrast', 'hc-black'],
    ['Light High Contrast', 'hc-light'],
  ] as const) {
    it(`is readable in the Inspector in ${label}`, async (context) => {
      keepOnFailure(workbench, context);
      await workbench.useTheme(label, uiTheme);
      const body = new InspectorPanel(workbench).frame.locator('body');
      await expect
        .poll(() => body.getAttribute('data-vscode-theme-kind'), { timeout: patience })
        .toBe(kinds[uiTheme]);
      await workbench.screenshot(`inspector-${uiTheme}`);
    });
  }
});

const kinds = {
  vs: 'vscode-light',
  'vs-dark': 'vscode-dark',
  'hc-black': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast-light',
} as const;
