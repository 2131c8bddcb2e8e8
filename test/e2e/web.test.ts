import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

/** The `browser` entry, in the editor's web worker, where an extension of the server's would run in Node. */
const inBrowser = {
  'remote.extensionKind': { 'nihilo.nihilo': ['web'] },
  'extensions.webWorker': true,
  'nihilo.training.seconds': 8,
  'nihilo.training.threads': 2,
  'nihilo.training.preset': 'pencil',
};

const file = 'engine/checkpoint.ts';
/** Another file, which the split does not hold out. */
const learntFile = 'engine/decoder.ts';
const line = "import { NihiloError } from '../protocol/errors.ts';";

describe.each([
  ['a page like any other', false],
  ['a page that is cross-origin isolated', true],
] as const)('in the browser, on %s', (_, isolated) => {
  const name = isolated ? 'web-isolated' : 'web';
  let session: Session;
  let workbench: Workbench;

  beforeAll(async () => {
    session = await Session.start(inBrowser, { isolated });
    workbench = await session.open(await session.folderOfCode());
  });

  afterAll(async () => {
    await session?.stop();
  });

  it('has the threads that the page allows', async () => {
    expect(await workbench.page.evaluate(() => globalThis.crossOriginIsolated)).toBe(isolated);
  });

  it('counts the workspace and completes', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.statusBar('Nihilo: counts + base').waitFor({ timeout: patience });
    await workbench.openFile(file);
    await workbench.goTo(1, 1);
    // An empty line above the first.
    await workbench.runCommand('Insert Line Above');
    const { ghost, typed } = await workbench.typeUntilGhostText(line);
    expect(typed.length + ghost.length).toBeLessThanOrEqual(line.length);
    // A bracket that the editor has closed stands between two parts of what is shown.
    const withoutBracket = (text: string): string => text.replaceAll(/\s*}\s*|\s+/g, ' ').trim();
    expect(withoutBracket(line.slice(typed.length))).toContain(withoutBracket(ghost));
    await workbench.screenshot(`${name}-completion`, 400);
    // In Node it would have logged how long that took, on the server's disk.
    expect(await session.completionTimes()).toEqual([]);
  });

  it('trains, and inspects the model', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Train on Workspace');
    await workbench.notification('The model is ready').waitFor({ timeout: 2 * patience });
    await workbench.screenshot(`${name}-trained`);
    expect(await logged('training ended')).toContain(`"threads":${isolated ? 2 : 1},`);
    const place = await workbench.cursor();
    await workbench.runCommand('Nihilo: Open Inspector');
    const inspector = new InspectorPanel(workbench);
    await inspector.showing(file, place);
    expect((await inspector.rows()).length).toBeGreaterThan(10);
    await workbench.screenshot(`${name}-inspector`);
    await inspector.drawsCurves();
    await workbench.screenshot(`${name}-curves`);
  });

  it('learns from what is saved', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(learntFile);
    await workbench.goTo(1, 1);
    await workbench.runCommand('Insert Line Above');
    await workbench.type(line);
    await workbench.save();
    expect(await logged('learn on save')).toContain('"steps":');
  });

  it.skipIf(isolated)('shows its walkthrough', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openWalkthrough('Get Started with Nihilo');
    const steps = workbench.page.locator('.gettingStartedContainer .step-title');
    await expect.poll(() => steps.count(), { timeout: patience }).toBe(5);
    const done = workbench.page.locator('.gettingStartedContainer .codicon-getting-started-step-checked');
    // The editor counts what is done from its first look at a walkthrough on, and may be late to look.
    const inspected = async (): Promise<number> => {
      await workbench.runCommand('Nihilo: Open Inspector');
      await new InspectorPanel(workbench).showing(learntFile, { line: 1, column: line.length + 1 });
      await workbench.openWalkthrough('Get Started with Nihilo');
      await steps.first().waitFor();
      return done.count();
    };
    await expect.poll(inspected, { timeout: patience, interval: 1_000 }).toBeGreaterThan(0);
    await workbench.screenshot('walkthrough');
  });

  /** What the log says of something, as soon as it does. */
  async function logged(what: string): Promise<string> {
    const panel = workbench.page.locator('.panel');
    await workbench.runCommand('Nihilo: Show Log');
    await panel.getByPlaceholder('Filter').fill(what);
    await panel.locator('.view-line', { hasText: what }).first().waitFor();
    const lines = await panel.locator('.view-line').allTextContents();
    await workbench.runCommand('View: Hide Panel');
    return lines.join(' ');
  }
});
