#!/usr/bin/env node
// What every script of package.json runs: `node tasks.mjs <task> [-- arguments]`.
// Plain JavaScript for Node 20 without an import from npm, because in a fresh clone nothing is installed yet.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

const root = path.dirname(fileURLToPath(import.meta.url));
const editorFolder = path.join(root, 'test', 'e2e');
/** All of the package but the base model, as it is packed. */
const ownLimitBytes = 1_000_000;
/** The base model with how far it is trusted, likewise. */
const baseLimitBytes = 6_000_000;

/** Everything a task starts runs on the locked `node@24`, which npm puts in here. */
const environment = {
  ...process.env,
  PATH: path.join(root, 'node_modules', '.bin') + path.delimiter + process.env.PATH,
};

const tasks = {
  start: { does: 'train on FOLDER in the terminal (default: this repository), then package', run: start },
  test: { does: 'unit tests; arguments go to vitest', run: test },
  check: { does: 'types, kernels, lint, format, layers and dead code', run: check },
  build: { does: 'kernels and bundles into dist/', run: build },
  watch: { does: 'build again at every change', run: watch },
  editor: { does: 'the extension in a real VS Code in the browser, opened on FOLDER', run: editor },
  'test:e2e': { does: 'the extension in a real VS Code, driven by a browser', run: testEndToEnd },
  bench: {
    does: 'speed; with --peers beside other programs, and the committed results are renewed',
    run: bench,
  },
  'bench:inspector': {
    does: 'speed of the Inspector’s page, and what it costs completions and training while it is open; renews its results',
    run: benchInspector,
  },
  corpora: {
    does: 'fetches the texts that quality is measured on into corpora/',
    run: (args) => run('node', ['test/corpora/fetch.ts', ...args]),
  },
  'base:corpus': {
    does: 'fetches the packages of distributed/corpus/manifest.json and makes text of them in base-corpus/',
    run: (args) => run('node', ['distributed/corpus/main.ts', ...args]),
  },
  package: { does: 'nihilo-<version>.vsix', run: packageExtension },
};

const checks = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['baseline kernels', 'asc', '--config', 'asconfig.json', '--target', 'baseline', '--noEmit'],
  ['relaxed kernels', 'asc', '--config', 'asconfig.json', '--target', 'relaxed', '--noEmit'],
  ['lint', 'oxlint', '--deny-warnings'],
  ['format', 'prettier', '--check', '.'],
  ['layers', 'depcruise', 'extension', 'distributed', 'test', '--config', '.dependency-cruiser.cjs'],
  ['dead code', 'knip'],
];

async function start(args) {
  await build();
  await run('node', ['dist/cli.js', 'start', folderFrom(args)]);
  const file = await vsix();
  console.log(`\nTo use it in VS Code: code --install-extension ${path.relative(process.cwd(), file)}`);
}

async function test(args) {
  await build();
  await run('vitest', ['run', ...args]);
}

/** All checks run to their end, side by side, so that one call shows everything there is to mend. */
async function check() {
  const results = await Promise.all(
    checks.map(async ([name, command, ...args]) => {
      const result = await outcome(command, args, { output: 'pipe' });
      console.log(`${result.code === 0 ? '✓' : '✗'} ${name}`);
      return { name, ...result };
    }),
  );
  const failed = results.filter(({ code }) => code !== 0);
  for (const { name, text } of failed) console.error(`\n── ${name}\n${text.trim()}`);
  if (failed.length > 0) throw new Failure(`\ncheck: ${failed.map(({ name }) => name).join(', ')} failed.`);
}

async function build() {
  const { buildAll } = await import('./build.mjs');
  await buildAll(run).catch((error) => {
    // esbuild has printed where and why.
    throw Array.isArray(error.errors) ? new Failure('build: a bundle failed; see above.') : error;
  });
}

async function watch() {
  const { watchAll } = await import('./build.mjs');
  await watchAll(run);
}

/** Alone it is what `nihilo bench` is; with the others it also renews the committed results. */
async function bench(args) {
  await build();
  if (!args.includes('--peers')) return run('node', ['dist/cli.js', 'bench', ...args]);
  const rest = args.filter((argument) => argument !== '--peers');
  return run('node', ['test/bench/bench.ts', '--write', ...rest]);
}

async function benchInspector(args) {
  await build();
  await run('node', ['test/bench/inspector.ts', ...args]);
}

async function packageExtension() {
  const file = await vsix();
  console.log(`${path.basename(file)}: ${(statSync(file).size / 1000).toFixed(0)} kB`);
}

async function editor(args) {
  await installEditor();
  await run('node', ['test/e2e/editor.ts', await vsix(), folderFrom(args)]);
}

async function testEndToEnd(args) {
  const { findChromium, installationHint } = await import('./test/e2e/requirements.mjs');
  const chromium = findChromium();
  if (!chromium) {
    throw new Failure(
      `Expected Chromium, which drives the editor, got none; ${installationHint(['chromium', 'fonts-dejavu-core'])}, or set CHROMIUM_PATH.`,
    );
  }
  await installEditor();
  const extra = { NIHILO_VSIX: await vsix(), CHROMIUM_PATH: chromium };
  await run('vitest', ['run', '--config', 'test/e2e/vitest.config.ts', ...args], { extra });
}

async function vsix() {
  await build();
  const { version } = readJson(path.join(root, 'package.json'));
  const file = path.join(root, `nihilo-${version}.vsix`);
  // Links to images stay relative: the images are in the package, and nothing has to be fetched to show them.
  const options = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository'];
  const { code, text } = await outcome('vsce', ['package', ...options, '--out', file], { output: 'pipe' });
  if (code !== 0) throw new Failure(`${text}\nvsce package ended with exit code ${code}.`);
  const base = packedBaseBytes();
  const own = statSync(file).size - base;
  if (own > ownLimitBytes || base > baseLimitBytes) {
    throw new Failure(
      `Expected a package of at most ${ownLimitBytes} bytes and a base model of at most ${baseLimitBytes}, got ${own} and ${base}; see \`npx vsce ls\` for what is in it.`,
    );
  }
  return file;
}

/** What the base model takes of a package. */
function packedBaseBytes() {
  const dist = path.join(root, 'dist');
  return readdirSync(dist, { recursive: true })
    .filter((name) => /^base(-mixture)?[\\/]/.test(name))
    .reduce((sum, name) => sum + deflateRawSync(readFileSync(path.join(dist, name)), { level: 9 }).length, 0);
}

/** code-server is large (600 MB) and only two tasks need it: it has a lock file of its own. */
async function installEditor() {
  if (installed(editorFolder)) return;
  const { missingHeaders, installationHint } = await import('./test/e2e/requirements.mjs');
  const missing = missingHeaders();
  if (missing.length > 0) {
    throw new Failure(
      `Expected the headers that code-server compiles against, got none of ${missing.join(', ')}; ${installationHint(missing)}.`,
    );
  }
  console.log('Installing a real VS Code (code-server), once: a few minutes, 600 MB.');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { extra: nativeBuild(), cwd: editorFolder });
}

/**
 * code-server compiles native modules: the headers of our own Node spare it a download. It also judges the Node it is
 * installed by from what the npm that started this task has left in the environment.
 */
function nativeBuild() {
  const node = path.join(
    root,
    'node_modules',
    'node',
    'node_modules',
    `node-${process.platform}-${process.arch}`,
  );
  const headers = existsSync(path.join(node, 'include', 'node')) ? { npm_config_nodedir: node } : {};
  return { ...headers, npm_config_user_agent: undefined };
}

async function installDependencies() {
  if (installed(root) && existsSync(path.join(root, 'node_modules', '.bin', 'node'))) return;
  console.log('Installing the locked dependencies …');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { extra: { PATH: process.env.PATH } });
}

/**
 * Whether what package-lock.json demands is what npm says it installed. npm writes node_modules/.package-lock.json last,
 * so an installation that was broken off counts as none. Packages for other systems (optional) may be absent.
 */
function installed(folder) {
  const record = path.join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const actual = readJson(record).packages;
  const wanted = Object.entries(readJson(path.join(folder, 'package-lock.json')).packages);
  return wanted.every(
    ([name, { version, optional }]) =>
      name === '' || (actual[name] ? actual[name].version === version : optional),
  );
}

/** npm changes into the repository; a folder on the command line, `.` too, is meant from where the user stands. */
function folderFrom([folder]) {
  return folder === undefined ? root : path.resolve(process.env.INIT_CWD ?? process.cwd(), folder);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function run(command, args, options = {}) {
  const { code } = await outcome(command, args, options);
  if (code !== 0) throw new Failure(`${command} ${args[0] ?? ''} ended with exit code ${code}.`, code);
}

/** Runs a command to its end. `text` is what it printed, when `output` is 'pipe' instead of the terminal. */
function outcome(command, args, { extra = {}, output = 'inherit', cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...environment, ...extra },
      stdio: [output === 'pipe' ? 'ignore' : 'inherit', output, output],
      // npm's commands are .cmd files there, which only a shell can start.
      shell: process.platform === 'win32',
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (text += part));
    // Ctrl-C reaches the child by itself; it decides how to end, and its exit code becomes ours.
    const wait = () => {};
    const pass = () => child.kill('SIGTERM');
    process.on('SIGINT', wait);
    process.on('SIGTERM', pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), text });
    });
  });
}

/** Ends the task with one sentence instead of a stack. */
class Failure extends Error {
  constructor(sentence, code = 1) {
    super(sentence);
    this.code = code;
  }
}

const [name, ...rest] = process.argv.slice(2);
const task = tasks[name];
if (!task) {
  const list = Object.entries(tasks).map(([known, { does }]) => `  ${known.padEnd(17)}${does}`);
  console.error(`Usage: npm run <task> [-- arguments]\n${list.join('\n')}`);
  process.exit(name === undefined ? 0 : 1);
}
try {
  await installDependencies();
  await task.run(rest.filter((argument, index) => index > 0 || argument !== '--'));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exit(error.code);
}
