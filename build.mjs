// What dist/ is made of: two builds of the kernels (AssemblyScript) and the bundles (esbuild).
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const kernelTargets = Object.entries(
  JSON.parse(readFileSync(path.join(root, 'asconfig.json'), 'utf8')).targets,
);

/** Bundles for Node are CommonJS, where `import.meta` does not exist: their own file URL stands in for it. */
const node = {
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
};
/** The editor loads the entry of its web host as CommonJS; threads are started from text. */
const web = {
  platform: 'browser',
  target: 'chrome114',
  // The rules for secrets ask for it, and use nothing of it here.
  alias: { 'node:path': 'pathe' },
};
const browser = {
  platform: 'browser',
  target: 'chrome114',
  // The page is read as UTF-8; an escaped Chinese character would be twice as long.
  charset: 'utf8',
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
};

/** All that is bundled. @public test/remote looks into it */
export const bundles = [
  {
    ...node,
    entryPoints: ['extension/host/nodeExtension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
  },
  { ...node, entryPoints: ['extension/threads/nodeThread.ts'], outfile: 'dist/thread.js' },
  { ...node, entryPoints: ['extension/bench/benchProcess.ts'], outfile: 'dist/bench.js' },
  {
    ...node,
    entryPoints: ['extension/cli/cli.ts'],
    outfile: 'dist/cli.js',
    banner: { js: `#!/usr/bin/env node\n${node.banner.js}` },
  },
  {
    ...web,
    entryPoints: ['extension/host/webExtension.ts'],
    outfile: 'dist/web/extension.js',
    format: 'cjs',
    external: ['vscode'],
  },
  { ...web, entryPoints: ['extension/threads/webThread.ts'], outfile: 'dist/web/thread.js', format: 'iife' },
  ...['inspector.tsx', 'phrases/inspectorChinese.ts', 'training/plots.ts', 'sheets.ts'].map((name) => ({
    ...browser,
    entryPoints: [`extension/webview/${name}`],
    outfile: `dist/webview/${path.parse(name).name}.js`,
  })),
];

/** @public test/remote builds the same */
export function options(bundle, production) {
  return {
    ...bundle,
    absWorkingDir: root,
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    legalComments: 'none',
    logLevel: 'warning',
  };
}

/** @param run starts a command and rejects when it fails */
export async function buildAll(run) {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  removeFormerBundles();
  await Promise.all([buildKernels(run), ...bundles.map((bundle) => esbuild.build(options(bundle, true)))]);
  copyBase();
  linkCommand();
}

/** Whatever lies in dist/ is shipped. */
function removeFormerBundles() {
  const current = new Set(bundles.map(({ outfile }) => path.join(root, outfile)));
  for (const file of filesUnder('dist')) {
    if (/\.js(\.map)?$/.test(file) && !current.has(file)) rmSync(file);
  }
}

/** Kernels are compiled only when older than their source: that takes seconds, the bundles do not. */
async function buildKernels(run) {
  const sources = ['asconfig.json', ...filesUnder('assembly')].map(modified);
  const stale = kernelTargets.filter(([, { outFile }]) => modified(outFile) <= Math.max(...sources));
  await Promise.all(stale.map(([target]) => run('asc', ['--config', 'asconfig.json', '--target', target])));
}

/** Runs until it is ended from outside. */
export async function watchAll(run) {
  await buildKernels(run);
  copyBase();
  for (const bundle of bundles) {
    const context = await esbuild.context({ ...options(bundle, false), logLevel: 'info' });
    await context.watch();
  }
  linkCommand();
  let compiling = Promise.resolve();
  watch(path.join(root, 'assembly'), { recursive: true }, () => {
    compiling = compiling.then(() => buildKernels(run)).catch((error) => console.error(error.message));
  });
  await new Promise(() => {});
}

/** The base model and how far it is trusted, as distributed/ship.ts has made them. */
function copyBase() {
  for (const name of ['base', 'base-mixture']) {
    const from = path.join(root, name);
    const to = path.join(root, 'dist', name);
    rmSync(to, { recursive: true, force: true });
    if (existsSync(from)) cpSync(from, to, { recursive: true });
  }
}

/** `npx nihilo` runs what `node_modules/.bin` holds; npm links there only what it installs, never the project itself. */
function linkCommand() {
  const command = path.join(root, 'dist', 'cli.js');
  if (!existsSync(command)) return;
  chmodSync(command, 0o755);
  const link = path.join(root, 'node_modules', '.bin', 'nihilo');
  if (process.platform === 'win32') return;
  rmSync(link, { force: true });
  symlinkSync(path.join('..', '..', 'dist', 'cli.js'), link);
}

function filesUnder(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** 0 for a file that does not exist: older than everything */
function modified(file) {
  return statSync(path.resolve(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
