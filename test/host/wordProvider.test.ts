import { describe, expect, it, vi } from 'vitest';
import type { LanguageServer } from '../../extension/host/languageServer.ts';
import { SilenceRecord } from '../../extension/host/silenceRecord.ts';
import { WordProvider } from '../../extension/host/wordProvider.ts';
import type { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { Address } from './diskAsEditor.ts';
import { Position, type Range, TextDocument } from './textDocument.ts';

const editor = vi.hoisted((): { settings: Record<string, unknown>; documents: unknown[] } => ({
  settings: {},
  documents: [],
}));

vi.mock('vscode', async () => {
  const { Position, Range } = await import('./textDocument.ts');
  class CompletionItem {
    readonly label: unknown;

    constructor(label: unknown) {
      this.label = label;
    }
  }
  class CompletionList {
    readonly items: unknown;

    constructor(items: unknown) {
      this.items = items;
    }
  }
  return {
    Position,
    Range,
    CompletionItem,
    CompletionList,
    CompletionItemKind: { Text: 0 },
    l10n: { t: (sentence: string) => sentence },
    workspace: {
      workspaceFolders: [],
      asRelativePath: ({ path }: Address) => path.slice(1),
      getWorkspaceFolder: () => ({}),
      notebookDocuments: [],
      get textDocuments() {
        return editor.documents;
      },
      getConfiguration: (section: string) => ({
        get: (name: string) => editor.settings[`${section}.${name}`],
      }),
    },
  };
});

type Asked = Parameters<WordProvider['provideCompletionItems']>;

/** The word of each document, of its own language. */
const here = new TextDocument(Address.file('/here.txt'), 'plaintext', 'inHere in');
const alike = new TextDocument(Address.file('/alike.txt'), 'plaintext', 'inAlike');
const other = new TextDocument(Address.file('/other.md'), 'markdown', 'inOther');
editor.documents = [here, alike, other];
const likely = ['inHere', 'inAlike', 'inOther', 'inNone'];

describe('likely words', () => {
  async function words(
    settings: Record<string, unknown>,
    isAsking = false,
    document = here,
  ): Promise<string[] | null> {
    editor.settings = { 'nihilo.enabled': true, ...settings };
    const scored = likely.map((word, i) => ({ word, typed: 2, probability: 0.5 / (i + 1) }));
    const model = {
      words: () => Promise.resolve(scored),
      canComplete: true,
      index: { stage: null },
    } as unknown as WorkspaceModel;
    const provider = new WordProvider(
      model,
      new SilenceRecord(model),
      { isAsking: () => isAsking } as unknown as LanguageServer,
      { error: (message: string) => expect.fail(message) } as unknown as ConstructorParameters<
        typeof WordProvider
      >[3],
    );
    const token = { onCancellationRequested: () => ({ dispose: () => {} }) };
    const list = await provider.provideCompletionItems(
      document as unknown as Asked[0],
      new Position(0, 9) as Asked[1],
      token as unknown as Asked[2],
    );
    return (
      list?.items.map(({ label, range }) => {
        // Each is put in place of what is typed of it.
        expect(here.getText(range as unknown as Range)).toBe('in');
        return (label as { readonly label: string }).label;
      }) ?? null
    );
  }

  it.each([
    ['currentDocument', ['inAlike', 'inOther', 'inNone']],
    ['matchingDocuments', ['inOther', 'inNone']],
    ['allDocuments', ['inNone']],
  ])('are none that the editor offers by itself, from %s', async (scope, expected) => {
    expect(await words({ 'editor.wordBasedSuggestions': scope })).toEqual(expected);
  });

  it('are none where secrets are written', async () => {
    const secret = new TextDocument(Address.file('/.env'), 'plaintext', 'inHere in');
    expect(await words({ 'editor.wordBasedSuggestions': 'currentDocument' }, false, secret)).toBeNull();
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['the editor’s own are switched off', { 'editor.wordBasedSuggestions': 'off' }, false],
    ['Nihilo’s are', { 'nihilo.wordSuggestions': 'off' }, false],
    ['nothing is suggested in the language', { 'nihilo.enabled': false }, false],
    ['nothing is suggested in the file', { 'nihilo.completion.exclude': { '*.txt': true } }, false],
    ['only the model asks, for what others know', {}, true],
  ])('are none at all where %s', async (_, settings, isAsking) => {
    const all = { 'editor.wordBasedSuggestions': 'currentDocument', ...settings };
    expect(await words(all, isAsking)).toBeNull();
  });
});
