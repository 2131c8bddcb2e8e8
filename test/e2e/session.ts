import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import type { TestContext } from 'vitest';
import type { AskKind } from '../../extension/completion/ask.ts';
import type { CallMessage } from '../../extension/protocol/calling.ts';
import type { SaveOutcome } from '../../extension/protocol/learning.ts';
import { CodeServer, type ServerOptions, type Settings } from './codeServer.ts';
import { fromTask, launchBrowser, Workbench } from './workbench.ts';

/** What would make two pictures of the same state differ, or hide what they are to show. */
const stillSettings: Settings = {
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'git.enabled': false,
  // The copied code lies beside none of its libraries.
  'typescript.validate.enable': false,
};

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface Stall {
  readonly folder: string;
  /** milliseconds since 1970 */
  readonly at: number;
  readonly milliseconds: number;
  /** of them, with Nihilo's code on the stack */
  readonly oursMs: number;
}

/** A completion that the engine was asked for, as the log tells of it. */
export interface LoggedCompletion {
  readonly milliseconds: number;
  /** suggestions that were given */
  readonly shown: number;
  /** absent: the engine was not asked */
  readonly kind?: AskKind;
  readonly engineMs?: number;
}

/** Bytes that are in use after a collection of garbage. */
export interface Memory {
  /** of each thread that has answered, the host's own first */
  readonly used: readonly number[];
  readonly rss: number;
}

interface SessionOptions extends ServerOptions {
  /** folders of extensions beside this file, for the editor to have too */
  readonly extensions?: readonly string[];
}

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

  static async start(
    settings: Settings,
    { extensions = [], ...options }: SessionOptions = {},
  ): Promise<Session> {
    const home = await mkdtemp(path.join(tmpdir(), 'nihilo-folders-'));
    const packed = await Promise.all(['stallProbe', ...extensions].map((name) => pack(name, home)));
    const [server, browser] = await Promise.all([
      CodeServer.start([fromTask('NIHILO_VSIX'), ...packed], { ...stillSettings, ...settings }, options),
      launchBrowser(),
    ]);
    return new Session(server, browser, home);
  }

  /** a folder with real code: a copy of this project's own sources */
  async folderOfCode(): Promise<string> {
    const folder = path.join(await this.emptyFolder(), 'nihilo');
    await cp(path.join(repository, 'extension'), folder, { recursive: true });
    return folder;
  }

  emptyFolder(): Promise<string> {
    return mkdtemp(path.join(this.#home, 'folder-'));
  }

  /** A window on `folder`, which may be a workspace file, or on none. The extension logs how long completions take. */
  open(folder?: string): Promise<Workbench> {
    const payload = JSON.stringify([['logLevel', 'nihilo.nihilo:debug']]);
    return Workbench.open(this.browser, `${this.server.url(folder)}&payload=${encodeURIComponent(payload)}`);
  }

  /** A window on real code, when base and counts have met: the mixture has all of its parts. */
  async openCode(): Promise<Workbench> {
    const workbench = await this.open(await this.folderOfCode());
    await workbench.statusBar(/Nihilo: counts \+/).waitFor();
    return workbench;
  }

  /** Milliseconds from each time the editor asked for a completion until the extension answered. */
  async completionTimes(): Promise<number[]> {
    return (await this.completions()).map(({ milliseconds }) => milliseconds);
  }

  async completions(): Promise<LoggedCompletion[]> {
    const lines = await this.#logLines('Nihilo.log');
    return lines
      .map((line) => / completion: (\{.*\})$/.exec(line)?.[1])
      .filter((figures) => figures !== undefined)
      .map((figures) => JSON.parse(figures) as LoggedCompletion);
  }

  /** What the process of the extensions of the window on `folder` holds. */
  async memory(workbench: Workbench, folder: string): Promise<Memory> {
    const lines = async (): Promise<(Memory & { readonly folder: string })[]> =>
      (await this.#logLines('memory.jsonl'))
        .map((line) => JSON.parse(line) as Memory & { readonly folder: string })
        .filter((memory) => memory.folder === folder);
    const before = (await lines()).length;
    await workbench.runCommand('Stall Probe: Measure Memory');
    const measured = async (): Promise<number> => (await lines()).length;
    while ((await measured()) === before) await workbench.page.waitForTimeout(200);
    return (await lines()).at(-1)!;
  }

  /** Lines of the extension's log. */
  async logged(pattern: RegExp): Promise<string[]> {
    return (await this.#logLines('Nihilo.log')).filter((line) => pattern.test(line));
  }

  /** Lines that tell of a failure: of the extension's log, and what the editor has caught of the extension's. */
  async failures(): Promise<string[]> {
    const caught = await this.#logLines('remoteexthost.log');
    return [
      ...(await this.logged(/ \[(error|warning)\] /)),
      ...caught.filter((line) => / \[error\] .*nihilo/i.test(line)),
    ];
  }

  /** What became of each save that the model has learnt from. */
  async saves(): Promise<SaveOutcome[]> {
    const lines = await this.#logLines('Nihilo.log');
    return lines
      .map((line) => / learn on save: (\{.*\})$/.exec(line)?.[1])
      .filter((outcome) => outcome !== undefined)
      .map((outcome) => JSON.parse(outcome) as SaveOutcome);
  }

  /** What the model has asked the editor for and was told. */
  async functionCalls(): Promise<CallMessage[]> {
    const lines = await this.#logLines('Nihilo.log');
    return lines
      .map((line) => / function call: (\{.*\})$/.exec(line)?.[1])
      .filter((message) => message !== undefined)
      .map((message) => JSON.parse(message) as CallMessage);
  }

  /** What the extension has stored for the workspaces so far: the folders of finished models. */
  async models(): Promise<string[]> {
    const storage = path.join(this.server.userData, 'User', 'workspaceStorage');
    const entries = await readdir(storage, { recursive: true });
    return entries
      .filter((entry) => path.basename(entry) === 'model.safetensors')
      .map((entry) => path.join(storage, path.dirname(entry)));
  }

  /** When, and for how long, code held the thread that all extensions of the window on `folder` share. */
  async stalls(folder: string): Promise<Stall[]> {
    const lines = await this.#logLines('stalls.jsonl');
    return lines.map((line) => JSON.parse(line) as Stall).filter((stall) => stall.folder === folder);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await rm(this.#home, { recursive: true, force: true });
  }

  /** of all log files of this name, of all windows so far */
  async #logLines(name: string): Promise<string[]> {
    const logs = path.join(this.server.userData, 'logs');
    const files = (await readdir(logs, { recursive: true })).filter((file) => path.basename(file) === name);
    const texts = await Promise.all(files.map((file) => readFile(path.join(logs, file), 'utf8')));
    return texts.flatMap((text) => text.split('\n').filter((each) => each !== ''));
  }
}

/** @param name folder of an extension beside this file */
async function pack(name: string, home: string): Promise<string> {
  const file = path.join(home, `${name}.vsix`);
  const vsce = path.join(repository, 'node_modules', '.bin', 'vsce');
  const args = ['package', '--allow-missing-repository', '--skip-license', '--out', file];
  await promisify(execFile)(vsce, args, { cwd: path.join(repository, 'test', 'e2e', name) });
  return file;
}

/** When the test fails, what the window showed is kept. */
export function keepOnFailure(workbench: Workbench, { task, onTestFailed }: TestContext): void {
  onTestFailed(async () => {
    await workbench.screenshot(`failed-${task.name.replaceAll(/\W+/g, '-')}`);
  });
}
