import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('node_modules/code-server/out/node/entry.js', import.meta.url));
/** Makes every page of the server one that is isolated from others, where threads may share memory. */
const isolation = fileURLToPath(new URL('isolation.cjs', import.meta.url));
const leash = fileURLToPath(new URL('leash.ts', import.meta.url));

export type Settings = Readonly<Record<string, unknown>>;

export interface ServerOptions {
  /** its pages are isolated from others, so that their threads may share memory */
  readonly isolated?: boolean;
  /** no folder is trusted before somebody says so: windows open in Restricted Mode */
  readonly restricted?: boolean;
  /** display language other than English */
  readonly locale?: 'zh-cn';
}

/** A quiet editor: nothing saves, updates, suggests or asks by itself. */
const quietSettings: Settings = {
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  // Otherwise the browser's preference decides, and colorTheme is ignored.
  'window.autoDetectColorScheme': false,
};

/** In a window whose folder is not trusted nobody is asked about it. */
const askingNothing: Settings = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

/** A real VS Code with the extension installed, on loopback, in folders of its own that `stop` deletes. */
export class CodeServer {
  readonly origin: string;
  /** holds user settings, logs and what the extension stores */
  readonly userData: string;
  readonly #home: string;
  readonly #child: ChildProcess;

  private constructor(home: string, child: ChildProcess, origin: string) {
    this.#home = home;
    this.#child = child;
    this.origin = origin;
    this.userData = userDataIn(home);
  }

  /** @param extensions absolute paths of .vsix files */
  static async start(
    extensions: readonly string[],
    settings: Settings = {},
    { isolated = false, restricted = false, locale }: ServerOptions = {},
  ): Promise<CodeServer> {
    const home = await mkdtemp(path.join(tmpdir(), 'nihilo-editor-'));
    await writeFile(configIn(home), 'auth: none\ndisable-telemetry: true\ndisable-update-check: true\n');
    await writeSettings(home, restricted ? { ...askingNothing, ...settings } : settings);
    for (const vsix of extensions) await install(home, vsix);
    if (locale !== undefined) await addLanguage(home, locale);
    const args = [
      '--bind-addr',
      '127.0.0.1:0',
      '--disable-getting-started-override',
      ...(restricted ? [] : ['--disable-workspace-trust']),
      ...(locale === undefined ? [] : ['--locale', locale]),
    ];
    const child = launch(home, args, isolated ? { NODE_OPTIONS: `--require ${isolation}` } : {});
    return new CodeServer(home, child, await listening(child));
  }

  /** the address that opens `folder`, which may be a workspace file, or an empty window */
  url(folder?: string): string {
    if (folder === undefined) return `${this.origin}/?ew=true`;
    const kind = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
    return `${this.origin}/?${kind}=${encodeURI(folder).replaceAll(/[#&+?]/g, encodeURIComponent)}`;
  }

  /** Settings of the scope `machine`: of the machine that extensions run on. They hold for windows that are opened after that. */
  async setMachine(settings: Settings): Promise<void> {
    const folder = path.join(this.userData, 'Machine');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings));
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      signalGroup(this.#child, 'SIGTERM');
      const deadline = setTimeout(() => signalGroup(this.#child, 'SIGKILL'), 10_000);
      await exited;
      clearTimeout(deadline);
    }
    // Extension hosts outlive their server by a moment and may still write.
    signalGroup(this.#child, 'SIGKILL');
    await rm(this.#home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function userDataIn(home: string): string {
  return path.join(home, 'user-data');
}

function configIn(home: string): string {
  return path.join(home, 'config.yaml');
}

async function writeSettings(home: string, settings: Settings): Promise<void> {
  const folder = path.join(userDataIn(home), 'User');
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, 'settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
}

/** As a language pack is installed, but one without phrases of the editor's own: what extensions say is in the language. */
async function addLanguage(home: string, locale: string): Promise<void> {
  const phrases = path.join(home, 'phrases.json');
  await writeFile(phrases, JSON.stringify({ contents: {} }));
  const extensions = [{ extensionIdentifier: { id: `nihilo-test.${locale}` }, version: '0.0.1' }];
  const pack = { hash: locale, label: locale, extensions, translations: { vscode: phrases } };
  await writeFile(path.join(userDataIn(home), 'languagepacks.json'), JSON.stringify({ [locale]: pack }));
}

async function install(home: string, vsix: string): Promise<void> {
  const child = launch(home, ['--install-extension', vsix, '--force']);
  const output = collect(child);
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`code-server could not install ${vsix}:\n${output()}`);
}

function launch(home: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): ChildProcess {
  // Started from a terminal inside VS Code, code-server would open the folder in that editor instead of serving.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|VITEST|NODE_OPTIONS)/.test(name)),
  );
  const folders = ['--user-data-dir', userDataIn(home), '--extensions-dir', path.join(home, 'extensions')];
  // A group of its own, so that the extension hosts it starts can be ended with it.
  return spawn(process.execPath, [leash, entry, '--config', configIn(home), ...folders, ...args], {
    env: { ...env, ...extra },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function collect(child: ChildProcess): () => string {
  let text = '';
  const keep = (part: Buffer) => (text += part.toString());
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => text;
}

/** The server chooses a free port itself and says which. */
function listening(child: ChildProcess): Promise<string> {
  const output = collect(child);
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = /HTTP server listening on (http:\/\/[\d.:]+)/.exec(output());
      if (found?.[1] !== undefined) resolve(found[1]);
    };
    child.stdout?.on('data', look);
    child.once('exit', () => reject(new Error(`code-server ended before it served:\n${output()}`)));
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Nothing is left of the group.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
  }
}
