import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousIn } from '../webview/pageChecks.ts';
import { stageIds } from '../../extension/protocol/stages.ts';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const file = 'engine/sampler.ts';

describe('the Inspector', () => {
  let session: Session;
  let workbench: Workbench;
  let inspector: InspectorPanel;
  beforeAll(async () => {
    session = await Session.start({ 'workbench.colorTheme': 'Dark Modern' });
    workbench = await session.openCode();
    inspector = new InspectorPanel(workbench);
  });
  afterAll(() => session.stop());

  const frame = () => workbench.webview();

  it('starts from nothing: random numbers, and a lesson a click until the doctor is kept away', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('Nihilo: Start from Nothing');
    const bar = frame().locator('.essay');
    await bar.waitFor();
    expect(await bar.getAttribute('data-step')).toBe('0');
    await inspector.settled('learning');
    await bar.getByRole('button', { name: '100 steps' }).click();
    await expect.poll(() => bar.getAttribute('data-says'), { timeout: patience }).toBe('away');
    await inspector.settled('learning');
    await workbench.screenshot('start-from-nothing');
    await bar.getByRole('button', { name: 'Back to my code' }).click();
  });

  it('leads through every stage on the cursor’s own text, from the real engine', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('View: Focus First Editor Group');
    await workbench.openFile(file);
    await workbench.goTo(18, 5);
    await workbench.runCommand('Nihilo: Open Inspector');
    await frame()
      .locator('header .place', { hasText: `${file}:18:5` })
      .waitFor();
    for (const stage of stageIds) {
      await inspector.openStage(stage);
      expect(await frame().locator('[role="alert"]').allTextContents(), stage).toEqual([]);
      await workbench.screenshot(`stage-${stage}`);
    }
  });

  it('breaks no policy, asks nobody else, and has nothing serious for axe-core in any stage', async (context) => {
    keepOnFailure(workbench, context);
    const { page } = workbench;
    await workbench.runCommand('View: Close All Editors');
    await page.locator('iframe.webview').first().waitFor({ state: 'detached' });
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await workbench.openFile(file);
    await workbench.goTo(18, 5);
    await workbench.runCommand('Nihilo: Open Inspector');
    await frame().locator('.inspected').waitFor();
    const panel = (await (await frame().locator('body').elementHandle())!.ownerFrame())!;
    await panel.evaluate(() => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI));
      Object.assign(window, { violations });
    });
    for (const stage of stageIds) {
      await inspector.openStage(stage);
      expect(await seriousIn(panel), stage).toEqual([]);
    }
    // A sheet, which is made by a script of its own.
    await inspector.openStage('scores');
    await frame().locator('.prediction .num[data-of="logit"]:visible').first().dblclick();
    await frame().locator('.sheet [data-result]').first().waitFor();
    expect(await seriousIn(panel), 'sheet').toEqual([]);
    await frame().locator('.sheet button.primary').click();
    expect(await panel.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual(
      [],
    );
    expect(refused).toEqual([]);
    const editor = `${new URL(page.url()).origin}/`;
    const ours = /^https:\/\/[^/]+\.vscode-resource\.vscode-cdn\.net\/.+\/dist\/webview\/\w+\.(css|js)$/;
    expect(requests.filter((url) => !url.startsWith(editor) && !ours.test(url))).toEqual([]);
  });

  it('shows the parts of the mixture, whose decisions multiply to the mixed probability', async (context) => {
    keepOnFailure(workbench, context);
    await inspector.openStage('scores');
    const rows = frame().locator('.decisions tbody tr[data-decision]');
    await rows.first().waitFor();
    const decisions = await rows.evaluateAll((all) =>
      all.map((row) => ({
        pushes: [...row.querySelectorAll('[data-push]')].map((cell) =>
          Number(cell.getAttribute('data-push')),
        ),
        stretched: Number(row.querySelector('[data-stretched]')!.getAttribute('data-stretched')),
        side: Number(row.lastElementChild!.textContent),
      })),
    );
    for (const { pushes, stretched } of decisions) {
      expect(Math.abs(pushes.reduce((sum, push) => sum + push, 0) - stretched)).toBeLessThanOrEqual(1e-6);
    }
    const mixed = Number(await frame().locator('.decisions tfoot td').textContent());
    const product = decisions.reduce((probability, { side }) => probability * side, 1);
    // Sides are shown with four decimals.
    expect(Math.abs(product - mixed)).toBeLessThanOrEqual(1e-4 * decisions.length);
  });

  it('opens the calculation of a number by the keyboard, and the machine is within its bound', async (context) => {
    keepOnFailure(workbench, context);
    await frame().locator('.num[data-of="logit"]').first().focus();
    await workbench.press('p');
    const results = frame().locator('.sheet [data-result]');
    await results.first().waitFor();
    for (const row of await results.all()) {
      const [difference, bound] = await Promise.all(
        ['data-difference', 'data-bound'].map(async (name) => Number(await row.getAttribute(name))),
      );
      expect(difference!).toBeLessThanOrEqual(bound!);
    }
    await workbench.screenshot('sheet');
  });

  it('gives the keyboard to a part of the page by a command, and back to the code by Esc', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('View: Focus First Editor Group');
    await workbench.openFile(file);
    await workbench.goTo(18, 5);
    await workbench.runCommand('Nihilo: Focus Details');
    await frame().locator('aside.details:focus').waitFor();
    await workbench.runCommand('Nihilo: Focus Token Strip');
    await frame().locator('.strip [role="option"][aria-selected="true"]:focus').waitFor();
    await workbench.runCommand('Nihilo: Focus Inspector');
    await frame().locator('.rail-entry:focus, .rail-select select:focus').waitFor();
    await workbench.press('Escape');
    await workbench.page.locator('.editor-group-container .monaco-editor.focused').waitFor();
  });
});
