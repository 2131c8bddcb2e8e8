import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

describe('the chapters', () => {
  let session: Session;
  let workbench: Workbench;
  beforeAll(async () => {
    session = await Session.start({ 'workbench.colorTheme': 'Dark Modern' });
    workbench = await session.openCode();
  });
  afterAll(() => session.stop());

  it('end one by one, as the stage of each is opened from it', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('engine/sampler.ts');
    // Pictures are shown where there is room for them.
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await workbench.openWalkthrough('From nothing to something');
    const { page } = workbench;
    const container = page.locator('.gettingStartedContainer');
    const done = async (): Promise<string[]> =>
      container
        .locator('.getting-started-step')
        .filter({ has: page.locator('.codicon-getting-started-step-checked') })
        .locator('.step-title')
        .allTextContents();
    await container.locator('.step-title').first().waitFor();
    expect(await done()).toEqual([]);
    const chapters = [
      ['Words become pieces', 'Show my tokens', 'tokens'],
      ['A score for every token', 'Show the scores', 'scores'],
    ] as const;
    const ended: string[] = [];
    for (const [title, button, stage] of chapters) {
      await workbench.openWalkthrough('From nothing to something');
      await container.locator('.step-title', { hasText: title }).click();
      // Beside the page of the Inspector there is no room for it any more.
      const state = ended.length === 0 ? 'visible' : 'attached';
      await container.locator('.getting-started-media img').first().waitFor({ state });
      await workbench.screenshot(`chapter-${stage}`);
      await container.getByRole('button', { name: button }).click();
      await new InspectorPanel(workbench).settled(stage);
      await workbench.openWalkthrough('From nothing to something');
      ended.push(title);
      await expect.poll(done, { timeout: patience }).toEqual(ended);
    }
  });
});
