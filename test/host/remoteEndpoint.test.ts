import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RemoteEndpoints } from '../../extension/host/remoteEndpoint.ts';
import type { RemoteEndpoint } from '../../extension/protocol/remote.ts';

const editor = vi.hoisted(() => ({
  settings: {} as Record<string, unknown>,
  isTrusted: true,
  /** the button that is pressed; undefined: the message is closed */
  button: undefined as string | undefined,
  typed: undefined as string | undefined,
  warnings: [] as string[],
  errors: [] as string[],
  changed: [] as (() => void)[],
  secretsChanged: [] as ((event: { key: string }) => void)[],
}));

vi.mock('vscode', () => ({
  l10n: {
    t: (phrase: string, ...values: string[]) => phrase.replace(/\{(\d)\}/g, (_, i) => values[Number(i)]!),
  },
  window: {
    showWarningMessage: async (sentence: string) => {
      editor.warnings.push(sentence);
      return editor.button;
    },
    showErrorMessage: async (sentence: string) => void editor.errors.push(sentence),
    showInputBox: async () => editor.typed,
  },
  workspace: {
    get isTrusted() {
      return editor.isTrusted;
    },
    getConfiguration: () => ({ get: (name: string) => editor.settings[name] }),
    onDidChangeConfiguration: (listener: (change: object) => void) => {
      editor.changed.push(() => listener({ affectsConfiguration: () => true }));
      return { dispose: () => {} };
    },
    onDidGrantWorkspaceTrust: (listener: () => void) => {
      editor.changed.push(listener);
      return { dispose: () => {} };
    },
  },
}));

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const stored = new Map<string, unknown>();
const secrets = new Map<string, string>();
const context = {
  globalState: {
    get: (key: string, fallback: unknown) => stored.get(key) ?? fallback,
    update: async (key: string, value: unknown) => void stored.set(key, value),
  },
  secrets: {
    get: async (key: string) => secrets.get(key),
    store: async (key: string, value: string) => {
      secrets.set(key, value);
      for (const listener of editor.secretsChanged) listener({ key });
    },
    delete: async (key: string) => void secrets.delete(key),
    onDidChange: (listener: (event: { key: string }) => void) => {
      editor.secretsChanged.push(listener);
      return { dispose: () => {} };
    },
  },
};

/** @returns what the model was told to use, and the last of it */
async function started(settings: Record<string, unknown>) {
  editor.settings = settings;
  const used: (RemoteEndpoint | null)[] = [];
  const model = { useRemote: (endpoint: RemoteEndpoint | null) => void used.push(endpoint) };
  const endpoints = new RemoteEndpoints(
    model as never,
    context as never,
    { info: () => {}, error: () => {} } as never,
  );
  await settle();
  return { endpoints, used, last: () => used.at(-1) };
}

beforeEach(() => {
  Object.assign(editor, { isTrusted: true, button: undefined, typed: undefined });
  for (const list of [editor.warnings, editor.errors, editor.changed, editor.secretsChanged]) list.length = 0;
  stored.clear();
  secrets.clear();
});

const elsewhere = { 'remote.endpoint': 'https://models.example' };

describe('the endpoint of the settings', () => {
  it('is none where nothing is set, and nobody is bothered', async () => {
    expect((await started({})).used).toEqual([null]);
    expect((await started({ 'remote.endpoint': 7 })).used).toEqual([null]);
    expect(editor.warnings).toEqual([]);
  });

  it('is used without a question on this machine, with its key and how long it may take', async () => {
    secrets.set('nihilo.remote.key:http://127.0.0.1:8080', 'k');
    const settings = {
      'remote.endpoint': 'http://127.0.0.1:8080',
      'remote.model': ' m ',
      'remote.milliseconds': 9e9,
    };
    const { last } = await started(settings);
    expect(last()).toEqual({
      url: 'http://127.0.0.1:8080/v1/completions',
      model: 'm',
      key: 'k',
      maxMilliseconds: 5_000,
    });
    expect(editor.warnings).toEqual([]);
  });

  it('on another machine is asked about, once, and not used until somebody says so', async () => {
    const refused = await started(elsewhere);
    expect(refused.used).toEqual([null]);
    expect(editor.warnings).toEqual([expect.stringContaining('https://models.example/v1/completions')]);
    editor.button = 'Send';
    expect((await started(elsewhere)).last()).toMatchObject({ url: 'https://models.example/v1/completions' });
    editor.button = undefined;
    editor.warnings.length = 0;
    expect((await started(elsewhere)).last()).not.toBeNull();
    expect(editor.warnings).toEqual([]);
    await started({ 'remote.endpoint': 'http://models.example' });
    expect(editor.warnings).toEqual([expect.stringContaining('unencrypted')]);
  });

  it('is off in Restricted Mode, also on this machine, and used once the workspace is trusted', async () => {
    editor.isTrusted = false;
    const { used } = await started({ 'remote.endpoint': 'http://localhost:1' });
    expect(used).toEqual([null]);
    editor.isTrusted = true;
    for (const changed of editor.changed.slice(-1)) changed();
    await settle();
    expect(used.at(-1)).toMatchObject({ url: 'http://localhost:1/v1/completions' });
  });

  it('is taken away at once when the setting changes, and says what is wrong with the new one', async () => {
    const { used, last } = await started({ 'remote.endpoint': 'http://localhost:1' });
    expect(last()).not.toBeNull();
    editor.settings = { 'remote.endpoint': 'http://name:secret@localhost:1' };
    editor.changed[0]!();
    expect(used.at(-1)).toBeNull();
    await settle();
    expect(last()).toBeNull();
    expect(editor.warnings).toEqual([expect.stringContaining('no name or password')]);
  });
});

describe('the key', () => {
  it('is kept for one origin, never sent to another, and forgotten when it is empty', async () => {
    const { endpoints, last } = await started({ 'remote.endpoint': 'http://localhost:1' });
    editor.typed = ' k ';
    await endpoints.setKey();
    await settle();
    expect(last()).toMatchObject({ key: 'k' });
    expect((await started({ 'remote.endpoint': 'http://localhost:2' })).last()).toMatchObject({ key: null });
    editor.typed = '';
    editor.settings = { 'remote.endpoint': 'http://localhost:1' };
    await endpoints.setKey();
    expect(secrets.size).toBe(0);
  });

  it('that the editor can not tell keeps the server away, and says so', async () => {
    const locked = vi.spyOn(context.secrets, 'get').mockRejectedValue(new Error('The keyring is locked.'));
    const { used } = await started({ 'remote.endpoint': 'http://localhost:1' });
    locked.mockRestore();
    expect(used).toEqual([null]);
    expect(editor.errors).toEqual([expect.stringMatching(/key of http:\/\/localhost:1.*keyring is locked/)]);
  });

  it('needs an address', async () => {
    const { endpoints } = await started({});
    editor.typed = 'k';
    await endpoints.setKey();
    expect(secrets.size).toBe(0);
    expect(editor.warnings).toHaveLength(1);
  });
});
