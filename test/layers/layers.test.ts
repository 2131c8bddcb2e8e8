import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** file → what is in it, and the rule that it breaks (null: none) */
const probes: Readonly<Record<string, { source: string; breaks: string | null }>> = {
  'extension/host/uses.ts': { source: `import * as vscode from 'vscode'; vscode.window;`, breaks: null },
  'extension/engine/importType.ts': {
    source: `import type * as vscode from 'vscode'; export type A = vscode.Uri;`,
    breaks: 'only-host-imports-vscode',
  },
  'extension/completion/typeQuery.ts': {
    source: `export type A = import('vscode').Uri;`,
    breaks: 'only-host-imports-vscode',
  },
  'extension/cli/reExport.ts': {
    source: `export type { Uri } from 'vscode';`,
    breaks: 'only-host-imports-vscode',
  },
  'extension/training/reference.ts': {
    source: `/// <reference types="vscode" />\nexport const a = 1;`,
    breaks: 'only-host-imports-vscode',
  },
  'extension/tokenizer/upward.ts': {
    source: `import type { A } from '../engine/importType.ts'; export type B = A;`,
    breaks: 'layer-tokenizer',
  },
  'extension/webview/engine.tsx': {
    source: `import type { A } from '../engine/importType.ts'; export type B = A;`,
    breaks: 'layer-webview',
  },
  'extension/completion/training.ts': {
    source: `import type { A } from '../training/reference.ts'; export type B = A;`,
    breaks: 'layer-completion',
  },
  'extension/engine/fs.ts': {
    source: `import type { Stats } from 'node:fs'; export type A = Stats;`,
    breaks: 'node-builtins-only-at-the-edge',
  },
  'extension/platform/fs.ts': { source: `export { readFileSync } from 'node:fs';`, breaks: null },
  'extension/protocol/library.ts': {
    source: `import type { FunctionComponent } from 'preact'; export type A = FunctionComponent;`,
    breaks: 'protocol-imports-nothing',
  },
  'test/reference/oracle.ts': {
    source: `import type { A } from '../../extension/engine/importType.ts'; export type B = A;`,
    breaks: 'reference-is-independent',
  },
  'distributed/corpus/engine.ts': {
    source: `import type { A } from '../../extension/engine/importType.ts'; export type B = A;`,
    breaks: 'distributed-corpus',
  },
  'distributed/corpus/fs.ts': { source: `export { readFileSync } from 'node:fs';`, breaks: null },
  'extension/cli/distributed.ts': {
    source: `export { readFileSync } from '../../distributed/corpus/fs.ts';`,
    breaks: 'layer-cli',
  },
};

let folder: string;
let broken: ReadonlyMap<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nihilo-layers-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    await cp(path.join(repository, file), path.join(folder, file));
  }
  await symlink(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  for (const [file, { source }] of Object.entries(probes)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), `${source}\n`);
  }
  const { violations } = await cruise();
  broken = new Map(violations.map(({ from, rule }) => [from, rule.name]));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Summary {
  readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
}

/** The same command as in `npm run check`; it ends with an error code when it finds something, as it shall here. */
function cruise(): Promise<Summary> {
  const program = path.join(repository, 'node_modules', '.bin', 'depcruise');
  const args = [
    'extension',
    'distributed',
    'test',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
  ];
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: folder }, (_, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr));
      else resolve((JSON.parse(stdout) as { summary: Summary }).summary);
    });
  });
}

describe('the layer rules', () => {
  for (const [file, { source, breaks }] of Object.entries(probes)) {
    it(`${breaks === null ? 'allow' : `forbid (${breaks})`} in ${path.dirname(file)}: ${source}`, () => {
      expect(broken.get(file) ?? null).toBe(breaks);
    });
  }
});
