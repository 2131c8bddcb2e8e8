import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallTool } from '../../extension/completion/suggester.ts';
import { CompletionProvider } from '../../extension/host/completionProvider.ts';
import { learnOnSave } from '../../extension/host/learnOnSave.ts';
import { trainWhenIdle } from '../../extension/host/trainWhenIdle.ts';

const editor = vi.hoisted(() => ({
  isTrusted: true,
  settings: {} as Record<string, unknown>,
  saved: [] as ((document: object) => void)[],
}));

vi.mock('vscode', () => ({
  InlineCompletionItem: Object,
  InlineCompletionTriggerKind: { Invoke: 0, Automatic: 1 },
  LogLevel: { Off: 0, Trace: 1, Debug: 2 },
  Position: class {
    isAfter = (): boolean => false;
    isBefore = (): boolean => false;
  },
  Range: Object,
  window: { visibleTextEditors: [] },
  workspace: {
    get isTrusted() {
      return editor.isTrusted;
    },
    workspaceFolders: [{ uri: { scheme: 'file', fsPath: '/code' } }],
    getWorkspaceFolder: () => ({}),
    getConfiguration: () => ({ get: (name: string) => editor.settings[name], inspect: () => undefined }),
    onDidSaveTextDocument: (listener: (document: object) => void) => {
      editor.saved.push(listener);
      return { dispose: () => {} };
    },
    onDidChangeTextDocument: () => ({ dispose: () => {} }),
  },
}));

const nothing = { dispose: () => {} };
const log = { info: () => {}, debug: () => {}, logLevel: 0 } as never;
const uri = { scheme: 'file', fsPath: '/code/a.ts' };

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(editor, { isTrusted: true, settings: {}, saved: [] });
});
afterEach(() => void vi.useRealTimers());

describe.each([
  ['a trusted workspace', true],
  ['Restricted Mode', false],
] as const)('in %s', (_, isTrusted) => {
  beforeEach(() => void (editor.isTrusted = isTrusted));
  const ifTrusted = isTrusted ? 'is' : 'is not';

  it(`the model ${ifTrusted} given somebody to ask, whatever the settings say`, async () => {
    editor.settings = { functionCalling: true };
    expect(await callToolOf({})).toEqual(isTrusted ? expect.any(Function) : null);
  });

  it('nobody is asked about an entry of the list of suggestions that is only selected', async () => {
    const selectedCompletionInfo = {
      range: { isSingleLine: true, start: { character: 0 }, end: { line: 0, character: 0 } },
      text: 'entry',
    };
    expect(await callToolOf({ selectedCompletionInfo })).toBeNull();
  });

  it(`what is saved ${ifTrusted} learnt, once saving has come to rest`, () => {
    editor.settings = { 'training.learnOnSave': true };
    const learnt: string[] = [];
    const model = { learnFrom: (file: string) => learnt.push(file), onSaveEvent: () => nothing };
    learnOnSave(model as never, 4, log);
    for (let i = 0; i < 3; i++) for (const saved of editor.saved) saved({ uri });
    vi.advanceTimersByTime(60_000);
    expect(learnt).toEqual(isTrusted ? ['/code/a.ts'] : []);
  });

  it(`a model ${ifTrusted} trained where nobody has typed for as long as was set`, async () => {
    editor.settings = { 'training.whenIdle': 1 };
    const trained: unknown[] = [];
    const model = {
      checkpoint: '/storage/model',
      training: null,
      isTrained: false,
      state: { state: 'missing' },
      beginning: async () => null,
      train: async (request: unknown) => trained.push(request),
      onTrainingEvent: () => nothing,
    };
    const parts = trainWhenIdle(model as never, { cores: 4 } as never, log);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(trained).toEqual([]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(trained).toHaveLength(isTrusted ? 1 : 0);
    for (const part of parts) part.dispose();
  });
});

/** What the model is given to ask, at the beginning of an empty document. */
async function callToolOf(context: object): Promise<CallTool | null> {
  const given: (CallTool | null)[] = [];
  const model = {
    wantIndex: () => {},
    suggest: async (_question: unknown, _settings: unknown, _signal: unknown, callTool: CallTool | null) => {
      given.push(callTool);
      return { suggestions: [], silence: { kind: 'lineEnds' }, asked: null, message: null };
    },
  };
  const records = {
    silences: { asked: () => {}, standing: () => null, answered: () => {} },
    latency: { add: () => {} },
  };
  const cut = { character: 0, isBefore: () => false, with: () => cut };
  const document = {
    uri,
    languageId: 'typescript',
    lineCount: 1,
    lineAt: () => ({ text: '', range: { end: cut } }),
    offsetAt: () => 0,
    positionAt: () => ({ ...cut, isAfter: () => false }),
    getText: () => '',
  };
  const provider = new CompletionProvider(model as never, records as never, {} as never, log);
  const token = { onCancellationRequested: () => nothing };
  const position = { line: 0, character: 0 };
  await provider.provideInlineCompletionItems(
    document as never,
    position as never,
    { triggerKind: 1, ...context } as never,
    token as never,
  );
  expect(given).toHaveLength(1);
  return given[0]!;
}
