import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { openOnSample, settled } from './sampleInspector.ts';

/** As the editor's part of every webview does it: what the menu's `when` clauses are asked with. */
const listening = `
  window.menus = [];
  window.addEventListener('contextmenu', (event) => {
    let context = {};
    for (let at = event.target.closest('[data-vscode-context]'); at !== null;
      at = at.parentElement?.closest('[data-vscode-context]') ?? null)
      context = { ...JSON.parse(at.dataset.vscodeContext), ...context };
    window.menus.push(context);
    event.preventDefault();
  });
`;

describe.skipIf(whyNoBrowser !== null)('the menu of a number, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  const open = () => openOnSample(editor, { initScript: listening });
  const menus = ({ page }: OpenInspector) =>
    page.evaluate(() => (window as unknown as { menus: Record<string, unknown>[] }).menus);
  const ofNumber = { webviewSection: 'number', preventDefaultContextMenuItems: true };

  test('is a number’s where it is opened on one, by the mouse or by either key, and else the editor’s own', async () => {
    const inspector = await open();
    const { page } = inspector;
    const number = page.locator('.num[data-of="logit"]').first();
    await number.click({ button: 'right' });
    await page.locator('header .place').click({ button: 'right' });
    await number.focus();
    await page.keyboard.press('ContextMenu');
    await page.keyboard.press('Shift+F10');
    await page.locator('.token[tabindex="0"]').focus();
    await page.keyboard.press('ContextMenu');
    expect(await menus(inspector)).toEqual([ofNumber, {}, ofNumber, ofNumber, {}]);
    await inspector.close();
  });

  const copied = ({ received }: OpenInspector): string[] =>
    received.flatMap((request) => (request.type === 'copy' ? [request.text] : []));

  async function copy(inspector: OpenInspector, number: Locator): Promise<void> {
    const before = copied(inspector).length;
    await number.click({ button: 'right' });
    inspector.conversation.onNumber('copy');
    await expect.poll(() => copied(inspector).length).toBe(before + 1);
  }

  test('copies a number as it is shown, with a minus that a calculator takes', async () => {
    const inspector = await open();
    await inspector.page.locator('.rail-entry[data-stage="attention"]').click();
    await settled(inspector, 'attention');
    const numbers = inspector.page.locator('.num[data-of="rotatedQuery"]');
    const negative = numbers.filter({ hasText: '−' }).first();
    const positive = numbers.filter({ hasNotText: '−' }).first();
    for (const number of [negative, positive]) await copy(inspector, number);
    const shown = [await negative.textContent(), await positive.textContent()];
    expect(copied(inspector)).toEqual(shown.map((text) => text!.replace('−', '-')));
    expect(copied(inspector).map(Number).map(Math.sign)).toEqual([-1, 1]);
    await inspector.close();
  });

  test('opens the sheet of that number, in every stage that has one', async () => {
    const inspector = await open();
    const { page } = inspector;
    for (const stage of ['vectors', 'attention', 'mix', 'neurons', 'scores', 'choice', 'learning', 'why']) {
      await page.locator(`.rail-entry[data-stage="${stage}"]`).click();
      await settled(inspector, stage);
      await page.locator('.prediction .num[data-of]:visible').first().click({ button: 'right' });
      inspector.conversation.onNumber('pencil');
      await page.waitForSelector('.sheet [data-result]');
    }
    await inspector.close();
  });

  test('does nothing with a number that is gone', async () => {
    const inspector = await open();
    const { page } = inspector;
    await page.locator('.num[data-of="logit"]').first().click({ button: 'right' });
    await page.locator('.rail-entry[data-stage="text"]').click();
    await settled(inspector, 'text');
    inspector.conversation.onNumber('copy');
    inspector.conversation.onNumber('pencil');
    // A message that comes behind both of them has been heard.
    inspector.conversation.focus('details');
    await page.waitForSelector('aside.details:focus');
    expect(copied(inspector)).toEqual([]);
    expect(await page.locator('.sheet').count()).toBe(0);
    expect(inspector.pageErrors).toEqual([]);
    await inspector.close();
  });
});
