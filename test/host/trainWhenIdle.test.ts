import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { trainWhenIdle } from '../../extension/host/trainWhenIdle.ts';

const editor = vi.hoisted((): { changed: (event: unknown) => void } => ({ changed: () => {} }));

vi.mock('vscode', () => ({
  workspace: {
    isTrusted: true,
    workspaceFolders: [{ uri: { scheme: 'file', fsPath: '/code' } }],
    getWorkspaceFolder: () => ({}),
    getConfiguration: () => ({
      get: (name: string) => (name === 'training.whenIdle' ? 1 : undefined),
      inspect: () => undefined,
    }),
    onDidChangeTextDocument: (listener: (event: unknown) => void) => {
      editor.changed = listener;
      return { dispose: () => {} };
    },
  },
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** @param characters that somebody types at once */
function type(characters: number): void {
  const document = { uri: { scheme: 'file', fsPath: '/code/a.ts' } };
  editor.changed({ document, contentChanges: [{ rangeLength: 0, text: 'x'.repeat(characters) }] });
}

it.each([
  ['was stopped is begun again when nobody types any more', true, 2],
  ['has ended is not, before there is as much to learn again', false, 1],
])('a training that %s', async (_, cancelled, times) => {
  let trainings = 0;
  let told = (_event: { readonly type: string; readonly cancelled?: boolean }): void => {};
  const model = {
    checkpoint: '/storage/model',
    training: null,
    isTrained: true,
    state: { state: 'ready' },
    fineTune: async () => {
      trainings++;
      told({ type: 'stage' });
    },
    stopTraining: () => {},
    onTrainingEvent: (listener: typeof told) => {
      told = listener;
      return { dispose: () => {} };
    },
  };
  const log = { info: () => {}, error: (message: string) => expect.fail(message) };
  const parts = trainWhenIdle(model as never, { cores: 4 } as never, log as never);
  type(5_000);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(trainings).toBe(1);
  type(1);
  told({ type: 'done', cancelled });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(trainings).toBe(times);
  for (const part of parts) part.dispose();
});
