import { expect, it, vi } from 'vitest';
import { auditWorkspace } from '../../extension/host/audit.ts';
import type { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import type { AuditReport, AuditTally } from '../../extension/protocol/audit.ts';

const editor = vi.hoisted(() => ({ said: [] as string[], report: null as unknown }));

vi.mock('../../extension/indexing/auditClient.ts', () => ({ auditInWorker: async () => editor.report }));
vi.mock('vscode', () => {
  const say = async (sentence: string): Promise<void> => void editor.said.push(sentence);
  return {
    ProgressLocation: { Notification: 15 },
    Uri: {},
    l10n: {
      t: (phrase: string, ...values: unknown[]) =>
        phrase.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)])),
    },
    window: {
      showInformationMessage: say,
      showWarningMessage: say,
      showErrorMessage: say,
      withProgress: (_: unknown, work: (...parts: unknown[]) => Promise<unknown>) =>
        work({ report: () => {} }, { onCancellationRequested: () => ({ dispose: () => {} }) }),
    },
    workspace: {
      isTrusted: true,
      workspaceFolders: [{ uri: { scheme: 'file', fsPath: '/w', path: '/w', authority: '' } }],
      getConfiguration: () => ({ get: () => undefined, inspect: () => undefined }),
    },
  };
});

const log = { info: () => {}, error: () => {}, show: () => {} } as never;
const tally = (reproduced: number): AuditTally => ({ tried: 5, reproduced, meanExposureBits: 2 });
const tallies = { found: tally(1), planted: tally(0), control: tally(0) };

async function said(
  isTrained: boolean,
  transformer: AuditReport['transformer'],
  secrets = 5,
): Promise<string> {
  editor.said = [];
  editor.report = { secrets, mostExposureBits: 6, transformer, mixture: tallies, probes: [] };
  await auditWorkspace({ isTrained, checkpoint: '/m' } as WorkspaceModel, {} as never, log);
  return editor.said.join();
}

it('says of what completes only what was asked of it: where no model has learnt from the files, the counts are', async () => {
  expect(await said(false, null)).toBe('Counting alone can reproduce 1 of 5 secrets.');
  expect(await said(true, tallies)).toBe(
    'The trained model by itself can reproduce 1 of 5 secrets. What completes can reproduce 1 of 5 secrets.',
  );
});

it('says nothing of files that are left out, where most secrets are', async () => {
  expect(await said(false, null, 0)).toBe('No string in the files that are learnt from looks like a secret.');
});
