import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { InspectorConversation } from '../../extension/host/inspectorConversation.ts';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import type { InspectedText } from '../../extension/host/inspectedText.ts';
import { type InspectorPage, inspectorPage, inspectorScripts } from '../../extension/host/inspectorPage.ts';
import { TrainingHistory } from '../../extension/host/trainingHistory.ts';
import type { InspectorMessage, InspectorRequest, ModelState } from '../../extension/protocol/inspector.ts';
import { type Theme, themes, themeSheet } from './themes.ts';

// Plain JavaScript, because tasks.mjs asks it before anything is installed: it has no types of its own.
const { findChromium } = (await import(new URL('../e2e/requirements.mjs', import.meta.url).href)) as {
  findChromium(): string | null;
};
const executablePath = findChromium();
const noBrowser = 'no Chromium found: install it or set CHROMIUM_PATH';
// Where everything is promised, a missing browser must not pass for a page that works.
if (executablePath === null && process.env['CI'] !== undefined) throw new Error(noBrowser);
export const whyNoBrowser = executablePath === null ? noBrowser : null;

const nonce = 'c0ffee';

export const mostMessageBytes = 1_000_000;

/** What the editor gives the page before its own script runs; the kept state outlives a reload, as in the editor. */
const preload = `
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
  });
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => { window.receive(message); },
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
`;

/** Before anything of the page's own is evaluated. */
const scriptStart = 'window.scriptStart ??= performance.now();';

export interface OpenOptions {
  readonly theme: Theme;
  readonly model: ModelState;
  /** BCP 47; absent: English */
  readonly language?: string;
  /** absent: the tab's page */
  readonly surface?: InspectorPage['surface'];
  readonly engine: InspectionEngine;
  readonly width?: number;
  readonly height?: number;
  /** 2 = 200 % */
  readonly zoom?: number;
  /** the cursor's text as the page opens; absent: none */
  readonly text?: InspectedText;
  /** runs in the page before any of its own */
  readonly initScript?: string;
}

/** The Inspector's bundle in a browser under its real policy, served on the loopback interface. */
export class EditorStandIn {
  readonly #server: Server;
  readonly #browser: Browser;
  /** of the page's script, as it ships */
  readonly scriptBytes: number;

  private constructor(server: Server, browser: Browser, scriptBytes: number) {
    this.#server = server;
    this.#browser = browser;
    this.scriptBytes = scriptBytes;
  }

  /** @param entry of the page's script, in the place of the one that ships */
  static async start(entry = 'extension/webview/inspector.tsx'): Promise<EditorStandIn> {
    const bundle = await build({
      entryPoints: [
        { in: entry, out: 'inspector' },
        { in: 'extension/webview/phrases/inspectorChinese.ts', out: 'inspectorChinese' },
        { in: 'extension/webview/training/plots.ts', out: 'plots' },
        { in: 'extension/webview/sheets.ts', out: 'sheets' },
      ],
      bundle: true,
      minify: true,
      write: false,
      outdir: 'dist/webview',
      platform: 'browser',
      target: 'chrome114',
      charset: 'utf8',
      format: 'iife',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      banner: { js: scriptStart },
    });
    const files = new Map(bundle.outputFiles.map((file) => [`/${file.path.split('/').at(-1)}`, file.text]));
    const server = createServer((request, response) => {
      const origin = `http://${request.headers.host}`;
      const { pathname, search } = new URL(request.url ?? '/', origin);
      const body = files.get(pathname) ?? themedFile(pathname, origin, new URLSearchParams(search));
      if (body === null) {
        response.writeHead(404).end();
        return;
      }
      const extension = pathname.split('.').at(-1);
      const type = extension === 'js' ? 'text/javascript' : extension === 'css' ? 'text/css' : 'text/html';
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: executablePath!, args: chromiumFlags });
    const script = bundle.outputFiles.find(({ path }) => path.endsWith('/inspector.js'))!;
    return new EditorStandIn(server, browser, script.contents.length - scriptStart.length);
  }

  /** Opens the Inspector with the real host end of the protocol behind it. */
  async open(options: OpenOptions): Promise<OpenInspector> {
    const { port } = this.#server.address() as AddressInfo;
    const zoom = options.zoom ?? 1;
    const context = await this.#browser.newContext({
      viewport: {
        width: Math.floor((options.width ?? 900) / zoom),
        height: Math.floor((options.height ?? 1400) / zoom),
      },
      deviceScaleFactor: zoom,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    if (options.initScript !== undefined) await page.addInitScript(options.initScript);
    const inspector = new OpenInspector(page, options);
    await page.exposeFunction('receive', (request: InspectorRequest) => inspector.receive(request));
    const { language = 'en', surface = 'tab' } = options;
    const asked = new URLSearchParams({ language, surface });
    await page.goto(`http://127.0.0.1:${port}/${options.theme.id}.html?${asked}`);
    return inspector;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `/THEME.html` and `/THEME.css`: the Inspector's real page with what the editor adds to it. */
function themedFile(pathname: string, origin: string, asked: URLSearchParams): string | null {
  const [id, extension] = pathname.slice(1).split('.');
  const theme = themes.find((theme) => theme.id === id);
  if (theme === undefined) return null;
  if (extension === 'css') return themeSheet(theme);
  const language = asked.get('language') ?? 'en';
  return inspectorPage({
    cspSource: origin,
    nonce,
    scriptUris: inspectorScripts(language).map((name) => `/${name}`),
    styleUri: '/inspector.css',
    language,
    title: 'Nihilo Inspector',
    surface: asked.get('surface') === 'sideBar' ? 'sideBar' : 'tab',
  })
    .replace(
      '<link',
      `<script nonce="${nonce}">${preload}</script><link rel="stylesheet" href="/${theme.id}.css"><link`,
    )
    .replace('<body>', `<body class="${theme.classes}" data-vscode-theme-id="${theme.id}">`);
}

/** One open Inspector and what the editor's side has seen of it. */
export class OpenInspector {
  readonly page: Page;
  readonly history = new TrainingHistory();
  readonly conversation: InspectorConversation;
  readonly received: InspectorRequest[] = [];
  readonly requested: string[] = [];
  readonly pageErrors: Error[] = [];
  /** to the page */
  readonly messages: InspectorMessage[] = [];
  /** of each of them: buffers as they are, the rest as JSON */
  readonly messageBytes: number[] = [];
  /** messages that are under way */
  readonly #posts = new Set<Promise<void>>();

  constructor(page: Page, options: OpenOptions) {
    this.page = page;
    page.on('request', (request) => this.requested.push(request.url()));
    page.on('pageerror', (error) => this.pageErrors.push(error));
    this.conversation = new InspectorConversation(
      (message) => {
        const post = this.#post(message);
        this.#posts.add(post);
        void post.finally(() => this.#posts.delete(post));
      },
      options.engine,
      this.history,
      options.model,
    );
    if (options.text !== undefined) this.conversation.follow(options.text);
  }

  receive(request: InspectorRequest): void {
    this.received.push(request);
    if (request.type === 'ready') this.conversation.ready();
    if (request.type === 'pin') this.conversation.pin(request.pinned);
    if (request.type === 'inspect') void this.conversation.answer(request);
    if (request.type === 'ask') void this.conversation.ask(request);
    if (request.type === 'stop') this.conversation.stop(request.kind);
    if (request.type === 'essay') void this.conversation.essay(request.action);
  }

  async violations(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as { violations: string[] }).violations);
  }

  /** Hidden and shown again: the page is a new one, with the state that it kept. */
  async reload(): Promise<void> {
    this.conversation.hidden();
    await Promise.allSettled(this.#posts);
    await this.page.reload();
  }

  /** @throws where a message was larger than the design allows: whatever a test is about, it has looked at this, too */
  async close(): Promise<void> {
    this.conversation.hidden();
    // An answer that grows may have been on its way.
    await Promise.allSettled(this.#posts);
    await this.page.context().close();
    const largest = Math.max(0, ...this.messageBytes);
    if (largest > mostMessageBytes) {
      throw new Error(`Expected messages of at most ${mostMessageBytes} bytes, got one of ${largest}.`);
    }
  }

  /** Buffers go as text, because the debugger's protocol has none. */
  async #post(message: InspectorMessage): Promise<void> {
    this.messages.push(message);
    this.messageBytes.push(sizeOf(message));
    const paths: string[][] = [];
    const text = JSON.stringify(withoutBuffers(message, paths, []));
    await this.page.evaluate(
      ([text, paths]) => {
        const message: unknown = JSON.parse(text);
        for (const path of paths) {
          const last = path.pop()!;
          const holder = path.reduce((at, name) => at[name] as Holder, message as Holder);
          const bytes = atob(holder[last] as string);
          const buffer = new Uint8Array(bytes.length);
          for (let i = 0; i < bytes.length; i++) buffer[i] = bytes.charCodeAt(i);
          holder[last] = buffer.buffer;
        }
        window.postMessage(message, '*');
      },
      [text, paths] as const,
    );
  }
}

type Holder = Record<string, unknown>;

/** A copy whose buffers are base64. @param paths where they are, appended */
function withoutBuffers(value: unknown, paths: string[][], path: readonly string[]): unknown {
  if (value instanceof ArrayBuffer) {
    paths.push([...path]);
    return Buffer.from(value).toString('base64');
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value) && typeof value[0] !== 'object') return value;
  const copy = Object.entries(value).map(([name, each]) => [
    name,
    withoutBuffers(each, paths, [...path, name]),
  ]);
  return Array.isArray(value) ? copy.map(([, each]) => each) : Object.fromEntries(copy);
}

export function sizeOf(message: InspectorMessage): number {
  let buffers = 0;
  const text = JSON.stringify(message, (_, value: unknown) => {
    if (!(value instanceof ArrayBuffer)) return value;
    buffers += value.byteLength;
    return null;
  });
  return buffers + text.length;
}
