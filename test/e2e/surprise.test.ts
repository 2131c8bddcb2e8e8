import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorPanel } from './inspector.ts';
import { keepOnFailure, Session } from './session.ts';
import { isInTime, patience, type Workbench } from './workbench.ts';

const file = 'engine/sampler.ts';

describe('what is surprising', () => {
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
  const titleButton = (label: string) =>
    workbench.page.locator('.editor-actions').getByRole('button', { name: label, exact: true });

  /** Rests the mouse on a word of the open editor until the hover has the links. */
  async function hoverOn(word: string): Promise<ReturnType<Workbench['page']['locator']>> {
    const { page } = workbench;
    const hover = page.locator('.monaco-hover:visible', { hasText: 'Pencil' });
    const at = page.locator('.view-line span span', { hasText: word }).first();
    await expect
      .poll(
        async () => {
          // What is marked is known a moment after the button; a mouse that rests asks once.
          await page.mouse.move(5, 5);
          await at.hover();
          return isInTime(hover.first().waitFor({ timeout: 1_500 }));
        },
        { timeout: patience },
      )
      .toBe(true);
    return hover.first();
  }

  it('is marked by a button in the title of an editor, which becomes the one that ends it', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile(file);
    await workbench.goTo(1, 1);
    await titleButton('Mark What Is Surprising').click();
    await titleButton('Stop Marking What Is Surprising').waitFor();
    expect(await titleButton('Mark What Is Surprising').count()).toBe(0);
  });

  it('is explained by a hover, whose links lead to the token under the mouse, not to the one at the cursor', async (context) => {
    keepOnFailure(workbench, context);
    const hover = await hoverOn('likeliest');
    const said = await hover.textContent();
    expect(said).toMatch(/ p [\d.e-]+ \([\d,]+(st|nd|rd|th) of [\d,]+\) · [\d.]+ bits · also /);
    await workbench.screenshot('surprise-hover');
    const [, shown] = / p ([\d.e-]+) /.exec(said!)!;
    await hover.getByText('Pencil', { exact: true }).click();
    const result = frame().locator('.sheet [data-result]').last();
    await result.waitFor({ timeout: patience });
    // The mark was made with half a context before it at least, the sheet with as much as there is.
    const machine = Number(await result.getAttribute('data-machine'));
    expect(Math.abs(Math.log2(machine / Number(shown)))).toBeLessThanOrEqual(3);
    const place = await frame().locator('header .place').textContent();
    expect(place).toMatch(new RegExp(`${file}:\\d+:\\d+ `));
    expect(place).not.toContain(`${file}:1:1 `);
    // The page has the keyboard now, and the marks beside it stay.
    expect(await workbench.page.locator('.monaco-editor [class*="ced-"]').count()).toBeGreaterThan(0);
    const ofPage = workbench.page.locator('.editor-group-container.active .editor-actions');
    await ofPage.getByRole('button', { name: 'Split Editor Right' }).first().waitFor();
    expect(await ofPage.getByRole('button', { name: /Mark/ }).count()).toBe(0);
    await workbench.screenshot('surprise-pencil');
  });

  it('leads to why, at the token that stands there', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('View: Focus First Editor Group');
    const hover = await hoverOn('temperature');
    await hover.getByText('Why?', { exact: true }).click();
    await inspector.settled('why');
    const chosen = frame().locator('[data-why]');
    const next = frame().locator('.strip [aria-selected="true"] + [role="option"]');
    expect(await chosen.getAttribute('data-why')).toBe(await next.getAttribute('data-token-id'));
  });

  it('has a number’s own menu in the Inspector, which opens its calculation', async (context) => {
    keepOnFailure(workbench, context);
    const { page } = workbench;
    await frame().locator('.prediction .num[data-of="logit"]:visible').first().click({ button: 'right' });
    const menu = page.locator('.monaco-menu');
    await menu.waitFor();
    const entries = await menu.locator('.action-label:not(.separator)').allTextContents();
    expect(entries.map((entry) => entry.trim())).toEqual(['Check by Pencil', 'Copy Number']);
    await workbench.screenshot('number-menu');
    await menu.getByText('Check by Pencil').click();
    await frame().locator('.sheet [data-result]').first().waitFor();
  });

  it('is not all that can be asked about: so can a suggestion, while it is shown and when it has been taken', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('View: Focus First Editor Group');
    // A line of this file, written once more below it.
    await workbench.goTo(26, 2);
    await workbench.press('Enter');
    await workbench.type('  const probabilities = soft');
    const { ghost } = await workbench.typeUntilGhostText('max(logits, options.temperature);');
    expect(ghost).not.toBe('');
    const suggested = frame().locator('[data-suggested]');
    const isShown = async (): Promise<void> => {
      await workbench.runCommand('Nihilo: Why This Completion?');
      await suggested.waitFor({ timeout: patience });
      const branch = frame().locator('[data-branch][data-done="true"]');
      await branch.waitFor({ timeout: patience });
      const count = Number(await branch.getAttribute('data-branch'));
      const ids = await branch
        .locator('.branch-token')
        .evaluateAll((all) => all.map((token) => token.getAttribute('data-token-id')));
      expect(count).toBeGreaterThan(0);
      expect(ids.length).toBeGreaterThanOrEqual(count);
      const product = Number(await suggested.getAttribute('data-suggested'));
      expect(product).toBeGreaterThan(0);
      expect(product).toBeLessThanOrEqual(1);
      shown.push(`${product} ${ids.slice(0, count).join(' ')}`);
    };
    const shown: string[] = [];
    await isShown();
    await workbench.screenshot('why-suggestion');
    await workbench.runCommand('View: Focus First Editor Group');
    await workbench.runCommand('Trigger Inline Suggestion');
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).not.toBe('');
    await workbench.press('Tab');
    await expect.poll(() => workbench.ghostText(), { timeout: patience }).toBe('');
    await isShown();
    expect(shown).toHaveLength(2);
    await workbench.runCommand('View: Focus First Editor Group');
    await workbench.runCommand('File: Revert File');
  });

  it('has no button where suggestions are off for the language', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.runCommand('View: Focus First Editor Group');
    await titleButton('Stop Marking What Is Surprising').waitFor();
    await workbench.runCommand('Nihilo: Turn Suggestions On or Off for This Language');
    await titleButton('Stop Marking What Is Surprising').waitFor({ state: 'hidden' });
    await workbench.runCommand('Nihilo: Turn Suggestions On or Off for This Language');
    await titleButton('Stop Marking What Is Surprising').click();
    await titleButton('Mark What Is Surprising').waitFor();
  });

  it('is also asked about in the side bar, where nothing is cut off, and which leads to the Inspector', async (context) => {
    keepOnFailure(workbench, context);
    const { page } = workbench;
    await workbench.runCommand('View: Close All Editors');
    await page.locator('iframe.webview').first().waitFor({ state: 'detached' });
    await workbench.openFile(file);
    await workbench.goTo(18, 5);
    await workbench.runCommand('Explorer: Focus on Why and Training View');
    await inspector.settled('why');
    const beyond = await frame()
      .locator('main')
      .evaluate(
        (main) =>
          main.ownerDocument.documentElement.scrollWidth - main.ownerDocument.documentElement.clientWidth,
      );
    expect(beyond).toBe(0);
    await workbench.screenshot('side-bar');
    const pane = page.locator('.pane', { has: page.locator('.title:text-is("Why and Training")') });
    await pane.locator('.pane-header').hover();
    await pane.getByRole('button', { name: 'Open Inspector' }).click();
    await page.locator('.tab.active', { hasText: 'Nihilo Inspector' }).waitFor();
  });
});
