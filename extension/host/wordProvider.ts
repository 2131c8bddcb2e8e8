import * as vscode from 'vscode';
import { OfferedWords } from '../completion/offeredWords.ts';
import type { ScoredWord } from '../protocol/prediction.ts';
import { openDocumentAt } from './completionProvider.ts';
import { settingSource } from './configuration.ts';
import { logFailure } from './failure.ts';
import type { LanguageServer } from './languageServer.ts';
import { suggestsWords } from './settings.ts';
import type { SilenceRecord } from './silenceRecord.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/**
 * Where VS Code's own word-based suggestions serve, and only there. The API says nowhere whether another provider answers, but the editor asks
 * its providers in groups, by how exactly their selectors name the document, and goes on to the next group only where none of the group
 * before has answered. Its word-based suggestions are registered for any document, which is the last group; this selector is the same, so
 * that a language server or an extension that knows the language always goes first, and silences us where it has something to say.
 */
export const lastGroup: vscode.DocumentSelector = '*';

const options = { count: 8, minProbability: 0.02, maxMilliseconds: 30 };

/** The next words that the model finds likely, as ordinary entries of the list of suggestions. Fails silently, with a line in the log. */
export class WordProvider implements vscode.CompletionItemProvider {
  readonly #model: WorkspaceModel;
  readonly #silences: SilenceRecord;
  readonly #server: LanguageServer;
  readonly #log: vscode.LogOutputChannel;
  readonly #offered = new OfferedWords();
  #lastFailure: unknown = null;

  constructor(
    model: WorkspaceModel,
    silences: SilenceRecord,
    server: LanguageServer,
    log: vscode.LogOutputChannel,
  ) {
    this.#model = model;
    this.#silences = silences;
    this.#server = server;
    this.#log = log;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionList | null> {
    // As if asked for: the list opens of itself or by a key, and neither snoozing nor `manual` speaks of it.
    if (this.#silences.standing(document, true) !== null) return null;
    const scope = wordBasedSuggestions(document);
    if (scope === 'off' || this.#server.isAsking(document, position)) return null;
    const controller = new AbortController();
    const cancelling = token.onCancellationRequested(() => controller.abort());
    try {
      const { prefix, open } = openDocumentAt(document, position);
      const words = await this.#model.words(prefix, open, options, controller.signal);
      const items = this.#offered
        .beyond(words, documentsOffered(document, scope))
        .map((word, rank) => itemOf(word, rank, position));
      // A longer beginning may have words that were not among these.
      return new vscode.CompletionList(items, words.length === options.count);
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(error);
      return null;
    } finally {
      cancelling.dispose();
    }
  }

  #failed(error: unknown): void {
    if (error === this.#lastFailure) return;
    this.#lastFailure = error;
    logFailure(error, this.#log, 'words');
  }
}

/** `off` too where Nihilo is not to suggest words. */
function wordBasedSuggestions(document: vscode.TextDocument): string {
  if (!suggestsWords(settingSource(document))) return 'off';
  const editor = vscode.workspace.getConfiguration('editor', document);
  return String(editor.get<unknown>('wordBasedSuggestions') ?? 'off');
}

/** The documents whose words the editor offers by itself. */
function documentsOffered(document: vscode.TextDocument, scope: string): vscode.TextDocument[] {
  const { textDocuments } = vscode.workspace;
  const others = textDocuments.filter((other) => {
    return (
      scope === 'allDocuments' || (scope !== 'currentDocument' && other.languageId === document.languageId)
    );
  });
  return [...new Set([document, ...others])];
}

/** Below what others offer, in the model's order. */
function itemOf(
  { word, typed, probability }: ScoredWord,
  rank: number,
  position: vscode.Position,
): vscode.CompletionItem {
  const label = { label: word, description: 'Nihilo' };
  const item = new vscode.CompletionItem(label, vscode.CompletionItemKind.Text);
  item.detail = vscode.l10n.t('Nihilo: {0} % likely', Math.round(100 * probability));
  item.filterText = word;
  item.insertText = word;
  item.sortText = `\uffff${rank}`;
  item.range = new vscode.Range(position.translate(0, -typed), position);
  return item;
}
