import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

const file = 'engine/sampler.ts';

describe('the Inspector after the window is loaded again', () => {
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
  const position = () => frame().locator('.prediction').getAttribute('data-position');

  async function reload(): Promise<void> {
    // As a person does: a page that is only loaded again may not have written yet what was open.
    const loaded = workbench.page.waitForEvent('domcontentloaded');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.statusBar('Nihilo').waitFor();
  }

  it('looks at the same place, stage and token, though it has the keyboard and no editor has', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(file);
    await workbench.goTo(18, 5);
    await workbench.runCommand('Nihilo: Open Inspector');
    await inspector.openStage('attention');
    await frame().locator('.strip [aria-selected="true"]').press('ArrowLeft');
    await inspector.settled('attention');
    const before = await position();
    await reload();
    await frame()
      .locator('header .place', { hasText: `${file}:18:5` })
      .waitFor();
    await inspector.settled('attention');
    await expect.poll(position, { timeout: patience }).toBe(before);
  });

  it('looks at the same place where its tab hides that of the file', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('View: Move Editor into Previous Group');
    await workbench.runCommand('View: Focus First Editor Group');
    await inspector.settled('attention');
    await reload();
    await frame()
      .locator('header .place', { hasText: `${file}:18:5` })
      .waitFor();
    await inspector.settled('attention');
  });

  it('goes on with the essay’s example where it was', async (context) => {
    keepOnFailure(workbench, context);
    await frame().locator('.start-essay').click();
    const bar = frame().locator('.essay');
    await bar.getByRole('button', { name: '100 steps' }).click();
    await expect.poll(() => bar.getAttribute('data-step'), { timeout: patience }).toBe('100');
    await inspector.settled('attention');
    const said = await bar.locator('[role="status"]').textContent();
    await reload();
    await bar.waitFor();
    await inspector.settled('attention');
    expect(await bar.getAttribute('data-step')).toBe('100');
    expect(await bar.locator('[role="status"]').textContent()).toBe(said);
  });
});
