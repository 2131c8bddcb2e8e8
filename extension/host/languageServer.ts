import * as vscode from 'vscode';
import type { AskedCall } from '../protocol/calling.ts';

/** What a person does not wait for beside the completion itself. */
const mostMilliseconds = 80;
const mostNames = 1_024;
const longestName = 64;
const name = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u;

/** What is offered beside the names of things. */
const noNames: ReadonlySet<vscode.CompletionItemKind | undefined> = new Set([
  vscode.CompletionItemKind.Text,
  vscode.CompletionItemKind.Keyword,
  vscode.CompletionItemKind.Snippet,
  vscode.CompletionItemKind.File,
  vscode.CompletionItemKind.Folder,
  vscode.CompletionItemKind.Color,
  vscode.CompletionItemKind.Unit,
  vscode.CompletionItemKind.User,
  vscode.CompletionItemKind.Issue,
]);

/** Answers what the model asks for by what VS Code knows of the place: what its language servers would complete, and symbols. */
export class LanguageServer {
  #asked: { readonly document: vscode.TextDocument; readonly position: vscode.Position } | null = null;

  /** Whether the editor asks for this place only because the model does: it knows what itself would say. */
  isAsking(document: vscode.TextDocument, position: vscode.Position): boolean {
    return this.#asked?.document === document && this.#asked.position.isEqual(position);
  }

  /**
   * Names that can stand at the position, as their providers rank them; those that come in time.
   * @throws `signal`'s reason, as soon as it is aborted
   */
  async names(
    document: vscode.TextDocument,
    position: vscode.Position,
    call: AskedCall,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const asked = { document, position };
    this.#asked = asked;
    try {
      const answers = sourcesOf(document, position, call).map((source) => inTime(source, signal));
      const found = (await Promise.all(answers)).flat();
      signal.throwIfAborted();
      return [...new Set(found.filter((one) => one.length <= longestName && name.test(one)))].slice(
        0,
        mostNames,
      );
    } finally {
      if (this.#asked === asked) this.#asked = null;
    }
  }
}

/** Symbols have no place: they are names, and none that stand behind a dot. */
function sourcesOf(
  document: vscode.TextDocument,
  position: vscode.Position,
  { tool, word }: AskedCall,
): Thenable<readonly string[]>[] {
  const completed = vscode.commands
    .executeCommand<vscode.CompletionList | undefined>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      position,
    )
    .then((list) => completionNames(list?.items ?? []));
  if (tool === 'members') return [completed];
  const ofDocument = vscode.commands
    .executeCommand<readonly vscode.DocumentSymbol[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    )
    .then((symbols) => (symbols ?? []).map((symbol) => symbol.name));
  // Without a beginning it would be everything.
  if (word === '') return [completed, ofDocument];
  const ofWorkspace = vscode.commands
    .executeCommand<readonly vscode.SymbolInformation[] | undefined>(
      'vscode.executeWorkspaceSymbolProvider',
      word,
    )
    .then((symbols) => (symbols ?? []).map((symbol) => symbol.name));
  return [completed, ofDocument, ofWorkspace];
}

function completionNames(items: readonly vscode.CompletionItem[]): string[] {
  return items
    .filter(({ kind }) => !noNames.has(kind))
    .toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1))
    .map(({ insertText, label }) => (typeof insertText === 'string' ? insertText : textOf(label)));
}

function rankOf({ sortText, label }: vscode.CompletionItem): string {
  return sortText ?? textOf(label);
}

function textOf(label: vscode.CompletionItem['label']): string {
  return typeof label === 'string' ? label : label.label;
}

/** Nothing from who fails or is late: the model goes on without it. */
async function inTime(source: Thenable<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
  const nothing: readonly string[] = [];
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(nothing), mostMilliseconds);
    const end = (names: readonly string[]): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(names);
    };
    const abort = (): void => end(nothing);
    signal.addEventListener('abort', abort);
    source.then(end, () => end(nothing));
  });
}
