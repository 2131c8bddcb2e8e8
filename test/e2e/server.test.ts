import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { exportModel } from '../../extension/interchange/exportModel.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { CompletionsServer } from '../parity/completionsServer.ts';
import { installLlamaCpp } from '../parity/llamaCpp.ts';
import { keepOnFailure, Session } from './session.ts';
import type { Workbench } from './workbench.ts';

const base = path.join(import.meta.dirname, '..', '..', 'base');

/** The base, in llama.cpp, behind HTTP on loopback. */
async function serveBase(folder: string): Promise<CompletionsServer> {
  installLlamaCpp();
  const { config, tokenizerJson } = await readCheckpoint(nodeFiles, base);
  const ggufFile = path.join(folder, 'base.gguf');
  const request = { type: 'export', model: base, format: 'gguf', dtype: 'f32', out: ggufFile } as const;
  await exportModel(nodeFiles, request, () => {});
  return CompletionsServer.start({
    ggufFile,
    tokenizer: tokenizerFromJson(tokenizerJson),
    context: config.maxPositionEmbeddings,
    form: 'llama.cpp',
  });
}

describe('a model on a server', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;
  let server: CompletionsServer | null = null;

  beforeAll(async () => {
    session = await Session.start({});
    server = await serveBase(await session.emptyFolder());
    folder = await session.folderOfCode();
    workbench = await session.open(folder);
    await workbench.statusBar('counts + base').waitFor();
  });
  afterAll(async () => {
    await server?.close();
    await session.stop();
  });

  const write = async (text: string): Promise<void> => {
    await workbench.runCommand('File: New Untitled Text File');
    await workbench.page.locator('.editor-instance .view-line').first().waitFor();
    await workbench.type(text);
  };

  it('is asked nothing before its address is set', async (context) => {
    keepOnFailure(workbench, context);
    await write('export function ');
    await workbench.statusBar('counts + base').waitFor();
    expect(server!.requests).toEqual([]);
  });

  it('takes part once its address is set, and the counts and the base go on without it when it is gone', async (context) => {
    keepOnFailure(workbench, context);
    await session.server.setMachine({
      'nihilo.remote.endpoint': new URL(server!.url).origin,
      // Long enough for a machine that does other things beside.
      'nihilo.remote.milliseconds': 5_000,
    });
    await workbench.close();
    workbench = await session.open(folder);
    await workbench.statusBar('counts + base').waitFor();
    await write('export const values: readonly string[] = ');
    await workbench.statusBar('counts + server').waitFor();
    await workbench.screenshot('server');
    const [first] = server!.requests;
    expect(first!.prompt.every((id) => Number.isInteger(id))).toBe(true);
    await server!.close();
    server = null;
    await write('export const names: readonly string[] = ');
    await workbench.statusBar('counts + base').waitFor();
    await workbench.screenshot('server-away');
    expect(await session.failures()).toEqual([]);
  });
});
