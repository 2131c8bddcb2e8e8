import { expect, it, vi } from 'vitest';
import { deleteModel } from '../../extension/host/deleteModel.ts';
import type { ModelOrigin } from '../../extension/protocol/inspector.ts';

const editor = vi.hoisted(() => ({ asked: [] as string[], choice: '' }));

vi.mock('vscode', () => ({
  l10n: { t: (phrase: string) => phrase },
  window: {
    showWarningMessage: async (question: string, { detail }: { detail: string }) => {
      editor.asked = [question, detail];
      return editor.choice === '' ? undefined : editor.choice;
    },
  },
}));

/** @returns whether it was deleted */
async function deleted(origin: ModelOrigin, hasImported: boolean, choice = ''): Promise<boolean> {
  editor.choice = choice;
  let isDeleted = false;
  const model = { checkpoint: '/s/model', origin, delete: async () => void (isDeleted = true) };
  const files = { exists: async (path: string) => hasImported && path === '/s/model-imported' };
  await deleteModel(model, files, { info: () => {} } as never);
  return isDeleted;
}

it('asks about what there is: a model that was imported is not trained again, and goes with one that was trained', async () => {
  expect(await deleted('trained', false)).toBe(false);
  expect(editor.asked.join(' ')).not.toContain('import');
  await deleted('imported', true);
  expect(editor.asked.join(' ')).toMatch(/imported model\?.*can be imported again/);
  expect(editor.asked.join(' ')).not.toContain('trained again');
  await deleted('trained', true);
  expect(editor.asked.join(' ')).toMatch(/learnt from this workspace\?.*The imported model.* goes, too/);
});

it('deletes once it is told to', async () => {
  expect(await deleted('trained', true, 'Delete Model')).toBe(true);
  expect(await deleted('trained', true)).toBe(false);
});
