import { afterAll, beforeAll, expect, it } from 'vitest';
import { CodeServer } from './codeServer.ts';
import { fromTask, launchBrowser, Workbench } from './workbench.ts';
import type { Browser } from 'playwright-core';
import { fileURLToPath } from 'node:url';

let server: CodeServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([CodeServer.start(fromTask('NIHILO_VSIX')), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

it('shows its state in the status bar', async () => {
  const workbench = await Workbench.open(
    browser,
    server.url(fileURLToPath(new URL('../../extension/protocol', import.meta.url))),
  );
  await workbench.statusBar('Nihilo').waitFor();
  expect(await workbench.screenshot('status-bar')).toContain('status-bar');
});
