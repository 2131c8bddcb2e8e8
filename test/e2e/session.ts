import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { TestContext } from 'vitest';
import { CodeServer, type Settings } from './codeServer.ts';
import { fromTask, launchBrowser, Workbench } from './workbench.ts';

/** What would make two pictures of the same state differ, or hide what they are to show. */
const stillSettings: Settings = {
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'git.enabled': false,
  // The copied code lies beside none of its libraries.
  'typescript.validate.enable': false,
};

const sources = fileURLToPath(new URL('../../extension', import.meta.url));

/** An editor with the packaged extension, a browser, and folders to open: all of one test file, gone after it. */
export class Session {
  readonly server: CodeServer;
  readonly browser: Browser;
  readonly #home: string;

  private constructor(server: CodeServer, browser: Browser, home: string) {
    this.server = server;
    this.browser = browser;
    this.#home = home;
  }

  static async start(settings: Settings): Promise<Session> {
    const home = await mkdtemp(path.join(tmpdir(), 'nihilo-folders-'));
    const [server, browser] = await Promise.all([
      CodeServer.start(fromTask('NIHILO_VSIX'), { ...stillSettings, ...settings }),
      launchBrowser(),
    ]);
    return new Session(server, browser, home);
  }

  /** a folder with real code: a copy of this project's own sources */
  async folderOfCode(): Promise<string> {
    const folder = path.join(await this.emptyFolder(), 'nihilo');
    await cp(sources, folder, { recursive: true });
    return folder;
  }

  emptyFolder(): Promise<string> {
    return mkdtemp(path.join(this.#home, 'folder-'));
  }

  /** A window on `folder`, or on none. The extension logs how long completions take. */
  open(folder?: string): Promise<Workbench> {
    const payload = JSON.stringify([['logLevel', 'nihilo.nihilo:debug']]);
    return Workbench.open(this.browser, `${this.server.url(folder)}&payload=${encodeURIComponent(payload)}`);
  }

  /** Milliseconds from each time the editor asked for a completion until the extension answered. */
  async completionTimes(): Promise<number[]> {
    const logs = path.join(this.server.userData, 'logs');
    const files = (await readdir(logs, { recursive: true })).filter(
      (name) => path.basename(name) === 'Nihilo.log',
    );
    const texts = await Promise.all(files.map((name) => readFile(path.join(logs, name), 'utf8')));
    return [...texts.join('\n').matchAll(/ completion: (\{.*\})$/gm)].map(
      ([, figures]) => (JSON.parse(figures!) as { milliseconds: number }).milliseconds,
    );
  }

  /** What the extension has stored for the workspaces so far: the folders of finished models. */
  async models(): Promise<string[]> {
    const storage = path.join(this.server.userData, 'User', 'workspaceStorage');
    const entries = await readdir(storage, { recursive: true });
    return entries
      .filter((entry) => path.basename(entry) === 'model.safetensors')
      .map((entry) => path.join(storage, path.dirname(entry)));
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await rm(this.#home, { recursive: true, force: true });
  }
}

/** When the test fails, what the window showed is kept. */
export function keepOnFailure(workbench: Workbench, { task, onTestFailed }: TestContext): void {
  onTestFailed(async () => {
    await workbench.screenshot(`failed-${task.name.replaceAll(/\W+/g, '-')}`);
  });
}
