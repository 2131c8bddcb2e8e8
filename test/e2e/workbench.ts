import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, errors, type FrameLocator, type Locator, type Page } from 'playwright-core';

const artifacts = fileURLToPath(new URL('artifacts', import.meta.url));

/** Nothing that the machine does in time is waited for longer than this; a slow machine must not fail a test. */
export const patience = 90_000;

const windowSize = { width: 1200, height: 900 };

export function launchBrowser(): Promise<Browser> {
  const executablePath = fromTask('CHROMIUM_PATH');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What `node tasks.mjs test:e2e` has found or made and hands over. */
export function fromTask(variable: 'CHROMIUM_PATH' | 'NIHILO_VSIX'): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error(`Expected ${variable} in the environment; run \`npm run test:e2e\`.`);
  return value;
}

/** One window of VS Code, used as a person uses it: keys, clicks and what is on the screen. */
export class Workbench {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Resolves when the extension is running: it has put its item into the status bar. */
  static async open(browser: Browser, url: string): Promise<Workbench> {
    const page = await browser.newPage({ viewport: windowSize });
    page.setDefaultTimeout(patience);
    await page.goto(url);
    const workbench = new Workbench(page);
    await workbench.statusBar('Nihilo').waitFor();
    return workbench;
  }

  /** @param title as the palette shows it, for example `Nihilo: Open Inspector` */
  async runCommand(title: string): Promise<void> {
    // A page that takes the keyboard as it opens closes the list of who was quicker: asked again, as a person does.
    do await this.page.keyboard.press('F1');
    while (!(await isInTime(this.#pick(`>${title}`, title, 10_000))));
  }

  /** @param label of an entry of the list that is open */
  async choose(label: string): Promise<void> {
    await this.#pick(label, label);
  }

  /** @param target absolute path that the dialog that is open, or opens now, is to give */
  async answerFileDialog(target: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type="text"]').first();
    // It writes a path of its own over whatever stands there once it has listed its first folder.
    await this.page.locator('.quick-input-list .monaco-list-row[aria-label=".."]').waitFor();
    for (let attempt = 0; ; attempt++) {
      // Written in one step: of an empty path it makes its own, and would be asked for that one.
      if ((await input.inputValue()) !== target) await input.fill(target);
      // What it lists too late may leave it deaf for what stands there: then it is told of a change, of no other folder.
      if (attempt % 4 === 3) {
        await input.press('End');
        await input.press('_');
        await input.press('Backspace');
      }
      // Nor does it hear an Enter while it lists the folder of a path that was written just now.
      await input.press('Enter');
      if (await isInTime(input.waitFor({ state: 'hidden', timeout: 2_000 }))) return;
    }
  }

  /** @param label as *Preferences: Color Theme* lists it */
  async useTheme(label: string, uiTheme: 'vs' | 'vs-dark' | 'hc-black' | 'hc-light'): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.#pick(label, label);
    await this.page.locator(`.monaco-workbench.${uiTheme}`).waitFor();
  }

  async openWalkthrough(title: string): Promise<void> {
    await this.runCommand('Welcome: Open Walkthrough...');
    await this.#pick(title, title);
  }

  /** Ends Restricted Mode, as a person does who has looked at the folder. */
  async trustFolder(): Promise<void> {
    await this.runCommand('Workspaces: Manage Workspace Trust');
    const editor = this.page.locator('.workspace-trust-editor');
    await editor.getByRole('button', { name: 'Trust' }).first().click();
    await editor.getByText('You trust this folder').waitFor();
  }

  /** @param file path inside the open folder */
  async openFile(file: string): Promise<void> {
    const { base, dir } = path.posix.parse(file);
    await this.page.keyboard.press('Control+p');
    await this.#pick(file, dir === '' ? base : `${base} ${dir}`);
    await this.page.locator('.tab.active', { hasText: base }).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** Puts the cursor at a place; both count from 1. */
  async goTo(line: number, column: number): Promise<void> {
    await this.page.keyboard.press('Control+g');
    const input = this.page.locator('.quick-input-widget input');
    await input.fill(`:${line}:${column}`);
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await input.press('Enter');
    await this.statusBar('Ln')
      .filter({ hasText: `Ln ${line}, Col ${column}` })
      .waitFor();
  }

  async type(text: string): Promise<void> {
    // As a fast typist does: the editor asks for completions between the keys.
    await this.page.keyboard.type(text, { delay: 120 });
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** what is shown in grey at the cursor; empty when there is none */
  async ghostText(): Promise<string> {
    const parts = await this.page
      // What goes on behind the selected entry of the list of suggestions is a preview.
      .locator('.ghost-text-decoration, .ghost-text, .ghost-text-decoration-preview')
      .allTextContents();
    return parts.join('').replaceAll('\u00a0', ' ');
  }

  /**
   * Types `line` key by key until ghost text follows what has been typed.
   * @throws when the whole line is typed and none has come
   */
  async typeUntilGhostText(line: string): Promise<{ typed: string; ghost: string }> {
    for (let length = 1; length <= line.length; length++) {
      await this.page.keyboard.type(line[length - 1]!);
      const ghost = await this.#ghostTextSoon();
      if (ghost !== '') return { typed: line.slice(0, length), ghost };
    }
    throw new Error(`Expected ghost text on the way through ${JSON.stringify(line)}, got none.`);
  }

  /** Writes the active document to the disk. */
  async save(): Promise<void> {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
  }

  /** where the cursor is; the editor must have the focus */
  async cursor(): Promise<{ line: number; column: number }> {
    const text = (await this.statusBar('Ln ').textContent()) ?? '';
    const [, line, column] = /Ln (\d+), Col (\d+)/.exec(text) ?? [];
    return { line: Number(line), column: Number(column) };
  }

  /** The first row of the tree of what is learnt from that has such a name. */
  learntRow(name: string | RegExp): Locator {
    const tree = '.pane:has(.title:text-is("What Nihilo Learns From"))';
    return this.page.locator(`${tree} .monaco-list-row`, { hasText: name }).first();
  }

  statusBar(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  /** the document of the webview whose title is `title`; its tab must be visible */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /**
   * Taken once two pictures in a row are the same: what fades in or is still being painted has settled.
   * @param name file name without extension, in `artifacts/`
   * @param height in pixels, from the top of the window
   */
  async screenshot(name: string, height = windowSize.height): Promise<string> {
    await mkdir(artifacts, { recursive: true });
    const file = path.join(artifacts, `${name}.png`);
    const options = { path: file, clip: { x: 0, y: 0, width: windowSize.width, height } };
    let last = await this.page.screenshot(options);
    for (let attempt = 0; attempt < 20; attempt++) {
      const next = await this.page.screenshot(options);
      if (next.equals(last)) break;
      last = next;
    }
    return file;
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** The editor asks a moment after a key; most keys get no answer, which only a limit can tell. */
  async #ghostTextSoon(): Promise<string> {
    const shown = this.page.locator('.ghost-text-decoration, .ghost-text').first();
    return (await isInTime(shown.waitFor({ timeout: 1_000 }))) ? this.#settledGhostText() : '';
  }

  /** What was shown before the last key stays until the next picture: read again until two pictures in a row show the same. */
  async #settledGhostText(): Promise<string> {
    for (let last = await this.ghostText(); ;) {
      await this.page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      const now = await this.ghostText();
      if (now === last) return now;
      last = now;
    }
  }

  /** Types `text` and clicks the row that is called `label`: the first row may be another. */
  async #pick(text: string, label: string, timeout = patience): Promise<void> {
    await this.page.locator('.quick-input-widget input').fill(text, { timeout });
    const name = JSON.stringify(label).slice(1, -1);
    const row = this.page
      .locator('.quick-input-list .monaco-list-row')
      .and(this.page.locator(`[aria-label="${name}"], [aria-label^="${name},"]`));
    await row.first().click({ timeout });
    await row.first().waitFor({ state: 'hidden' });
  }
}

/** @returns false when the time is over that the waiting was given */
export async function isInTime(waiting: Promise<void>): Promise<boolean> {
  try {
    await waiting;
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false;
    throw error;
  }
}
