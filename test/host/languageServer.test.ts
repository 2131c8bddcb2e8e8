import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LanguageServer } from '../../extension/host/languageServer.ts';
import type { AskedCall } from '../../extension/protocol/calling.ts';

type Answer = () => Promise<unknown>;
type Place = Parameters<LanguageServer['names']>;
/** What a provider answers, as far as anybody looks at it. */
interface Item {
  readonly label: string | { readonly label: string };
  readonly kind?: number;
  readonly insertText?: string;
  readonly sortText?: string;
}

const providers = vi.hoisted(() => new Map<string, Answer>());
vi.mock('vscode', () => ({
  CompletionItemKind: {
    Text: 0,
    Method: 1,
    Unit: 10,
    Keyword: 13,
    Snippet: 14,
    Color: 15,
    File: 16,
    Folder: 18,
    User: 25,
    Issue: 26,
  },
  commands: { executeCommand: (name: string) => providers.get(name)!() },
}));

const [completion, ofDocument, ofWorkspace] = [
  'vscode.executeCompletionItemProvider',
  'vscode.executeDocumentSymbolProvider',
  'vscode.executeWorkspaceSymbolProvider',
] as const;
const mostMs = 80;

const document = { uri: 'file:///a.ts' } as unknown as Place[0];
const position = { isEqual: (other: unknown) => other === position } as unknown as Place[1];
const members: AskedCall = { tool: 'members', argument: 'bird', word: '', probability: 0.5 };
const names: AskedCall = { tool: 'names', argument: 'ca', word: 'ca', probability: 0.5 };

/** What a provider answers after so long. */
function after<Value>(ms: number, value: Value): Answer {
  return () => new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

function items(...labels: readonly (string | Item)[]): object {
  const whole = labels.map((one) =>
    typeof one === 'string' ? { label: one, kind: 1 } : { kind: 1, ...one },
  );
  return { items: whole };
}

function symbols(...all: readonly string[]): object[] {
  return all.map((name) => ({ name }));
}

describe('what the model asks the editor for', () => {
  const server = new LanguageServer();
  const asked = (call: AskedCall, signal = new AbortController().signal): Promise<readonly string[]> =>
    server.names(document, position, call, signal);

  beforeEach(() => {
    vi.useFakeTimers();
    providers.clear();
    providers.set(completion, after(0, items('sing')));
    providers.set(ofDocument, after(0, symbols('cage')));
    providers.set(ofWorkspace, after(0, symbols('canary')));
  });
  afterEach(() => void vi.useRealTimers());

  it('is answered as the providers rank it, by what is written, and by names of things alone', async () => {
    const offered = items(
      { label: 'wing', sortText: '2' },
      { label: 'fly()', insertText: 'fly', sortText: '1' },
      { label: { label: 'beak' }, sortText: '3' },
      { label: 'for', kind: 13, sortText: '0' },
      { label: 'word', kind: 0, sortText: '0' },
      { label: 'two words', sortText: '4' },
      { label: 'x'.repeat(65), sortText: '5' },
      { label: 'wing', sortText: '6' },
    );
    providers.set(completion, after(0, offered));
    const answer = asked(members);
    await vi.runAllTimersAsync();
    expect(await answer).toEqual(['fly', 'wing', 'beak']);
  });

  it.each<[string, AskedCall, string[]]>([
    ['members: no symbol of any file', members, ['sing']],
    ['names: symbols of the document and of the workspace, too', names, ['sing', 'cage', 'canary']],
    ['names of which nothing is typed: not all that there are', { ...names, word: '' }, ['sing', 'cage']],
  ])('is for %s', async (_, call, expected) => {
    const answer = asked(call);
    await vi.runAllTimersAsync();
    expect(await answer).toEqual(expected);
  });

  it(`is answered after ${mostMs} ms at the latest, without those who are late, fail or have nothing`, async () => {
    providers.set(completion, after(mostMs + 1, items('late')));
    providers.set(ofDocument, () => Promise.reject(new Error('A provider broke.')));
    const answer = asked(names);
    let isAnswered = false;
    const answered = (async () => {
      await answer;
      isAnswered = true;
    })();
    await vi.advanceTimersByTimeAsync(mostMs - 1);
    expect(isAnswered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await answered;
    expect(await answer).toEqual(['canary']);
    providers.set(completion, after(0, undefined));
    providers.set(ofWorkspace, after(mostMs - 1, symbols('canary')));
    const again = asked(names);
    await vi.runAllTimersAsync();
    expect(await again).toEqual(['canary']);
  });

  it('ends with who asked: nobody waits for providers then', async () => {
    providers.set(completion, after(mostMs, items('late')));
    const controller = new AbortController();
    const answer = asked(members, controller.signal);
    const failed = expect(answer).rejects.toThrow('typed on');
    controller.abort(new Error('typed on'));
    await failed;
  });

  it('is known for a question of the model only while it is asked, at its place', async () => {
    const answer = asked(members);
    const [other, elsewhere] = [{} as Place[0], {} as Place[1]];
    expect(server.isAsking(document, position)).toBe(true);
    expect([server.isAsking(other, position), server.isAsking(document, elsewhere)]).toEqual([false, false]);
    await vi.runAllTimersAsync();
    await answer;
    expect(server.isAsking(document, position)).toBe(false);
  });
});
